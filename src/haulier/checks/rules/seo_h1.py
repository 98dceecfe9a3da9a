"""The page's main heading."""

from selectolax.lexbor import LexborNode

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.document import attribute, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    headings = [node for node in page.tree.css("h1") if _says_something(node)]
    if not headings:
        return failed(Finding(message="There is no h1 with any content."))
    if len(headings) > 1:
        return warned(*findings_at(headings[1:], "A further h1."))
    return PASSED


def _says_something(heading: LexborNode) -> bool:
    if heading.text().strip() or attribute(heading, "aria-label"):
        return True
    return any(attribute(image, "alt") for image in heading.css("img"))


check = Check(
    id="seo.h1",
    category="seo",
    weight=3,
    title="The page has one main heading",
    rule="fail none; warn >1",
    advice="Use a single h1 that names what the page is about.",
    anchors="axe page-has-heading-one",
    inspect_page=html_only(_inspect),
)
