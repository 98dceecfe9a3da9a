"""`sec.referrer-policy`: how much of an address other sites are told."""

from haulier.checks.base import Check, Verdict
from haulier.checks.exchanges import combined
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.metas import referrer_policy
from haulier.checks.outcomes import conclude, unscored

_PRIVATE = frozenset(
    {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
)
_UNSAFE = frozenset(
    {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
)


def _inspect(page: Page, _facts: SiteFacts) -> Verdict:
    if error := unscored(page.final):
        return error
    given = (combined(page.final, "referrer-policy"), referrer_policy(page))
    policies = [policy for policy in given if policy is not None]
    return conclude(
        "referrer-policy",
        _result(policies),
        header="Referrer-Policy",
        evidence=", ".join(policies),
    )


def _result(policies: list[str]) -> str:
    """The last token that browsers know wins, over header and meta together."""
    if not policies:
        return "referrer-policy-not-implemented"
    tokens = [token.strip().lower() for token in ",".join(policies).split(",")]
    known = [token for token in tokens if token in _PRIVATE | _UNSAFE]
    if not known:
        return "referrer-policy-header-invalid"
    return f"referrer-policy-{'private' if known[-1] in _PRIVATE else 'unsafe'}"


check = Check(
    id="sec.referrer-policy",
    category="security",
    weight="obs",
    title="Other sites do not learn full addresses",
    rule="private +5, absent 0, unsafe or unknown \N{MINUS SIGN}5",
    advice="Send Referrer-Policy: strict-origin-when-cross-origin, or something stricter.",
    anchors="MDN Observatory",
    inspect_page=_inspect,
)
