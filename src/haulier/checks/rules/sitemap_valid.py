"""Every sitemap that was fetched, against the protocol of sitemaps.org."""

from collections.abc import Iterable

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed
from haulier.checks.facts import Exchange, SiteFacts
from haulier.checks.robots_file import is_present, lines_of
from haulier.checks.sitemap_file import Sitemap, read_sitemap
from haulier.checks.urls import host_of

_MOST_URLS = 50_000
_MOST_BYTES = 50 * 1024 * 1024


def _inspect(facts: SiteFacts) -> Verdict:
    named = _named_in_robots(facts)
    wanted = [s for s in facts.sitemaps if _is_found(s) or s.url in named]
    if not wanted:
        return NOT_APPLICABLE
    findings = [finding for sitemap in wanted for finding in _flaws(sitemap)]
    return failed(*findings) if findings else PASSED


def _named_in_robots(facts: SiteFacts) -> set[str]:
    if facts.robots is None or not is_present(facts.robots):
        return set()
    return {line.value for line in lines_of(facts.robots) if line.field == "sitemap"}


def _is_found(exchange: Exchange) -> bool:
    return exchange.status // 100 == 2  # noqa: PLR2004


def _flaws(exchange: Exchange) -> Iterable[Finding]:
    if not _is_found(exchange):
        message = f"The sitemap could not be fetched: {exchange.error or exchange.status}."
        yield Finding(message=message, url=exchange.url)
        return
    sitemap = read_sitemap(exchange)
    if sitemap.problem:
        yield Finding(message=sitemap.problem, url=exchange.url)
    if len(exchange.body) > _MOST_BYTES:
        yield Finding(message="The sitemap is larger than 50 MiB.", url=exchange.url)
    if len(sitemap.entries) > _MOST_URLS:
        message = f"The sitemap has {len(sitemap.entries):,} entries."
        yield Finding(message=message, url=exchange.url)
    yield from _foreign(exchange, sitemap)


def _foreign(exchange: Exchange, sitemap: Sitemap) -> Iterable[Finding]:
    host = host_of(exchange.url)
    for entry in sitemap.entries:
        if host_of(entry.address) != host:
            message = "The entry is no URL of the sitemap's host."
            yield Finding(message=message, url=exchange.url, snippet=entry.address)


check = Check(
    id="sitemap.valid",
    category="seo",
    weight=3,
    title="Sitemaps can be read",
    rule=(
        "fail: not XML/UTF-8, wrong namespace, >50 000 URLs, >50 MB, URLs of another host; na none"
    ),
    advice="Mend the entries that are listed, and split large sitemaps by an index.",
    anchors="sitemaps.org",
    inspect_site=_inspect,
)
