"""Certificates for servers on loopback: an authority made on the spot, good leaves and bad ones.

The authority is constrained (RFC 5280, 4.2.1.10) to names under `localhost` and to 127.0.0.0/8, so
that trusting its file by mistake endangers nothing else. Its key never touches a disk.
"""

import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

SITE_NAMES = ("shop.localhost", "localhost", "127.0.0.1")
"""What a leaf speaks for unless told: host names, and addresses in text form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A server's certificate with its key."""

    certificate: x509.Certificate
    key: PrivateKey

    def server_context(self) -> ssl.SSLContext:
        """A context that shows this leaf, whatever its weakness.

        The key stands in a private temporary file for as long as OpenSSL takes to read it.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        if isinstance(self.key, rsa.RSAPrivateKey):
            # OpenSSL's default level refuses to load a short RSA key even on the server's side.
            context.set_ciphers("DEFAULT@SECLEVEL=0")
        with tempfile.TemporaryDirectory(prefix="haulier-leaf-") as folder:
            file = Path(folder, "leaf.pem")
            file.write_bytes(_key_pem(self.key) + self.certificate.public_bytes(Encoding.PEM))
            context.load_cert_chain(file)
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAuthority:
    """Signs leaves; `now` is the moment from which their dates are counted."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    now: datetime

    @classmethod
    def create(cls, now: datetime | None = None) -> Self:
        """A fresh root, valid from a year before `now` to ten years after it."""
        now = now or datetime.now(UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Haulier sample authority (loopback only)")
        builder = (
            _builder(key, subject=name, issuer=name)
            .not_valid_before(now - timedelta(days=365))
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(_only_loopback(), critical=True)
        )
        return cls(certificate=builder.sign(key, hashes.SHA256()), key=key, now=now)

    def pem(self) -> bytes:
        """The root in the form that a CA file has."""
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        *,
        names: Sequence[str] = SITE_NAMES,
        age: timedelta = timedelta(days=1),
        left: timedelta = timedelta(days=90),
        key: PrivateKey | None = None,
    ) -> Leaf:
        """A leaf that began `age` ago and has `left` to live; negative values lie across now."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = (
            _leaf_builder(key, names=names, issuer=self.certificate.subject)
            .not_valid_before(self.now - age)
            .not_valid_after(self.now + left)
            .add_extension(identifier, critical=False)
        )
        return Leaf(certificate=builder.sign(self.key, hashes.SHA256()), key=key)


def short_lived_leaf(authority: CertificateAuthority) -> Leaf:
    """A ninety-day leaf that somebody forgot to renew: three days are left."""
    return authority.issue(age=timedelta(days=87), left=timedelta(days=3))


def expired_leaf(authority: CertificateAuthority) -> Leaf:
    """A leaf that ended two days ago."""
    return authority.issue(age=timedelta(days=92), left=timedelta(days=-2))


def not_yet_valid_leaf(authority: CertificateAuthority) -> Leaf:
    """A leaf that begins in two days."""
    return authority.issue(age=timedelta(days=-2), left=timedelta(days=92))


def wrong_name_leaf(authority: CertificateAuthority) -> Leaf:
    """A sound leaf for another host, still one that the authority may sign for."""
    return authority.issue(names=("elsewhere.localhost",))


def weak_key_leaf(authority: CertificateAuthority) -> Leaf:
    """A leaf with RSA 1024; clients at OpenSSL's default level refuse the handshake."""
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    return authority.issue(key=weak)


def self_signed_leaf(now: datetime | None = None) -> Leaf:
    """A leaf that vouches for itself."""
    now = now or datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _leaf_builder(key, names=SITE_NAMES, issuer=_name(SITE_NAMES[0]))
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
    )
    return Leaf(certificate=builder.sign(key, hashes.SHA256()), key=key)


def _leaf_builder(
    key: PrivateKey, *, names: Sequence[str], issuer: x509.Name
) -> x509.CertificateBuilder:
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _builder(key, subject=_name(names[0]), issuer=issuer)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(server, critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
    )


def _builder(key: PrivateKey, *, subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _only_loopback() -> x509.NameConstraints:
    permitted = [x509.DNSName("localhost"), x509.IPAddress(IPv4Network("127.0.0.0/8"))]
    return x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
