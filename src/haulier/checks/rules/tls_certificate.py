"""`tls.certificate`: whether browsers trust the site's certificate."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed
from haulier.checks.facts import SiteFacts
from haulier.checks.x509 import leaf_of, validity_of

_REASONS = {
    "expired": "The certificate has expired.",
    "not_yet_valid": "The certificate is not valid yet.",
    "wrong_host": "The certificate names other hosts than this one.",
    "self_signed": "The certificate is signed by nobody but itself.",
    "unknown_issuer": "No authority that browsers know stands behind the certificate.",
}
_OTHER = "The certificate does not verify."


def _inspect(facts: SiteFacts) -> Verdict:
    certificate = facts.certificate
    if certificate is None:
        return NOT_APPLICABLE
    reason = certificate.error if not certificate.trusted else _wrong_time(facts)
    if certificate.trusted and reason is None:
        return PASSED
    message = _REASONS.get(reason or "", _OTHER)
    return failed(Finding(message=message, data={"reason": reason or "invalid"}))


def _wrong_time(facts: SiteFacts) -> str | None:
    """Dates count at the moment of the audit, whatever the handshake said."""
    leaf = leaf_of(facts.certificate.chain) if facts.certificate else None
    validity = validity_of(leaf) if leaf else None
    if validity is None:
        return None
    if facts.now > validity.ends:
        return "expired"
    return "not_yet_valid" if facts.now < validity.starts else None


check = Check(
    id="tls.certificate",
    category="security",
    weight=10,
    title="Browsers trust the certificate",
    rule="fail: untrusted, wrong name, expired or not yet valid",
    advice="Get a certificate for this host name from a public authority and send its whole chain.",
    anchors="securityheaders, Hardenize, testssl",
    inspect_site=_inspect,
)
