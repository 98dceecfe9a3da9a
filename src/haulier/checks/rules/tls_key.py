"""`tls.key`: the strength of the certificate's key and signature."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed
from haulier.checks.facts import SiteFacts
from haulier.checks.verdicts import undecided
from haulier.checks.x509 import leaf_of, weak_key, weak_signature


def _inspect(facts: SiteFacts) -> Verdict:
    if facts.certificate is None:
        return NOT_APPLICABLE
    leaf = leaf_of(facts.certificate.chain)
    if leaf is None:
        return undecided("The server's certificate could not be read.")
    try:
        key, signature = weak_key(leaf), weak_signature(leaf)
    except ValueError as error:
        return undecided(f"The certificate could not be judged: {error}.")
    findings: list[Finding] = []
    if key:
        findings.append(Finding(message=f"The key is {key}, which is too weak."))
    if signature:
        message = f"The certificate is signed with {signature}, which can be forged."
        findings.append(Finding(message=message))
    return failed(*findings) if findings else PASSED


check = Check(
    id="tls.key",
    category="security",
    weight=3,
    title="Key and signature of the certificate are strong",
    rule="fail: RSA<2048, EC<224, SHA-1/MD5 signature",
    advice="Have it issued anew with an ECDSA P-256 or RSA 2048 key (or larger) and SHA-256.",
    anchors="testssl",
    inspect_site=_inspect,
)
