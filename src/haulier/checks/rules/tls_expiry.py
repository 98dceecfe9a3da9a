"""`tls.expiry`: how long the certificate still holds."""

from datetime import timedelta

from haulier.checks.base import (
    NOT_APPLICABLE,
    PASSED,
    Check,
    Finding,
    Verdict,
    failed,
    warned,
)
from haulier.checks.facts import SiteFacts
from haulier.checks.verdicts import undecided
from haulier.checks.x509 import leaf_of, validity_of

_FAIL_BELOW = timedelta(days=7)
_WARN_BELOW = timedelta(days=21)


def _inspect(facts: SiteFacts) -> Verdict:
    if facts.certificate is None:
        return NOT_APPLICABLE
    leaf = leaf_of(facts.certificate.chain)
    validity = validity_of(leaf) if leaf else None
    if validity is None:
        return undecided("The server's certificate could not be read.")
    remaining = validity.ends - facts.now
    warn_below = min(_WARN_BELOW, validity.lifetime / 3)
    if remaining >= warn_below:
        return PASSED
    days = remaining // timedelta(days=1)
    finding = Finding(
        message=f"The certificate ends at {validity.ends:%Y-%m-%d %H:%M} UTC.",
        data={"days_left": days, "not_after": validity.ends.isoformat()},
    )
    # A six-day certificate is renewed late by design: it fails only in its last third.
    return failed(finding) if remaining < min(_FAIL_BELOW, warn_below) else warned(finding)


check = Check(
    id="tls.expiry",
    category="security",
    weight=7,
    title="The certificate does not end soon",
    rule="fail <7 days; warn <21 days (or <1/3 of the lifetime when that is shorter)",
    advice="Let renewal run by itself, and have somebody told long before the end date.",
    anchors="Hardenize, testssl",
    inspect_site=_inspect,
)
