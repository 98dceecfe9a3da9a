"""Certificates made at run time for the tests of the TLS rules."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID

from checks.security.sites import NOW

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey | ed25519.Ed25519PrivateKey

P256 = ec.generate_private_key(ec.SECP256R1())
SHA256_RSA = bytes.fromhex("06092a864886f70d01010b")
SHA1_RSA = bytes.fromhex("06092a864886f70d010105")
MD5_RSA = bytes.fromhex("06092a864886f70d010104")


def certificate(
    *,
    subject: str = "shop.example",
    issuer: str = "Test Intermediate",
    key: Key = P256,
    starts: datetime = NOW - timedelta(days=30),
    ends: datetime = NOW + timedelta(days=60),
) -> bytes:
    """A self-made certificate as DER, valid from 30 days ago for 90 days unless told otherwise."""
    builder = CertificateBuilder(
        issuer_name=Name([NameAttribute(NameOID.COMMON_NAME, issuer)]),
        subject_name=Name([NameAttribute(NameOID.COMMON_NAME, subject)]),
        public_key=key.public_key(),
        serial_number=7,
        not_valid_before=starts,
        not_valid_after=ends,
    )
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.DER)
