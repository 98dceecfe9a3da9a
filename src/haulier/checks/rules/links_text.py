"""Links whose text says nothing in its language."""

from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Verdict, failed
from haulier.checks.document import attribute, collapsed, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts

_EMPTY_WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        {"click here", "click this", "go", "here", "this", "start", "right here", "more"}
        | {"learn more", "read more", "see more", "more info", "details", "link"}
    ),
    "de": frozenset(
        {"hier", "hier klicken", "klicken sie hier", "mehr", "mehr erfahren", "mehr lesen"}
        | {"weiterlesen", "weiter", "link", "details"}
    ),
    "fr": frozenset(
        {"cliquez ici", "ici", "en savoir plus", "plus", "lire la suite", "voir plus", "lien"}
    ),
    "es": frozenset(
        {"haz clic aquí", "haga clic aquí", "aquí", "más", "leer más", "ver más", "más información"}
    ),
    "it": frozenset({"clicca qui", "qui", "leggi tutto", "scopri di più", "di più", "continua"}),
    "pt": frozenset({"clique aqui", "aqui", "mais", "leia mais", "saiba mais", "ver mais"}),
    "nl": frozenset({"klik hier", "hier", "lees meer", "meer", "meer lezen", "meer informatie"}),
    "pl": frozenset({"kliknij tutaj", "tutaj", "więcej", "czytaj więcej", "dowiedz się więcej"}),
}
_ALL = frozenset(phrase for phrases in _EMPTY_WORDS.values() for phrase in phrases)
_AROUND = " .…:!?»«>→-–"  # noqa: RUF001 - the signs that links end with
_FARTHEST_PARENT = 64
_LONGEST = 40
"""No empty phrase is longer, so a longer text needs no look."""


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    links = [node for node in page.tree.css("a[href]") if _leads_away(node)]
    if not links:
        return NOT_APPLICABLE
    empty = [node for node in links if _says_nothing(node)]
    if not empty:
        return PASSED
    return failed(*findings_at(empty, "The text of the link says nothing of its target."))


def _leads_away(link: LexborNode) -> bool:
    return not attribute(link, "href").lower().startswith(("#", "javascript:"))


def _says_nothing(link: LexborNode) -> bool:
    text = attribute(link, "aria-label") or link.text()
    if len(text) > _LONGEST * 4:
        return False
    words = collapsed(text).lower().strip(_AROUND)
    return words in _ALL and words in _EMPTY_WORDS.get(_language(link), _ALL)


def _language(link: LexborNode) -> str:
    """The primary language of the nearest element that names one, "" when none does."""
    node: LexborNode | None = link
    for _ in range(_FARTHEST_PARENT):
        if node is None:
            break
        if named := attribute(node, "lang"):
            return named.partition("-")[0].lower()
        node = node.parent
    return ""


check = Check(
    id="links.text",
    category="links",
    weight=3,
    title="Links say where they lead",
    rule="fail: only “click here”, “more”, “hier”, … in the text’s language",  # noqa: RUF001 - the quotes of the recipe
    advice="Let the link's own words name its target.",
    anchors="Lighthouse link-text",
    inspect_page=html_only(_inspect),
)
