"""The status of the page itself."""

from haulier.checks.base import PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.facts import Page, SiteFacts

_CLIENT_ERROR = 400


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    final = page.final
    if not final.ok:
        return failed(Finding(message=f"No answer: {final.error or 'unknown'}.", url=final.url))
    if final.status >= _CLIENT_ERROR:
        return failed(Finding(message=f"The page answered {final.status}.", url=final.url))
    if final.status // 100 == 3:  # noqa: PLR2004
        message = f"The page answered {final.status}, a redirect that leads nowhere."
        return warned(Finding(message=message, url=final.url))
    return PASSED


check = Check(
    id="http.status",
    category="performance",
    weight=10,
    title="The page answers with success",
    rule="fail ≥400; warn 3xx left unfollowed",
    advice="Answer 200 for pages that exist, 404 or 410 for those that do not.",
    anchors="Lighthouse http-status-code",
    inspect_page=_inspect,
)
