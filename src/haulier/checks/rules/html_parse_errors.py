"""Errors that the parsing algorithm of the HTML standard names."""

from haulier.checks.base import PASSED, Check, Finding, Status, Verdict, failed, warned
from haulier.checks.document import html_only
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.strict_html import errors_of, knows_every_element

_MOST_ERRORS = 20


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    if not knows_every_element(page):
        told = Finding(message="The page uses template, whose content the strict parser misreads.")
        return Verdict(status=Status.INFO, findings=(told,))
    findings = tuple(
        Finding(message=f"The parser reports {error.code}.", line=error.line, snippet=error.name)
        for error in errors_of(page)
    )
    if not findings:
        return PASSED
    return failed(*findings) if len(findings) > _MOST_ERRORS else warned(*findings)


check = Check(
    id="html.parse-errors",
    category="best-practices",
    weight=1,
    title="The markup has no errors",
    rule="warn >0; fail >20",
    advice=(
        "Mend unclosed and wrongly nested tags, first those near the top: later errors "
        "often follow from them."
    ),
    anchors="W3C Nu checker; webhint html-checker",
    inspect_page=html_only(_inspect),
)
