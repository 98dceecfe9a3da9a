"""The time until the first byte, as the median of the requests that were made."""

from statistics import median

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.facts import Page, SiteFacts

_GOOD_MS = 800
_POOR_MS = 1_800


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    times = [one.first_byte_ms for one in (page.final, *page.repeats) if one.ok]
    if not times:
        return NOT_APPLICABLE
    typical = median(times)
    finding = Finding(
        message=f"The first byte came after {typical:.0f} ms.",
        data={"median_ms": round(typical, 1), "requests": len(times)},
    )
    if typical > _POOR_MS:
        return failed(finding)
    return warned(finding) if typical > _GOOD_MS else PASSED


check = Check(
    id="http.ttfb",
    category="performance",
    weight=3,
    title="The server answers quickly",
    rule="pass ≤800 ms, warn ≤1 800 ms, fail above",
    advice="Cache pages near your readers and cut the work that each request costs.",
    anchors="web.dev TTFB; Lighthouse document-latency",
    inspect_page=_inspect,
)
