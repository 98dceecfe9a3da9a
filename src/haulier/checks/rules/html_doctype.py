"""The doctype, and the mode that it puts browsers in."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed
from haulier.checks.document import html_only
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.strict_html import Mode, mode_of

_SAID = {
    Mode.QUIRKS: "Browsers lay the page out in quirks mode.",
    Mode.LIMITED_QUIRKS: "Browsers lay the page out in limited quirks mode.",
}


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    mode = mode_of(page)
    if mode is Mode.STANDARD:
        return PASSED
    start = page.text.lstrip()[:100]
    return failed(Finding(message=_SAID[mode], line=1, snippet=start))


check = Check(
    id="html.doctype",
    category="best-practices",
    weight=3,
    title="The page starts with the modern doctype",
    rule="fail: none, quirks, or limited quirks",
    advice="Begin the document with <!doctype html>.",
    anchors="Lighthouse doctype; webhint doctype",
    inspect_page=html_only(_inspect),
)
