"""The authority's leaves are good or bad in one way each, and it can vouch for loopback only."""

import ssl
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from haulier.testing.certificates import (
    CertificateAuthority,
    Leaf,
    expired_leaf,
    not_yet_valid_leaf,
    self_signed_leaf,
    short_lived_leaf,
    weak_key_leaf,
    wrong_name_leaf,
)

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority.create(NOW)


def verify(authority: CertificateAuthority, leaf: Leaf, host: str = "shop.localhost") -> None:
    policy = PolicyBuilder().store(Store([authority.certificate])).time(NOW)
    policy.build_server_verifier(x509.DNSName(host)).verify(leaf.certificate, [])


def shake_hands(authority: CertificateAuthority, leaf: Leaf, host: str) -> None:
    """A whole TLS handshake in memory, with the strictest checks that OpenSSL has."""
    trusting = ssl.create_default_context(cadata=authority.pem().decode())
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=host)
    server = leaf.server_context().wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("host", ["shop.localhost", "localhost", "127.0.0.1"])
def test_a_plain_leaf_passes_the_strictest_checks(
    host: str, authority: CertificateAuthority
) -> None:
    shake_hands(authority, authority.issue(), host)


def test_two_verifiers_agree_on_a_plain_leaf(authority: CertificateAuthority) -> None:
    verify(authority, authority.issue())


def test_a_short_lived_leaf_still_holds_but_not_for_long(authority: CertificateAuthority) -> None:
    leaf = short_lived_leaf(authority)

    verify(authority, leaf)
    assert leaf.certificate.not_valid_after_utc - NOW <= timedelta(days=3)


@pytest.mark.parametrize("make", [expired_leaf, not_yet_valid_leaf, wrong_name_leaf])
def test_a_bad_leaf_does_not_verify(
    make: Callable[[CertificateAuthority], Leaf], authority: CertificateAuthority
) -> None:
    with pytest.raises(VerificationError):
        verify(authority, make(authority))


def test_the_wrong_name_is_right_elsewhere(authority: CertificateAuthority) -> None:
    verify(authority, wrong_name_leaf(authority), host="elsewhere.localhost")


def test_a_self_signed_leaf_does_not_verify(authority: CertificateAuthority) -> None:
    leaf = self_signed_leaf(NOW)

    with pytest.raises(VerificationError):
        verify(authority, leaf)
    assert leaf.certificate.issuer == leaf.certificate.subject


def test_a_weak_key_is_rsa_of_1024_bits_and_the_others_are_not(
    authority: CertificateAuthority,
) -> None:
    weak, plain = weak_key_leaf(authority).key, authority.issue().key

    assert isinstance(weak, rsa.RSAPrivateKey)
    assert weak.key_size == 1024
    assert isinstance(plain, ec.EllipticCurvePrivateKey)


@pytest.mark.parametrize("name", ["shop.example", "localhost.example", "192.0.2.7"])
def test_the_authority_cannot_vouch_for_anything_but_loopback(
    name: str, authority: CertificateAuthority
) -> None:
    leaf = authority.issue(names=(name,))

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(authority, leaf, name)


def test_no_key_stays_on_disk(
    authority: CertificateAuthority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    authority.issue().server_context()

    assert list(tmp_path.iterdir()) == []


def test_a_fresh_authority_has_a_fresh_key() -> None:
    first, second = CertificateAuthority.create(NOW), CertificateAuthority.create(NOW)

    assert first.pem() != second.pem()
    with pytest.raises(VerificationError):
        verify(first, second.issue())
