"""How long caches may keep style sheets, scripts, images and fonts of the site."""

from datetime import timedelta

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.cache_policy import lifetime_of
from haulier.checks.facts import Page, SiteFacts

_LONG = timedelta(days=7)


def _inspect(page: Page, facts: SiteFacts) -> Verdict:
    assets = [asset for asset in facts.assets if asset.status // 100 == 2]  # noqa: PLR2004
    if page is not facts.page or not assets:
        return NOT_APPLICABLE
    lifetimes = [(asset, lifetime_of(asset)) for asset in assets]
    short = [
        Finding(
            message=f"Caches may keep it for {lifetime.total_seconds() / 86_400:.1f} days.",
            header="Cache-Control",
            url=asset.url,
        )
        for asset, lifetime in lifetimes
        if lifetime < _LONG
    ]
    if not any(lifetime for _, lifetime in lifetimes):
        return failed(*short)
    return warned(*short) if short else PASSED


check = Check(
    id="http.cache-static",
    category="performance",
    weight=3,
    title="Static files stay in the cache",
    rule="warn: any <7 days; fail: none cacheable",
    advice=(
        "Put a fingerprint into the names of static files, and cache them for a year as immutable."
    ),
    anchors="Lighthouse cache-insight; coach cacheHeadersLong",
    inspect_page=_inspect,
)
