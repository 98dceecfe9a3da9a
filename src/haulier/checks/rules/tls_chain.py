"""`tls.chain`: whether the server sends the right intermediate certificates."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, warned
from haulier.checks.facts import Certificate, SiteFacts
from haulier.checks.verdicts import undecided
from haulier.checks.x509 import is_self_issued, leaf_of, load


def _inspect(facts: SiteFacts) -> Verdict:
    certificate = facts.certificate
    if certificate is None:
        return NOT_APPLICABLE
    if leaf_of(certificate.chain) is None:
        return undecided("The server's certificate could not be read.")
    findings: list[Finding] = []
    if certificate.trusts_without_intermediates or certificate.error == "unknown_issuer":
        message = "The server does not send what leads from its certificate to a known authority."
        findings.append(Finding(message=message))
    if _sends_root(certificate):
        message = "The server sends the root, which browsers have and never take from the wire."
        findings.append(Finding(message=message))
    if findings:
        return warned(*findings)
    if certificate.trusts_without_intermediates is None and len(certificate.chain) == 1:
        return undecided("Whether an intermediate is missing cannot be told from here.")
    return PASSED


def _sends_root(certificate: Certificate) -> bool:
    above_leaf = (load(der) for der in certificate.chain[1:])
    return any(is_self_issued(one) for one in above_leaf if one)


check = Check(
    id="tls.chain",
    category="security",
    weight=3,
    title="The certificate chain is complete and holds no root",
    rule="warn: leaf only verifies through AIA or extra roots; warn: root included",
    advice="Send your own certificate first, then the intermediates in order; leave the root out.",
    anchors="testssl, SSL Labs",
    inspect_site=_inspect,
)
