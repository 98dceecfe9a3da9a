"""Certificates made on the spot, right and wrong in every way that a client must notice."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Signed:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


def issue(
    name: str,
    issuer: Signed | None,
    *,
    authority: bool = False,
    begins: timedelta = -DAY,
    ends: timedelta = DAY,
) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = issuer.key if issuer else key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    if authority:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    else:
        builder = builder.add_extension(x509.SubjectAlternativeName(_names(name)), critical=False)
    return Signed(builder.sign(signer, hashes.SHA256()), key)


@cache
def root() -> Signed:
    return issue("a root of the tests", None, authority=True, ends=100 * DAY)


@cache
def intermediate() -> Signed:
    return issue("an intermediate of the tests", root(), authority=True)


def server_context(
    folder: Path, leaf: Signed, *chain: Signed, protocols: tuple[str, ...] = ("http/1.1",)
) -> ssl.SSLContext:
    path = folder / "server.pem"
    key = leaf.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(key + leaf.pem() + b"".join(signed.pem() for signed in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.set_alpn_protocols(list(protocols))
    return context


def trust_file(folder: Path, *signed: Signed) -> Path:
    path = folder / "trust.pem"
    path.write_bytes(b"".join(one.pem() for one in signed))
    return path


def _names(name: str) -> list[x509.GeneralName]:
    try:
        return [x509.IPAddress(ip_address(name))]
    except ValueError:
        return [x509.DNSName(name)]
