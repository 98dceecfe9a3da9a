"""Whether search engines may list the page."""

from haulier.checks.base import NOT_APPLICABLE, Check, Finding, Status, Verdict, failed
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.robots_directives import Sources, keeps_out
from haulier.checks.robots_file import is_present, may_fetch

_CRAWLERS = ("googlebot", "bingbot", "duckduckbot", "applebot", "archive.org_bot")
"""Large crawlers, asked one by one: the page is lost only when every one of them is kept out."""


def _inspect(page: Page, facts: SiteFacts) -> Verdict:
    if not page.final.ok:
        return NOT_APPLICABLE
    sources = Sources.of(page)
    blocked = {crawler: _why(page, facts, sources, crawler) for crawler in _CRAWLERS}
    findings = [
        Finding(message=f"{crawler} is kept out by {reason}.", data={"crawler": crawler})
        for crawler, reason in blocked.items()
        if reason
    ]
    if len(findings) < len(_CRAWLERS):
        return Verdict(status=Status.PASS, findings=tuple(findings))
    reasons = dict.fromkeys(reason for reason in blocked.values() if reason)
    return failed(*(Finding(message=f"Crawlers are kept out by {reason}.") for reason in reasons))


def _why(page: Page, facts: SiteFacts, sources: Sources, crawler: str) -> str | None:
    robots = facts.robots
    if robots and is_present(robots) and not may_fetch(robots, page.final.url, crawler):
        return "robots.txt"
    return keeps_out(sources, crawler, facts.now)


check = Check(
    id="seo.indexable",
    category="seo",
    weight=10,
    title="The page may be indexed",
    rule=(
        "fail: noindex/none/past unavailable_after for all bots, or robots.txt disallows the page"
    ),
    advice="Take the directive away if the page is meant to be found.",
    anchors="Lighthouse is-crawlable",
    inspect_page=_inspect,
)
