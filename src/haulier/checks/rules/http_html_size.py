"""The size of the decoded document."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.document import html_only
from haulier.checks.facts import Page, SiteFacts

_LARGE = 200 * 1024
_HUGE = 1024 * 1024


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    size = len(page.final.body)
    finding = Finding(message=f"The document has {size:,} bytes.", data={"bytes": size})
    if size > _HUGE or page.final.truncated:
        return failed(finding)
    return warned(finding) if size > _LARGE else PASSED


check = Check(
    id="http.html-size",
    category="performance",
    weight=1,
    title="The document is of moderate size",
    rule="warn >200 KiB; fail >1 MiB",
    advice="Move inline data and styles into files of their own, and split long lists into pages.",
    anchors="coach pageSize",
    inspect_page=html_only(_inspect),
)
