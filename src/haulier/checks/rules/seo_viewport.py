"""The viewport that the page asks for."""

import re

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed
from haulier.checks.document import html_only, meta_content
from haulier.checks.facts import Page, SiteFacts

_WIDTH = re.compile(r"(?:^|[,;\s])width\s*=\s*[^\s,;]", re.IGNORECASE)


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    content = meta_content(page, "viewport")
    if content is None:
        return failed(Finding(message="The head has no meta viewport."))
    if not _WIDTH.search(content):
        return failed(Finding(message="The viewport names no width.", snippet=content))
    return PASSED


check = Check(
    id="seo.viewport",
    category="seo",
    weight=7,
    title="The page fits small screens",
    rule="fail: missing or no width",
    advice="Add a meta viewport with width=device-width, initial-scale=1.",
    anchors="webhint meta-viewport",
    inspect_page=html_only(_inspect),
)
