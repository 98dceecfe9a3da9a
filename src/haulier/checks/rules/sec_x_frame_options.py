"""`sec.x-frame-options`: whether other sites may put the page into a frame."""

from haulier.checks.base import Check, Verdict
from haulier.checks.csp_reading import read_csp
from haulier.checks.exchanges import combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.outcomes import conclude, unscored

_READ_LIMIT = 1024


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unscored(page.final):
        return error
    value = combined(page.final, "x-frame-options")
    reading = read_csp(page)
    if "frame-ancestors" in reading.directives:
        return conclude(
            "x-frame-options", "x-frame-options-implemented-via-csp", evidence=reading.text
        )
    return conclude("x-frame-options", _result(value), header="X-Frame-Options", evidence=value)


def _result(value: str | None) -> str:
    if not value:
        return "x-frame-options-not-implemented"
    shown = value[:_READ_LIMIT].strip().lower()
    if shown in {"deny", "sameorigin"}:
        return "x-frame-options-sameorigin-or-deny"
    if shown.startswith("allow-from"):
        return "x-frame-options-allow-from-origin"
    return "x-frame-options-header-invalid"


check = Check(
    id="sec.x-frame-options",
    category="security",
    weight="obs",
    title="Other sites cannot frame the page",
    rule="+5 / 0 ALLOW-FROM / \N{MINUS SIGN}20",
    advice=(
        "Name the sites that may frame the page in frame-ancestors of the content security "
        "policy, and keep X-Frame-Options: DENY or SAMEORIGIN for browsers that are too old for it."
    ),
    anchors="MDN Observatory; Lighthouse clickjacking-mitigation",
    inspect_page=_inspect,
)
