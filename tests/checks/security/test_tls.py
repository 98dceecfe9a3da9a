"""The five rules on TLS."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from checks.security.certificates import MD5_RSA, SHA1_RSA, SHA256_RSA, Key, certificate
from checks.security.sites import NOW, TRUSTED, site, verdict
from haulier.checks.base import Check, Status
from haulier.checks.facts import Certificate, SiteFacts
from haulier.checks.rules import tls_certificate, tls_chain, tls_expiry, tls_key, tls_protocol

RULES = [one.check for one in (tls_certificate, tls_chain, tls_expiry, tls_key, tls_protocol)]
LEAF = certificate()
GARBAGE = b"\x30\x82\xff\xff not a certificate"


def over(shown: Certificate | None) -> SiteFacts:
    return replace(site(), certificate=shown)


def shown(*chain: bytes, trusted: bool = True, error: str | None = None) -> Certificate:
    return replace(TRUSTED, chain=chain, trusted=trusted, error=error)


@pytest.mark.parametrize("check", RULES, ids=lambda check: check.id)
def test_without_tls_there_is_nothing_to_judge(check: Check) -> None:
    assert verdict(check, over(None)).status is Status.NOT_APPLICABLE


TRUST = [
    (shown(LEAF), Status.PASS, None),
    (shown(), Status.PASS, None),
    (shown(GARBAGE), Status.PASS, None),
    (shown(LEAF, trusted=False, error="expired"), Status.FAIL, "expired"),
    (shown(LEAF, trusted=False, error="not_yet_valid"), Status.FAIL, "not_yet_valid"),
    (shown(LEAF, trusted=False, error="wrong_host"), Status.FAIL, "wrong_host"),
    (shown(LEAF, trusted=False, error="self_signed"), Status.FAIL, "self_signed"),
    (shown(LEAF, trusted=False, error="unknown_issuer"), Status.FAIL, "unknown_issuer"),
    (shown(LEAF, trusted=False, error="something"), Status.FAIL, "something"),
    (shown(LEAF, trusted=False), Status.FAIL, "invalid"),
    (shown(certificate(ends=NOW - timedelta(seconds=1))), Status.FAIL, "expired"),
    (shown(certificate(starts=NOW + timedelta(seconds=1))), Status.FAIL, "not_yet_valid"),
]


@pytest.mark.parametrize(("given", "status", "reason"), TRUST)
def test_only_a_certificate_that_holds_now_passes(
    given: Certificate, status: Status, reason: str | None
) -> None:
    found = verdict(tls_certificate.check, over(given))

    assert found.status is status
    assert [finding.data["reason"] for finding in found.findings] == [reason] * bool(reason)


EXPIRY = [
    (90, 60, Status.PASS),
    (90, 21, Status.PASS),
    (90, 20.9, Status.WARN),
    (90, 7, Status.WARN),
    (90, 6.9, Status.FAIL),
    (90, 0, Status.FAIL),
    (90, -3, Status.FAIL),
    (398, 20, Status.WARN),
    (47, 16, Status.PASS),
    (47, 15, Status.WARN),
    (47, 6, Status.FAIL),
    (6, 3, Status.PASS),
    (6, 1, Status.FAIL),
]


@pytest.mark.parametrize(("lifetime", "left", "status"), EXPIRY)
def test_expiry_is_told_in_days_or_thirds(lifetime: int, left: float, status: Status) -> None:
    ends = NOW + timedelta(days=left)
    leaf = certificate(starts=ends - timedelta(days=lifetime), ends=ends)

    assert verdict(tls_expiry.check, over(shown(leaf))).status is status


@pytest.mark.parametrize("check", [tls_expiry.check, tls_key.check, tls_chain.check])
@pytest.mark.parametrize("given", [shown(), shown(GARBAGE), shown(b"")])
def test_a_certificate_that_cannot_be_read_is_an_error(check: Check, given: Certificate) -> None:
    assert verdict(check, over(given)).status is Status.ERROR


PROTOCOLS = [
    ("TLSv1.3", False, Status.PASS),
    ("TLSv1.3", True, Status.WARN),
    ("TLSv1.3", None, Status.ERROR),
    ("TLSv1.2", False, Status.WARN),
    ("TLSv1.2", True, Status.WARN),
    ("TLSv1.2", None, Status.WARN),
    ("TLSv1.1", False, Status.FAIL),
    ("TLSv1", None, Status.FAIL),
    ("SSLv3", True, Status.FAIL),
    ("", False, Status.ERROR),
    ("QUIC", False, Status.ERROR),
]


@pytest.mark.parametrize(("protocol", "legacy", "status"), PROTOCOLS)
def test_protocols(protocol: str, legacy: bool | None, status: Status) -> None:
    given = replace(TRUSTED, protocol=protocol, legacy=legacy)

    assert verdict(tls_protocol.check, over(given)).status is status


def test_both_faults_of_a_protocol_are_named() -> None:
    given = replace(TRUSTED, protocol="TLSv1.2", legacy=True)

    assert len(verdict(tls_protocol.check, over(given)).findings) == 2


KEYS: list[tuple[Key, Status]] = [
    (ec.generate_private_key(ec.SECP256R1()), Status.PASS),
    (ec.generate_private_key(ec.SECP384R1()), Status.PASS),
    (ec.generate_private_key(ec.SECP224R1()), Status.PASS),
    (ed25519.Ed25519PrivateKey.generate(), Status.PASS),
    (rsa.generate_private_key(65537, 2048), Status.PASS),
    (rsa.generate_private_key(65537, 1024), Status.FAIL),  # noqa: S505 - weak on purpose
    (ec.generate_private_key(ec.SECP192R1()), Status.FAIL),
    (dsa.generate_private_key(1024), Status.FAIL),  # noqa: S505 - weak on purpose
]


@pytest.mark.parametrize(("key", "status"), KEYS)
def test_keys(key: Key, status: Status) -> None:
    assert verdict(tls_key.check, over(shown(certificate(key=key)))).status is status


@pytest.mark.parametrize("oid", [SHA1_RSA, MD5_RSA])
def test_signatures_with_outdated_hashes_fail(oid: bytes) -> None:
    leaf = certificate(key=rsa.generate_private_key(65537, 2048)).replace(SHA256_RSA, oid)

    found = verdict(tls_key.check, over(shown(leaf)))

    assert found.status is Status.FAIL
    assert len(found.findings) == 1


def test_an_unknown_signature_scheme_is_an_error() -> None:
    strange = SHA256_RSA[:-1] + b"\x7f"
    leaf = certificate(key=rsa.generate_private_key(65537, 2048)).replace(SHA256_RSA, strange)

    assert verdict(tls_key.check, over(shown(leaf))).status is Status.ERROR


MIDDLE = certificate(subject="Test Intermediate", issuer="Test Root")
ROOT = certificate(subject="Test Root", issuer="Test Root")
CHAINS = [
    ((LEAF, MIDDLE), False, None, Status.PASS),
    ((LEAF, MIDDLE), None, None, Status.PASS),
    ((LEAF,), False, None, Status.PASS),
    ((LEAF,), None, None, Status.ERROR),
    ((LEAF,), True, None, Status.WARN),
    ((LEAF,), None, "unknown_issuer", Status.WARN),
    ((LEAF, MIDDLE, ROOT), False, None, Status.WARN),
    ((LEAF, ROOT), None, None, Status.WARN),
    ((LEAF, MIDDLE, GARBAGE), False, None, Status.PASS),
    ((ROOT,), False, "self_signed", Status.PASS),
]


@pytest.mark.parametrize(("chain", "alone", "error", "status"), CHAINS)
def test_chains(
    chain: tuple[bytes, ...], alone: bool | None, error: str | None, status: Status
) -> None:
    given = replace(
        shown(*chain, trusted=error is None, error=error), trusts_without_intermediates=alone
    )

    assert verdict(tls_chain.check, over(given)).status is status


def test_a_version_that_does_not_exist_is_an_error() -> None:
    version = bytes.fromhex("a003020102")
    assert LEAF.count(version) == 1
    strange = LEAF.replace(version, version[:-1] + b"\x0f")

    assert verdict(tls_key.check, over(shown(strange))).status is Status.ERROR


@pytest.mark.parametrize("byte", [0x00, 0x03, 0x06, 0x0F, 0x80, 0xFF])
def test_a_certificate_damaged_anywhere_never_raises(byte: int) -> None:
    for place in range(len(LEAF)):
        damaged = LEAF[:place] + bytes([byte]) + LEAF[place + 1 :]

        for check in RULES:
            assert verdict(check, over(shown(damaged, MIDDLE, damaged))).status in Status
