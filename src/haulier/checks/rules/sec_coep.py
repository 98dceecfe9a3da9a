"""`sec.coep`: Cross-Origin-Embedder-Policy."""

from haulier.checks.base import Check, Verdict
from haulier.checks.exchanges import combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.outcomes import conclude, unscored
from haulier.checks.structured_fields import token_outcome

_FIELD = "cross-origin-embedder-policy"
_KNOWN = frozenset({"require-corp", "credentialless", "unsafe-none"})


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unscored(page.final):
        return error
    return conclude(
        "cross-origin-embedder-policy",
        token_outcome(page.final.values(_FIELD), prefix="coep", known=_KNOWN),
        header="Cross-Origin-Embedder-Policy",
        evidence=combined(page.final, _FIELD),
    )


check = Check(
    id="sec.coep",
    category="security",
    weight="obs",
    title="The page embeds only what agrees to it",
    rule=(
        "require-corp/credentialless +10, unsafe-none/absent 0, invalid or repeated \N{MINUS SIGN}5"
    ),
    advice=(
        "Send require-corp as soon as everything embedded carries its own resource policy; until "
        "then, credentialless."
    ),
    anchors="MDN Observatory",
    inspect_page=_inspect,
)
