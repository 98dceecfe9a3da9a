"""The length of the page's title."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, warned
from haulier.checks.document import collapsed, html_only
from haulier.checks.facts import Page, SiteFacts

_SHORTEST = 10
_LONGEST = 70


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    node = page.tree.css_first("head > title")
    title = collapsed(node.text()) if node else ""
    if not title:
        return NOT_APPLICABLE
    if _SHORTEST <= len(title) <= _LONGEST:
        return PASSED
    return warned(
        Finding(
            message=f"The title has {len(title)} characters.",
            selector="head > title",
            snippet=title,
            data={"characters": len(title)},
        )
    )


check = Check(
    id="seo.title-length",
    category="seo",
    weight=1,
    title="The title has a fitting length",
    rule="warn <10 or >70 characters",
    advice="Keep the title between 10 and 70 characters, with the words that matter first.",
    anchors="coach pageTitle",
    inspect_page=html_only(_inspect),
)
