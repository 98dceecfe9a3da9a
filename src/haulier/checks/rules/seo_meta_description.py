"""The page's meta description."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed
from haulier.checks.document import html_only, meta_content
from haulier.checks.facts import Page, SiteFacts


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    content = meta_content(page, "description")
    if content is None:
        return failed(Finding(message="The head has no meta description."))
    if not content:
        return failed(Finding(message="The meta description is blank."))
    return PASSED


check = Check(
    id="seo.meta-description",
    category="seo",
    weight=3,
    title="The page describes itself",
    rule="fail: missing or blank",
    advice="Add a meta description that sums the page up in a sentence or two.",
    anchors="Lighthouse meta-description",
    inspect_page=html_only(_inspect),
)
