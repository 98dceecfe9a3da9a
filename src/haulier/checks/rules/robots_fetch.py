"""Whether crawlers can read robots.txt (RFC 9309, section 2.3.1)."""

from haulier.checks.base import PASSED, Check, Finding, Status, Verdict, failed
from haulier.checks.facts import SiteFacts

_TOO_MANY_REQUESTS = 429


def _inspect(facts: SiteFacts) -> Verdict:
    robots = facts.robots
    if robots is None:
        told = Finding(message="robots.txt was not asked for.")
        return Verdict(status=Status.ERROR, findings=(told,))
    if not robots.ok:
        return failed(Finding(message=f"No answer: {robots.error or 'unknown'}.", url=robots.url))
    kind = robots.status // 100
    if kind == 5 or robots.status == _TOO_MANY_REQUESTS:  # noqa: PLR2004
        return failed(Finding(message=f"It answered {robots.status}.", url=robots.url))
    if kind == 3:  # noqa: PLR2004
        message = "It redirects without coming to an end within the limit."
        return failed(Finding(message=message, url=robots.url))
    return PASSED


check = Check(
    id="robots.fetch",
    category="seo",
    weight=7,
    title="robots.txt can be fetched",
    rule="fail: 5xx, 429, time-out, >5 redirects; pass: 200 or 4xx",
    advice=(
        "Answer requests for robots.txt with 200 or 404; on 5xx, crawlers stop visiting the site."
    ),
    anchors="RFC 9309; Lighthouse robots-txt",
    inspect_site=_inspect,
)
