"""Whether the image that readers see first is loaded late."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Verdict, warned
from haulier.checks.document import attribute, finding_at, html_only
from haulier.checks.facts import Page, SiteFacts


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    image = page.tree.css_first("main img") or page.tree.css_first("body img")
    if image is None:
        return NOT_APPLICABLE
    if attribute(image, "loading").lower() == "lazy":
        return warned(finding_at(image, "The first image is loaded lazily."))
    return PASSED


check = Check(
    id="html.lazy-lcp",
    category="performance",
    weight=1,
    title="The first image is not put off",
    rule="warn: first image has loading=lazy",
    advice="Load the first visible image at once, with fetchpriority=high.",
    anchors="Lighthouse lcp-discovery",
    inspect_page=html_only(_inspect),
)
