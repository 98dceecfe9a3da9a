"""Forms in forms, links in links, buttons in links: parsers tear them apart."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed
from haulier.checks.document import findings_at, html_only
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.strict_html import errors_of

_TORN_APART = {
    ("unexpected-start-tag", "form"): "A form begins inside a form, and is dropped.",
    ("unexpected-start-tag-implies-end-tag", "a"): "A link begins inside a link, and ends it.",
}


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    torn = tuple(
        Finding(message=message, line=error.line)
        for error in errors_of(page)
        if (message := _TORN_APART.get((error.code, error.name or "")))
    )
    buttons = findings_at(page.tree.css("a[href] button"), "A button stands inside a link.")
    return failed(*torn, *buttons) if torn or buttons else PASSED


check = Check(
    id="html.nested-forms",
    category="best-practices",
    weight=1,
    title="Controls are not nested in their like",
    rule="fail any",
    advice="Close the outer element first, or move the inner one out of it.",
    anchors="W3C Nu checker",
    inspect_page=html_only(_inspect),
)
