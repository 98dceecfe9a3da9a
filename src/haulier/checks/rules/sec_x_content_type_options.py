"""`sec.x-content-type-options`: whether browsers may guess media types."""

from haulier.checks.base import Check, Verdict
from haulier.checks.exchanges import combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.outcomes import conclude, unscored

_READ_LIMIT = 256


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unscored(page.final):
        return error
    value = combined(page.final, "x-content-type-options")
    return conclude(
        "x-content-type-options",
        _result(value),
        header="X-Content-Type-Options",
        evidence=value,
    )


def _result(value: str | None) -> str:
    if not value:
        return "x-content-type-options-not-implemented"
    if value[:_READ_LIMIT].strip().lower() == "nosniff":
        return "x-content-type-options-nosniff"
    return "x-content-type-options-header-invalid"


check = Check(
    id="sec.x-content-type-options",
    category="security",
    weight="obs",
    title="Browsers take media types as declared",
    rule="nosniff 0, otherwise \N{MINUS SIGN}5",
    advice="Add X-Content-Type-Options: nosniff to every answer.",
    anchors="MDN Observatory; webhint x-content-type-options",
    inspect_page=_inspect,
)
