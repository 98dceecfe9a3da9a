"""Addresses that leave the scheme to the page."""

from selectolax.lexbor import LexborNode

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Verdict, warned
from haulier.checks.document import attribute, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    addressed = page.tree.css("[src], [href]")
    if not addressed:
        return NOT_APPLICABLE
    found = [node for node in addressed if _leaves_scheme_out(node)]
    return warned(*findings_at(found, "The address names no scheme.")) if found else PASSED


def _leaves_scheme_out(node: LexborNode) -> bool:
    return any(attribute(node, name).startswith("//") for name in ("src", "href"))


check = Check(
    id="links.protocol-relative",
    category="links",
    weight=1,
    title="Addresses name their scheme",
    rule="warn any",
    advice="Write https:// in full.",
    anchors="webhint no-protocol-relative-urls",
    inspect_page=html_only(_inspect),
)
