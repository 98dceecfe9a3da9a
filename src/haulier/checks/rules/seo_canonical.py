"""The canonical address that the page names."""

from collections.abc import Sequence

from haulier.checks.alternates import alternates_of
from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed
from haulier.checks.document import attribute, tokens
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.link_header import links_of
from haulier.checks.urls import base_of, is_absolute_web, path_of, resolve, without_fragment

_HOME_NAMES = ("index.", "default.", "home.")


def _inspect(page: Page, facts: SiteFacts) -> Verdict:
    written = _canonicals(page)
    if not written:
        return NOT_APPLICABLE
    if wrong := [address for address in written if not is_absolute_web(address)]:
        message = "The canonical address is not an absolute http(s) URL."
        return failed(*(Finding(message=message, snippet=address) for address in wrong))
    if len(set(written)) > 1:
        message = "Several different canonical addresses are named."
        return failed(*(Finding(message=message, url=address) for address in written))
    if _is_other_language(page, written[0]):
        message = "The canonical address is that of another language version."
        return failed(Finding(message=message, url=written[0]))
    if _points_home(page) and all(_points_home(other) for other in facts.pages if _is_deep(other)):
        message = "The canonical address is the home page instead of this page."
        return failed(Finding(message=message, url=written[0]))
    return PASSED


def _canonicals(page: Page) -> Sequence[str]:
    in_head = [
        attribute(node, "href")
        for node in page.tree.css("head > link[rel]")
        if "canonical" in tokens(node, "rel")
    ]
    in_header = [link.target for link in links_of(page.final) if "canonical" in link.relations]
    return [*in_head, *in_header]


def _is_other_language(page: Page, canonical: str) -> bool:
    base = base_of(page)
    versions = {resolve(alternate.address, base) for alternate in alternates_of(page)}
    own = without_fragment(page.final.url)
    return own in versions and resolve(canonical, base) in versions - {own}


def _points_home(page: Page) -> bool:
    canonicals = _canonicals(page)
    return _is_deep(page) and len(canonicals) == 1 and path_of(canonicals[0]) == "/"


def _is_deep(page: Page) -> bool:
    """Neither the root nor a file that commonly stands for it."""
    path = path_of(page.final.url)
    return path != "/" and not path.lower().lstrip("/").startswith(_HOME_NAMES)


check = Check(
    id="seo.canonical",
    category="seo",
    weight=7,
    title="The page names one canonical address",
    rule=(
        "fail: relative, invalid, several different, points at another hreflang, or every "
        "page at the root; na absent"
    ),
    advice="Name one canonical URL per page, absolute, pointing at this very content.",
    anchors="Lighthouse canonical",
    inspect_page=_inspect,
)
