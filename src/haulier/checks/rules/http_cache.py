"""What the answer says of caching (RFC 9111)."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.cache_policy import flaws_of, has_policy
from haulier.checks.facts import Page, SiteFacts


def _inspect(page: Page, _: SiteFacts) -> Verdict:
    final = page.final
    if not final.ok:
        return NOT_APPLICABLE
    if flaws := flaws_of(final):
        return failed(*(Finding(message=flaw, header="Cache-Control") for flaw in flaws))
    has_validator = bool(final.first("etag") or final.first("last-modified"))
    if page.is_html and not has_validator and not has_policy(final):
        return warned(Finding(message="Neither a validator nor a policy for caches is given."))
    return PASSED


check = Check(
    id="http.cache",
    category="performance",
    weight=1,
    title="The page says how it may be cached",
    rule=(
        "warn: HTML with neither validator nor policy; fail: contradictory or unparseable "
        "directives"
    ),
    advice=(
        "Set an explicit Cache-Control, and keep an ETag or Last-Modified so that "
        "revisits cost a 304."
    ),
    anchors="webhint http-cache; coach cacheHeaders",
    inspect_page=_inspect,
)
