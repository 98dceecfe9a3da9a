"""Links to places within the same page."""

from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Verdict, warned
from haulier.checks.document import attribute, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.urls import base_of, resolve, without_fragment

_NOT_PLACES = ("/", "!", ":~:")
"""Routes of scripts, and text fragments."""


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    base, own = base_of(page), without_fragment(page.final.url)
    links = [
        (node, place)
        for node in page.tree.css('a[href*="#"]')
        if (place := _place(node, base, own))
    ]
    if not links:
        return NOT_APPLICABLE
    places = _places(page)
    lost = [node for node, place in links if not {place, unquote(place)} & places]
    return warned(*findings_at(lost, "The page has no such place.")) if lost else PASSED


def _place(link: LexborNode, base: str, own: str) -> str | None:
    """The fragment, when the link leads to this page and the fragment is meant as a place."""
    resolved = resolve(attribute(link, "href"), base)
    if resolved is None or without_fragment(resolved) != own:
        return None
    place = attribute(link, "href").partition("#")[2]
    return None if place.startswith(_NOT_PLACES) or place.lower() == "top" else place


def _places(page: Page) -> set[str]:
    named = [node.attributes.get("name") for node in page.tree.css("a[name]")]
    ids = [node.attributes.get("id") for node in page.tree.css("[id]")]
    return {name for name in (*named, *ids) if name}


check = Check(
    id="links.fragment",
    category="links",
    weight=1,
    title="Links within the page find their place",
    rule="warn: no such id",
    advice="Give the target the id that the link names, or mend the link.",
    anchors="W3C checklink",
    inspect_page=html_only(_inspect),
)
