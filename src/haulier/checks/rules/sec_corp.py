"""`sec.corp`: Cross-Origin-Resource-Policy."""

from haulier.checks.base import Check, Verdict
from haulier.checks.exchanges import combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.outcomes import conclude, unscored

_KNOWN = frozenset({"same-origin", "same-site", "cross-origin"})
_READ_LIMIT = 256


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unscored(page.final):
        return error
    value = combined(page.final, "cross-origin-resource-policy")
    return conclude(
        "cross-origin-resource-policy",
        _result(value),
        header="Cross-Origin-Resource-Policy",
        evidence=value,
    )


def _result(value: str | None) -> str:
    """Plain text without parameters, letter case aside."""
    policy = (value or "")[:_READ_LIMIT].strip().lower()
    if not policy:
        return "corp-not-implemented"
    return f"corp-implemented-with-{policy}" if policy in _KNOWN else "corp-header-invalid"


check = Check(
    id="sec.corp",
    category="security",
    weight="obs",
    title="Other sites cannot embed the answer",
    rule="same-origin/same-site +10, cross-origin or absent 0, invalid \N{MINUS SIGN}5",
    advice="Send same-origin, unless other sites have to embed what this address delivers.",
    anchors="MDN Observatory",
    inspect_page=_inspect,
)
