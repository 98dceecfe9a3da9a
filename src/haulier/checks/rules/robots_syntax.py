"""Every line of robots.txt against the grammar of RFC 9309 and its common extensions."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed
from haulier.checks.facts import SiteFacts
from haulier.checks.robots_file import Line, is_present, lines_of
from haulier.checks.urls import is_absolute_web

_RULES = {"allow", "disallow"}
_IN_GROUP = {"crawl-delay", "request-rate", "visit-time", "noindex", "content-signal"}
_ANYWHERE = {"sitemap", "host", "clean-param"}
_KNOWN = {"user-agent"} | _RULES | _IN_GROUP | _ANYWHERE


def _inspect(facts: SiteFacts) -> Verdict:
    robots = facts.robots
    if robots is None or not is_present(robots):
        return NOT_APPLICABLE
    has_agent = False
    findings: list[Finding] = []
    for line in lines_of(robots):
        has_agent = has_agent or line.field == "user-agent"
        if flaw := _flaw(line, has_agent=has_agent):
            findings.append(
                Finding(message=flaw, line=line.number, snippet=line.text, url=robots.url)
            )
    return failed(*findings) if findings else PASSED


def _flaw(line: Line, *, has_agent: bool) -> str | None:
    if not line.field:
        return "The line has no colon."
    if line.field not in _KNOWN:
        return "The directive is unknown."
    if line.field == "user-agent":
        return None if line.value else "No user agent is named."
    if line.field == "sitemap":
        return None if is_absolute_web(line.value) else "The sitemap's address is not absolute."
    if line.field in _RULES | _IN_GROUP and not has_agent:
        return "A rule stands before any user-agent line."
    return _pattern_flaw(line.value) if line.field in _RULES else None


def _pattern_flaw(pattern: str) -> str | None:
    if pattern and not pattern.startswith(("/", "*")):
        return "The pattern begins with neither / nor *."
    if "$" in pattern[:-1]:
        return "The $ stands before the end of the pattern."
    return None


check = Check(
    id="robots.syntax",
    category="seo",
    weight=3,
    title="robots.txt is well formed",
    rule=(
        "fail: unknown directive, no user-agent before a rule, relative sitemap, $ not "
        "last, pattern not starting / or *"
    ),
    advice="Mend the lines that are listed: crawlers skip what they cannot read.",
    anchors="Lighthouse robots-txt",
    inspect_site=_inspect,
)
