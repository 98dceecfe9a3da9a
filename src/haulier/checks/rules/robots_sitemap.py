"""Whether crawlers are told where the sitemap is."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, warned
from haulier.checks.facts import SiteFacts
from haulier.checks.robots_file import is_present, lines_of


def _inspect(facts: SiteFacts) -> Verdict:
    robots = facts.robots
    if robots is None or not is_present(robots):
        return NOT_APPLICABLE
    if any(line.field == "sitemap" and line.value for line in lines_of(robots)):
        return PASSED
    return warned(Finding(message="robots.txt has no Sitemap line.", url=robots.url))


check = Check(
    id="robots.sitemap",
    category="seo",
    weight=1,
    title="robots.txt names a sitemap",
    rule="warn none",
    advice="Add a Sitemap line with the full address of the sitemap.",
    anchors="sitemaps.org",
    inspect_site=_inspect,
)
