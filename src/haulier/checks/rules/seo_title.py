"""The page's title."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.document import collapsed, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    titles = page.tree.css("head > title")
    if not any(collapsed(title.text()) for title in titles):
        return failed(Finding(message="The head has no title with any text."))
    if len(titles) > 1:
        return warned(*findings_at(titles[1:], "A further title, which browsers ignore."))
    return PASSED


check = Check(
    id="seo.title",
    category="seo",
    weight=7,
    title="The page has one title",
    rule="fail: missing or blank; warn: more than one",
    advice="Give the page a single title in its head that says what the page is about.",
    anchors="Lighthouse document-title",
    inspect_page=html_only(_inspect),
)
