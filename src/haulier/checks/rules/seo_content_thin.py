"""How much the page has to say."""

import re

from haulier.checks.base import PASSED, Check, Finding, Status, Verdict
from haulier.checks.document import attribute, html_only, walk
from haulier.checks.facts import Page, SiteFacts

_FEWEST = 100
_FURNITURE = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "svg")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_IDEOGRAPHS_PER_WORD = 2


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    root = page.tree.css_first("main") or page.tree.body
    text = " ".join(
        node.text_content or "" for node, _ in walk(root, _FURNITURE) if node.tag == "-text"
    )
    words = _words(text)
    if words >= _FEWEST:
        return PASSED
    finding = Finding(message=f"The main text has {words} words.", data={"words": words})
    status = Status.WARN if _is_article(page) else Status.INFO
    return Verdict(status=status, findings=(finding,))


def _words(text: str) -> int:
    """Words between spaces; scripts that write without spaces count two characters as a word."""
    spaced, ideographs = _IDEOGRAPH.subn(" ", text)
    return len(spaced.split()) + ideographs // _IDEOGRAPHS_PER_WORD


def _is_article(page: Page) -> bool:
    if page.tree.css_first("article"):
        return True
    kinds = page.tree.css('meta[property="og:type"]')
    return any(attribute(kind, "content").lower().startswith("article") for kind in kinds)


check = Check(
    id="seo.content-thin",
    category="seo",
    weight=1,
    title="The page has something to read",
    rule="warn <100 words (info only for non-article pages)",
    advice="Say more on the page, or keep it out of the index.",
    anchors="—",
    inspect_page=html_only(_inspect),
)
