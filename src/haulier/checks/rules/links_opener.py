"""Links that open another site in a new window."""

from selectolax.lexbor import LexborNode

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Verdict, warned
from haulier.checks.document import attribute, findings_at, html_only, tokens
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.urls import base_of, host_of, resolve


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    opening = [node for node in page.tree.css("a[target][href]") if _opens_window(node)]
    if not opening:
        return NOT_APPLICABLE
    base, own = base_of(page), host_of(page.final.url)
    exposed = [
        node
        for node in opening
        if not tokens(node, "rel") & {"noopener", "noreferrer"}
        and host_of(resolve(attribute(node, "href"), base) or "") not in {"", own}
    ]
    if not exposed:
        return PASSED
    return warned(*findings_at(exposed, "The new window may reach back to this page."))


def _opens_window(link: LexborNode) -> bool:
    return attribute(link, "target").lower() == "_blank"


check = Check(
    id="links.opener",
    category="links",
    weight=1,
    title="New windows have no hold on the page",
    rule="warn: no rel=noopener/noreferrer",
    advice="Add rel=noopener for browsers that do not imply it.",
    anchors="webhint disown-opener",
    inspect_page=html_only(_inspect),
)
