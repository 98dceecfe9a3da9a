"""The four basic Open Graph properties."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.document import attribute, html_only
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.urls import is_absolute_web

_BASIC = ("og:title", "og:type", "og:image", "og:url")


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    found: dict[str, str] = {}
    for node in page.tree.css("meta[property]"):
        found.setdefault(attribute(node, "property").lower(), attribute(node, "content"))
    image = found.get("og:image")
    if image and not is_absolute_web(image):
        return failed(Finding(message="The address of og:image is not absolute.", snippet=image))
    missing = [name for name in _BASIC if not found.get(name)]
    if missing:
        return warned(*(Finding(message=f"{name} is missing.") for name in missing))
    return PASSED


check = Check(
    id="seo.open-graph",
    category="seo",
    weight=1,
    title="Shared links have a preview",
    rule="warn: some missing; fail: og:image not absolute",
    advice="Set og:title, og:type, og:image and og:url, the image by its full address.",
    anchors="ogp.me",
    inspect_page=html_only(_inspect),
)
