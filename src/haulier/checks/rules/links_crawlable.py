"""Links that no crawler can follow."""

from selectolax.lexbor import LexborNode

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Verdict, failed
from haulier.checks.document import attribute, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.urls import base_of, resolve

_NOWHERE = ("javascript:", "file:")


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    links = page.tree.css("a[href]")
    if not links:
        return NOT_APPLICABLE
    base = base_of(page)
    dead = [node for node in links if _is_dead(node, base)]
    return failed(*findings_at(dead, "The address leads nowhere.")) if dead else PASSED


def _is_dead(link: LexborNode, base: str) -> bool:
    resolved = resolve(attribute(link, "href"), base)
    return resolved is None or resolved.startswith(_NOWHERE)


check = Check(
    id="links.crawlable",
    category="links",
    weight=3,
    title="Links lead to real addresses",
    rule="fail: javascript:void, file:, unparseable href",
    advice="Put a real address into href, and use buttons for actions.",
    anchors="Lighthouse crawlable-anchors",
    inspect_page=html_only(_inspect),
)
