"""`tls.protocol`: which versions of TLS the server speaks."""

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

_OUTDATED = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1"})
_NEWEST = "TLSv1.3"
_KNOWN = _OUTDATED | {"TLSv1.2", _NEWEST}


def _inspect(facts: SiteFacts) -> Verdict:
    certificate = facts.certificate
    if certificate is None:
        return NOT_APPLICABLE
    protocol = certificate.protocol
    if protocol in _OUTDATED:
        return failed(Finding(message=f"The server speaks nothing newer than {protocol}."))
    if protocol not in _KNOWN:
        return undecided("The negotiated version of TLS is not known.")
    findings: list[Finding] = []
    if protocol != _NEWEST:
        findings.append(Finding(message="The server does not speak TLS 1.3."))
    if certificate.legacy:
        findings.append(Finding(message="The server still accepts TLS 1.0 or 1.1."))
    if findings:
        return warned(*findings)
    if certificate.legacy is None:
        return undecided("TLS 1.1 cannot be offered from here, so it could not be tried.")
    return PASSED


check = Check(
    id="tls.protocol",
    category="security",
    weight=7,
    title="Only current versions of TLS are spoken",
    rule="fail: <1.2 negotiated; warn: 1.0/1.1 still accepted or no 1.3",
    advice="Switch on TLS 1.3 and 1.2 and switch off everything older.",
    anchors="testssl, Mozilla TLS guidelines",
    inspect_site=_inspect,
)
