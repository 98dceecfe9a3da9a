"""Facts written by hand: pages and sites for the tests of the security rules."""

from dataclasses import replace
from datetime import UTC, datetime

from haulier.checks.base import Check, Observed, Verdict
from haulier.checks.facts import Certificate, Exchange, Page, SiteFacts

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
HOME = "https://shop.example/"
PLAIN = "http://shop.example/"
TRUSTED = Certificate(protocol="TLSv1.3", trusted=True, legacy=False)
UNTRUSTED = Certificate(protocol="TLSv1.3", trusted=False, error="expired", legacy=False)

Headers = list[tuple[str, str]]


def answer(
    headers: Headers | None = None,
    *,
    url: str = HOME,
    status: int = 200,
    body: bytes = b"",
    error: str | None = None,
) -> Exchange:
    """One exchange; with `error` there was no answer."""
    return Exchange(
        url=url,
        status=0 if error else status,
        headers=tuple(headers or []),
        body=body,
        error=error,
    )


def page(
    headers: Headers | None = None,
    *,
    html: str | None = None,
    url: str = HOME,
    requested: str | None = None,
    status: int = 200,
    before: tuple[Exchange, ...] = (),
    error: str | None = None,
) -> Page:
    """A page; with `html` it is text/html with that text, unless a type is among the headers."""
    fields = list(headers or [])
    if html is not None and not any(name.lower() == "content-type" for name, _ in fields):
        fields.append(("Content-Type", "text/html; charset=utf-8"))
    final = answer(fields, url=url, status=status, error=error)
    built = Page(
        requested_url=requested or (before[0].url if before else url), chain=(*before, final)
    )
    vars(built)["text"] = html or ""
    return built


def site(one: Page | None = None, *, facts: SiteFacts | None = None) -> SiteFacts:
    """A site of one page over good TLS."""
    pages = (one or page(),)
    if facts is not None:
        return replace(facts, pages=pages)
    return SiteFacts(pages=pages, now=NOW, certificate=TRUSTED)


def verdict(check: Check, facts: SiteFacts) -> Verdict:
    """What the check says about the first page, or about the site."""
    if check.inspect_page:
        return check.inspect_page(facts.page, facts)
    assert check.inspect_site is not None
    return check.inspect_site(facts)


def observed(check: Check, facts: SiteFacts) -> Observed:
    """How an Observatory test came out."""
    found = verdict(check, facts).observed
    assert found is not None
    return found


def result(check: Check, facts: SiteFacts) -> str:
    """The name of an Observatory test's outcome."""
    return observed(check, facts).result
