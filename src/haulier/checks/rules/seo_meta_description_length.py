"""The length of the page's meta description."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, warned
from haulier.checks.document import html_only, meta_content
from haulier.checks.facts import Page, SiteFacts

_SHORTEST = 50
_LONGEST = 160


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    content = meta_content(page, "description")
    if not content:
        return NOT_APPLICABLE
    if _SHORTEST <= len(content) <= _LONGEST:
        return PASSED
    return warned(
        Finding(
            message=f"The description has {len(content)} characters.",
            selector='head > meta[name="description"]',
            snippet=content,
            data={"characters": len(content)},
        )
    )


check = Check(
    id="seo.meta-description-length",
    category="seo",
    weight=1,
    title="The description has a fitting length",
    rule="warn <50 or >160 characters",
    advice=(
        "Keep the description between 50 and 160 characters: longer ones are cut in result lists."
    ),
    anchors="coach metaDescription",
    inspect_page=html_only(_inspect),
)
