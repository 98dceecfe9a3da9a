"""The times of change that sitemaps tell."""

from datetime import UTC, datetime, timedelta

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, warned
from haulier.checks.facts import Exchange, SiteFacts
from haulier.checks.sitemap_file import read_sitemap

_TOLERANCE = timedelta(days=1)
_FEWEST_TO_COMPARE = 3


def _inspect(facts: SiteFacts) -> Verdict:
    findings: list[Finding] = []
    seen = 0
    for exchange in facts.sitemaps:
        written = _written(exchange)
        seen += len(written)
        findings.extend(
            Finding(message=flaw, url=exchange.url, snippet=text)
            for text in written
            if (flaw := _flaw(text, facts.now))
        )
        if len(written) >= _FEWEST_TO_COMPARE and len(set(written)) == 1:
            message = "All entries claim the same time of change."
            findings.append(Finding(message=message, url=exchange.url, snippet=written[0]))
    if not seen:
        return NOT_APPLICABLE
    return warned(*findings) if findings else PASSED


def _written(exchange: Exchange) -> list[str]:
    if exchange.status // 100 != 2:  # noqa: PLR2004
        return []
    return [entry.changed for entry in read_sitemap(exchange).entries if entry.changed]


def _flaw(text: str, now: datetime) -> str | None:
    moment = _w3c_date(text)
    if moment is None:
        return "The time of change is no W3C date."
    if moment > now + _TOLERANCE:
        return "The time of change lies in the future."
    return None


def _w3c_date(text: str) -> datetime | None:
    """The six forms of the W3C note on dates: YYYY, YYYY-MM, YYYY-MM-DD, and with time and zone."""
    for form in ("%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - a date without a zone is read as UTC
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _with_fraction(text)


def _with_fraction(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and "." in text else None


check = Check(
    id="sitemap.lastmod",
    category="seo",
    weight=1,
    title="Sitemaps tell true times of change",
    rule="warn: invalid W3C date or in the future or all identical",
    advice="Write when a page really changed, or leave lastmod out.",
    anchors="sitemaps.org",
    inspect_site=_inspect,
)
