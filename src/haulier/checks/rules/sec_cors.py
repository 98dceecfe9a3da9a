"""`sec.cors`: what a foreign origin is told in a preflight."""

from haulier.checks.base import Check, Verdict
from haulier.checks.exchanges import combined
from haulier.checks.facts import SiteFacts
from haulier.checks.outcomes import conclude, unscored

_IMPLEMENTED = "cross-origin-resource-sharing-implemented-with"
_READ_LIMIT = 256


def _inspect(facts: SiteFacts) -> Verdict:
    if error := unscored(facts.page.final):
        return error
    return conclude(
        "cross-origin-resource-sharing",
        _result(facts),
        header="Access-Control-Allow-Origin",
        evidence=_allowed(facts),
    )


def _result(facts: SiteFacts) -> str:
    preflight, allowed = facts.preflight, _allowed(facts)
    if preflight is None or not allowed:
        return "cross-origin-resource-sharing-not-implemented"
    if allowed[:_READ_LIMIT].strip() == "*":
        return f"{_IMPLEMENTED}-public-access"
    credentials = combined(preflight, "access-control-allow-credentials") or ""
    if allowed == facts.preflight_origin and credentials.lower() == "true":
        return f"{_IMPLEMENTED}-universal-access"
    return f"{_IMPLEMENTED}-restricted-access"


def _allowed(facts: SiteFacts) -> str | None:
    """The allowed origin of a preflight that succeeded: browsers heed no other."""
    preflight = facts.preflight
    if preflight is None or not preflight.ok or not 200 <= preflight.status < 300:  # noqa: PLR2004
        return None
    return combined(preflight, "access-control-allow-origin")


check = Check(
    id="sec.cors",
    category="security",
    weight="obs",
    title="Foreign sites cannot read answers in a visitor's name",
    rule="none/public/restricted 0, reflected origin + credentials \N{MINUS SIGN}50",
    advice=(
        "Do not copy the Origin header into the answer while credentials are allowed: compare it "
        "with a fixed list, or send * and leave credentials out."
    ),
    anchors="MDN Observatory",
    inspect_site=_inspect,
)
