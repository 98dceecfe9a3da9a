"""Images, videos and frames whose size is unknown until they arrive."""

import re

from selectolax.lexbor import LexborNode

from haulier.checks.base import PASSED, Check, Verdict, warned
from haulier.checks.document import attribute, findings_at, html_only
from haulier.checks.facts import Page, SiteFacts

_PROPERTY = re.compile(r"(?:^|;)\s*(width|height|aspect-ratio|display|position)\s*:\s*([^;]+)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    unsized = [node for node in page.tree.css("img, video, iframe") if _may_jump(node)]
    if not unsized:
        return PASSED
    return warned(*findings_at(unsized, "The element has neither a size nor an aspect ratio."))


def _may_jump(node: LexborNode) -> bool:
    if "hidden" in node.attributes:
        return False
    style = {name: value.strip() for name, value in _PROPERTY.findall(attribute(node, "style"))}
    if style.get("display") == "none" or style.get("position") in {"absolute", "fixed"}:
        return False
    if "aspect-ratio" in style:
        return False
    return not all(
        name in style or _NUMBER.fullmatch(attribute(node, name)) for name in ("width", "height")
    )


check = Check(
    id="html.unsized-media",
    category="performance",
    weight=1,
    title="Images and frames reserve their space",
    rule="warn any",
    advice="Give width and height, so that the text does not jump when they arrive.",
    anchors="Lighthouse unsized-images",
    inspect_page=html_only(_inspect),
)
