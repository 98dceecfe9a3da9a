"""What the rules read from the certificates that a server sent."""

import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate

WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})

_SMALLEST_RSA_BITS = 2048
_SMALLEST_EC_BITS = 224


@dataclass(frozen=True, kw_only=True, slots=True)
class Validity:
    """When a certificate counts, both ends included, UTC."""

    starts: datetime
    ends: datetime

    @property
    def lifetime(self) -> timedelta:
        """From start to end."""
        return self.ends - self.starts


def load(der: bytes) -> Certificate | None:
    """The certificate, or None when the bytes are none that can be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        try:
            return load_der_x509_certificate(der)
        except (ValueError, UnsupportedAlgorithm, InvalidVersion):
            return None


def leaf_of(chain: tuple[bytes, ...]) -> Certificate | None:
    """The first certificate of a chain, or None when there is none that can be read."""
    return load(chain[0]) if chain else None


def validity_of(certificate: Certificate) -> Validity | None:
    """Its dates, or None when they are outside what a calendar holds."""
    try:
        return Validity(
            starts=certificate.not_valid_before_utc, ends=certificate.not_valid_after_utc
        )
    except (ValueError, OverflowError):
        return None


def is_self_issued(certificate: Certificate) -> bool:
    """Issuer and subject are one name: a root, among what a server sends.

    A name that cannot be read makes no root; the library raises TypeError for some of those, and
    warns about others.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return certificate.issuer == certificate.subject
    except (ValueError, TypeError):
        return False


def weak_key(certificate: Certificate) -> str | None:
    """Why the public key is too weak ("RSA with 1024 bits"), or None when it is not.

    Raises ValueError for a key that cannot be read.
    """
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        raise ValueError("unknown kind of key") from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _SMALLEST_RSA_BITS:
        return f"RSA with {key.key_size} bits"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _SMALLEST_EC_BITS:
        return f"an elliptic curve of {key.key_size} bits"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA with {key.key_size} bits"
    return None


def weak_signature(certificate: Certificate) -> str | None:
    """The outdated hash under the certificate's signature ("sha1"), or None.

    Raises ValueError for a signature scheme that cannot be read.
    """
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        raise ValueError("unknown signature scheme") from error
    return algorithm.name if algorithm and algorithm.name in WEAK_HASHES else None
