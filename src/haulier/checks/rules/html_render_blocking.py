"""Scripts and style sheets in the head that a browser must wait for."""

from selectolax.lexbor import LexborNode

from haulier.checks.base import PASSED, Check, Verdict, failed, warned
from haulier.checks.document import attribute, findings_at, html_only, tokens
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.urls import base_of, is_same_site, resolve

_MOST_SCRIPTS = 3
_CLASSIC = {"", "text/javascript", "application/javascript", "text/ecmascript"}
_NOT_FOR_SCREENS = {"print", "not all"}


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    scripts = [node for node in page.tree.css("head script[src]") if _blocks(node)]
    if len(scripts) > _MOST_SCRIPTS:
        return failed(*findings_at(scripts, "The page waits for this script."))
    sheets = [node for node in page.tree.css("head link[rel][href]") if _is_waited_for(node)]
    base = base_of(page)
    foreign = [
        *(node for node in scripts if _is_foreign(attribute(node, "src"), base, page)),
        *(node for node in sheets if _is_foreign(attribute(node, "href"), base, page)),
    ]
    if not foreign:
        return PASSED
    return warned(*findings_at(foreign, "The page waits for another site to send this."))


def _blocks(script: LexborNode) -> bool:
    if attribute(script, "type").lower() not in _CLASSIC:
        return False
    return not {"async", "defer", "nomodule"} & script.attributes.keys()


def _is_waited_for(link: LexborNode) -> bool:
    relations = tokens(link, "rel")
    is_sheet = "stylesheet" in relations and "alternate" not in relations
    is_off = "disabled" in link.attributes
    return is_sheet and not is_off and attribute(link, "media").lower() not in _NOT_FOR_SCREENS


def _is_foreign(address: str, base: str, page: Page) -> bool:
    resolved = resolve(address, base)
    if resolved is None or not resolved.startswith("http"):
        return False
    return not is_same_site(resolved, page.final.url)


check = Check(
    id="html.render-blocking",
    category="performance",
    weight=3,
    title="Nothing holds the first paint back",
    rule="warn >0 sync third-party; fail >3 sync scripts in head",
    advice="Add defer to scripts or move them down, and put only critical CSS in the way.",
    anchors="Lighthouse render-blocking; coach avoidRenderBlocking",
    inspect_page=html_only(_inspect),
)
