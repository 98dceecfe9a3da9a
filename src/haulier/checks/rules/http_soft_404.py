"""What the site says of a path that cannot exist."""

from haulier.checks.base import PASSED, Check, Finding, Status, Verdict, failed, warned
from haulier.checks.facts import SiteFacts
from haulier.checks.urls import path_of, resolve

_HTML = {"text/html", "application/xhtml+xml"}


def _inspect(facts: SiteFacts) -> Verdict:
    missing = facts.missing_path
    if missing is None or not missing.ok:
        told = Finding(message="A path that cannot exist gave no answer.")
        return Verdict(status=Status.ERROR, findings=(told,))
    kind = missing.status // 100
    target = missing.first("location") if kind == 3 else None  # noqa: PLR2004
    address = resolve(target, missing.url) if target else missing.url
    if kind in {2, 3} and address and path_of(address) == "/":
        return warned(Finding(message="An unknown path leads to the home page.", url=missing.url))
    if kind == 2 and missing.media_type in _HTML:  # noqa: PLR2004
        message = f"An unknown path answered {missing.status} with a page."
        return failed(Finding(message=message, url=missing.url))
    return PASSED


check = Check(
    id="http.soft-404",
    category="performance",
    weight=3,
    title="Unknown paths answer 404",
    rule="fail: 200 with HTML; warn: redirect to home",
    advice="Answer 404 or 410 for paths that do not exist, not a page with status 200.",
    anchors="Search Central soft-404",
    inspect_site=_inspect,
)
