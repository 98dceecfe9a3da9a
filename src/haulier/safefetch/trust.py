"""Who is believed: TLS contexts that verify, and no way to make one here that does not."""

import ssl
from collections.abc import Sequence
from pathlib import Path

import certifi

_REASONS = {
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "unknown_issuer",
    20: "unknown_issuer",
    21: "unknown_issuer",
    62: "wrong_host",
    64: "wrong_host",
}


def verifying_context(trust: str | Path | None, *, protocols: Sequence[str]) -> ssl.SSLContext:
    """Return a client context that demands a valid chain and the right name, TLS 1.2 or newer.

    The roots are those of the certifi package, plus the PEM file that the operator names. Neither
    `SSL_CERT_FILE` nor `SSLKEYLOGFILE` of the environment has any effect.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=certifi.where())
    if trust is not None:
        context.load_verify_locations(cafile=str(trust))
    context.set_alpn_protocols(list(protocols))
    return context


def tls_reason(error: ssl.SSLError) -> str:
    """Return the stable word for a handshake that failed: what was wrong with the certificate."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _REASONS.get(error.verify_code, "invalid")
    return "handshake"
