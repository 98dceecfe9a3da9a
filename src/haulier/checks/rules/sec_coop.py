"""`sec.coop`: Cross-Origin-Opener-Policy."""

from haulier.checks.base import Check, Verdict
from haulier.checks.exchanges import combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.outcomes import conclude, unscored
from haulier.checks.structured_fields import token_outcome

_FIELD = "cross-origin-opener-policy"
_KNOWN = frozenset(
    {"same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"}
)


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unscored(page.final):
        return error
    return conclude(
        "cross-origin-opener-policy",
        token_outcome(page.final.values(_FIELD), prefix="coop", known=_KNOWN),
        header="Cross-Origin-Opener-Policy",
        evidence=combined(page.final, _FIELD),
    )


check = Check(
    id="sec.coop",
    category="security",
    weight="obs",
    title="Pages that open this one have no hold on it",
    rule="three safe values +10, unsafe-none/absent 0, invalid or repeated \N{MINUS SIGN}5",
    advice="Send same-origin; where sign-in windows must report back, same-origin-allow-popups.",
    anchors="MDN Observatory; Lighthouse origin-isolation",
    inspect_page=_inspect,
)
