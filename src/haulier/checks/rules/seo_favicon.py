"""The icon that tabs and result lists show."""

from haulier.checks.base import PASSED, Check, Finding, Status, Verdict, warned
from haulier.checks.document import attribute, tokens
from haulier.checks.facts import SiteFacts

_SIGNATURES = (b"\x00\x00\x01\x00", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"<svg")


def _inspect(facts: SiteFacts) -> Verdict:
    if facts.page.is_html and _is_linked(facts):
        return PASSED
    icon = facts.favicon
    if icon is None:
        told = Finding(message="No icon is linked, and /favicon.ico was not looked for.")
        return Verdict(status=Status.ERROR, findings=(told,))
    is_image = icon.media_type.startswith("image/") or icon.body.startswith(_SIGNATURES)
    if icon.status // 100 == 2 and icon.body and is_image:  # noqa: PLR2004
        return PASSED
    return warned(Finding(message="No icon is linked, and /favicon.ico is no image.", url=icon.url))


def _is_linked(facts: SiteFacts) -> bool:
    return any(
        tokens(node, "rel") & {"icon", "apple-touch-icon"} and attribute(node, "href")
        for node in facts.page.tree.css("link[rel][href]")
    )


check = Check(
    id="seo.favicon",
    category="seo",
    weight=1,
    title="The site has an icon",
    rule="warn none",
    advice="Provide an icon of at least 48 by 48 pixels and name it in the head.",
    anchors="coach favicon",
    inspect_site=_inspect,
)
