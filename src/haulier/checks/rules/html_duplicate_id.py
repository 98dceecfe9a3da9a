"""Ids that stand on more than one element."""

from selectolax.lexbor import LexborNode

from haulier.checks.base import PASSED, Check, Verdict, warned
from haulier.checks.document import findings_at, html_only
from haulier.checks.facts import Page, SiteFacts


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    seen: set[str] = set()
    repeated: list[LexborNode] = []
    for node in page.tree.css("[id]"):
        identity = node.attributes.get("id")
        if identity and identity in seen:
            repeated.append(node)
        elif identity:
            seen.add(identity)
    if not repeated:
        return PASSED
    return warned(*findings_at(repeated, "The id is taken by an earlier element."))


check = Check(
    id="html.duplicate-id",
    category="best-practices",
    weight=1,
    title="Ids are unique",
    rule="warn any",
    advice="Give each element an id of its own.",
    anchors="axe duplicate-id",
    inspect_page=html_only(_inspect),
)
