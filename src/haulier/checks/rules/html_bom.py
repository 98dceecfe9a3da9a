"""A UTF-8 byte order mark before the document."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, warned
from haulier.checks.document import html_only
from haulier.checks.facts import Page, SiteFacts

_MARK = b"\xef\xbb\xbf"


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    if page.final.body.startswith(_MARK):
        return warned(Finding(message="The document begins with a UTF-8 byte order mark.", line=1))
    return PASSED


check = Check(
    id="html.bom",
    category="best-practices",
    weight=1,
    title="The file begins without a byte order mark",
    rule="warn UTF-8 BOM",
    advice="Save the file as UTF-8 without a byte order mark.",
    anchors="webhint no-bom",
    inspect_page=html_only(_inspect),
)
