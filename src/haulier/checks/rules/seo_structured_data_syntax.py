"""Structured data as such: JSON-LD, microdata and RDFa."""

from collections.abc import Iterable

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed
from haulier.checks.document import attribute, finding_at, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.structured_data import Node, is_untyped, json_ld_of


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    scripts = json_ld_of(page)
    untyped_items = page.tree.css("[itemscope]:not([itemtype]):not([itemprop])")
    blank_types = [node for node in page.tree.css("[typeof]") if not attribute(node, "typeof")]
    if not scripts and not page.tree.css_first("[itemscope], [typeof]"):
        return NOT_APPLICABLE
    findings = [
        *(finding for script in scripts for finding in _flaws(script)),
        *findings_at(untyped_items, "The item has no itemtype."),
        *findings_at(blank_types, "The typeof attribute is blank."),
    ]
    return failed(*findings) if findings else PASSED


def _flaws(script: Node) -> Iterable[Finding]:
    if script.problem:
        yield finding_at(script.element, script.problem)
        return
    if script.has_no_context:
        yield finding_at(script.element, "The JSON-LD names no @context.")
    if any(is_untyped(item) for item in script.items):
        yield finding_at(script.element, "A node of the JSON-LD has no @type.")


check = Check(
    id="seo.structured-data-syntax",
    category="seo",
    weight=3,
    title="Structured data can be read",
    rule="fail: invalid JSON or no @type/@context; na none",
    advice="Mend the JSON, and give every node a type and the document a context.",
    anchors="Lighthouse structured-data (manual); W3C",
    inspect_page=html_only(_inspect),
)
