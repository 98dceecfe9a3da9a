"""The fetch plan of one page: at most fourteen requests and twenty HEADs."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin

from haulier.checks.facts import Certificate, Exchange, Page, SiteFacts
from haulier.handlers.context import JobContext
from haulier.handlers.site_audits.exchanges import PAGE_LIMITS, Fetched, fetch
from haulier.handlers.site_audits.origins import (
    http_root,
    https_form,
    is_https,
    place,
    same_host,
)
from haulier.handlers.site_audits.sitemaps import fetch_sitemaps
from haulier.safefetch import FetchError

_REPEATS: Final = 2
_MAX_ASSETS: Final = 20
_FOREIGN_ORIGIN: Final = "https://http-observatory.security.mozilla.org"
_ASSETS: Final = (
    ("link[rel~=stylesheet][href]", "href"),
    ("script[src]", "src"),
    ("img[src]", "src"),
    ("link[rel~=preload][as=font][href]", "href"),
)

Tell = Callable[[float, str], Awaitable[None]]


async def gather_facts(job: JobContext, url: str, tell: Tell) -> SiteFacts:
    """Everything that the checks look at, fetched in order; `tell` hears how far it is (0 to 1).

    Raises the FetchError of the page itself when neither its https nor its http form answers.
    """
    await tell(0.0, "fetching the page")
    page, certificate = await _fetch_page(job, url)
    final = page.final.url
    await tell(0.25, "trying plain http")
    http_chain = (await fetch(job, http_root(final))).chain
    await tell(0.35, "asking as a foreign origin")
    preflight = await _preflight(job, final)
    await tell(0.45, "reading robots.txt and sitemaps")
    robots = (await fetch(job, place(final, "/robots.txt"))).final
    sitemaps = await fetch_sitemaps(job, final, robots)
    await tell(0.6, "looking around")
    return SiteFacts(
        pages=(page,),
        now=datetime.now(UTC),
        http_chain=http_chain,
        preflight=preflight,
        preflight_origin=_FOREIGN_ORIGIN,
        robots=robots,
        sitemaps=sitemaps,
        security_txt=(await fetch(job, place(final, "/.well-known/security.txt"))).final,
        favicon=await _favicon(job, page),
        missing_path=(await fetch(job, place(final, f"/{secrets.token_hex(12)}"))).final,
        certificate=certificate,
        assets=await _assets(job, page, tell),
    )


async def _fetch_page(job: JobContext, url: str) -> tuple[Page, Certificate | None]:
    """The page over https where that works, else over http as it was asked for."""
    secure = https_form(url)
    first = await fetch(job, secure, limits=PAGE_LIMITS)
    certificate = await _certificate(job, secure, first)
    if first.error is not None and not _is_refusal(first.error):
        plain = await fetch(job, url if not is_https(url) else http_root(url), limits=PAGE_LIMITS)
        if plain.error is None:
            return Page(requested_url=url, chain=plain.chain), certificate
        if not is_https(url):
            raise plain.error
    if first.error is not None:
        raise first.error
    repeats = [await fetch(job, first.final.url) for _ in range(_REPEATS)]
    page = Page(
        requested_url=url,
        chain=first.chain,
        repeats=tuple(repeat.final for repeat in repeats),
    )
    return page, certificate


def _is_refusal(error: FetchError) -> bool:
    """The policy forbids the host: it forbids it over http as well."""
    return error.code == "refused"


async def _certificate(job: JobContext, secure: str, first: Fetched) -> Certificate | None:
    """The certificate of the page's own host; None when it could not even be looked at."""
    url = first.final.url if first.error is None else secure
    if not is_https(url):
        return None
    try:
        seen = await job.inspect_tls(url)
    except FetchError:
        return None
    return Certificate(
        protocol=seen.protocol,
        alpn=seen.alpn,
        chain=seen.chain,
        trusted=seen.trusted,
        error=seen.error,
        legacy=seen.legacy,
        trusts_without_intermediates=seen.trusts_without_intermediates,
    )


async def _preflight(job: JobContext, url: str) -> Exchange:
    headers = (("Origin", _FOREIGN_ORIGIN), ("Access-Control-Request-Method", "GET"))
    return (await fetch(job, url, method="OPTIONS", headers=headers, follow=False)).final


async def _favicon(job: JobContext, page: Page) -> Exchange | None:
    """/favicon.ico, unless the page names an icon."""
    if page.tree.css_first("link[rel~=icon]") is not None:
        return None
    return (await fetch(job, place(page.final.url, "/favicon.ico"))).final


async def _assets(job: JobContext, page: Page, tell: Tell) -> tuple[Exchange, ...]:
    urls = _asset_urls(page)
    found: list[Exchange] = []
    for number, url in enumerate(urls):
        await tell(0.7 + 0.3 * number / len(urls), "looking at style sheets, scripts and images")
        found.append((await fetch(job, url, method="HEAD")).final)
    return tuple(found)


def _asset_urls(page: Page) -> list[str]:
    """Absolute URLs of the page's own style sheets, scripts, images and fonts, none twice."""
    base = page.final.url
    found: dict[str, None] = {}
    for selector, attribute in _ASSETS:
        for node in page.tree.css(selector):
            try:
                url = urljoin(base, node.attributes.get(attribute) or "").partition("#")[0]
                if url.startswith(("http://", "https://")) and same_host(url, base):
                    found.setdefault(url)
            except ValueError:  # what is no URL is a matter for links.crawlable
                continue
    return list(found)[:_MAX_ASSETS]
