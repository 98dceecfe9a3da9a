"""Looks at the TLS of a vetted host without sending a request.

This is the one place where a certificate may be left unverified: the handshakes here end in facts
about the certificate, the streams are closed at once and never leave this module.
"""

import asyncio
import socket
import ssl
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509

from haulier.safefetch.errors import ConnectFailed, TimedOut, TlsFailed
from haulier.safefetch.policy import Address
from haulier.safefetch.streams import open_socket
from haulier.safefetch.trust import tls_reason, verifying_context
from haulier.safefetch.urls import Target

TlsError = Literal[
    "expired", "not_yet_valid", "wrong_host", "self_signed", "unknown_issuer", "invalid"
]

HANDSHAKE_SECONDS = 5.0
_TLS_ERRORS: dict[str, TlsError] = {
    "expired": "expired",
    "not_yet_valid": "not_yet_valid",
    "wrong_host": "wrong_host",
    "self_signed": "self_signed",
    "unknown_issuer": "unknown_issuer",
    "invalid": "invalid",
}
# What OpenSSL says when the local build or its configuration leaves nothing to offer.
_LOCAL_REFUSALS = frozenset({"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE"})
# `_ssl.ENCODING_DER`
_ENCODING_DER = 2
_READ_BYTES = 16 * 1024
_MAX_HANDSHAKE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsInspection:
    """What the handshakes with one host showed."""

    protocol: str
    """Negotiated: `TLSv1.2` or `TLSv1.3`."""
    alpn: str | None
    """`h2`, `http/1.1`, or None where the server does not take part in ALPN."""
    chain: tuple[bytes, ...]
    """The certificates as served, DER, leaf first."""
    trusted: bool
    """The chain verifies against the roots of the fetcher and the leaf names the host."""
    error: TlsError | None
    """Why it is not trusted."""
    legacy: bool | None
    """A handshake capped at TLS 1.1 went through; None where it could not be tried."""
    trusts_without_intermediates: bool | None
    """Trusted only because an intermediate that was not served is known here; None if unknown."""


@dataclass(frozen=True, slots=True)
class _Handshake:
    protocol: str
    alpn: str | None
    served: tuple[bytes, ...]
    verified: tuple[bytes, ...]


async def inspect(
    target: Target, addresses: Sequence[Address], *, trust: str | Path | None
) -> TlsInspection:
    """Make two or three handshakes with the first vetted address that answers.

    Raises ConnectFailed, TimedOut or TlsFailed when not even an unverified handshake goes through.
    """
    address = await _first_reachable(addresses, target.port)
    protocols = ("h2", "http/1.1")
    error: TlsError | None = None
    try:
        seen = await _shake(target, address, verifying_context(trust, protocols=protocols))
    except TlsFailed as failure:
        error = _TLS_ERRORS.get(failure.reason)
        if error is None:
            return await _inspect_legacy(target, address)
        seen = await _shake(target, address, _unverifying_context(protocols))
    return TlsInspection(
        protocol=seen.protocol,
        alpn=seen.alpn,
        chain=seen.served,
        trusted=error is None,
        error=error,
        legacy=await _speaks_legacy(target, address),
        trusts_without_intermediates=None if error else _needed_more(seen),
    )


async def _inspect_legacy(target: Target, address: Address) -> TlsInspection:
    """Describe a server that refuses every handshake that fetching would use."""
    seen = await _shake(target, address, _legacy_context())
    return TlsInspection(
        protocol=seen.protocol,
        alpn=seen.alpn,
        chain=seen.served,
        trusted=False,
        error="invalid",
        legacy=True,
        trusts_without_intermediates=None,
    )


async def _first_reachable(addresses: Sequence[Address], port: int) -> Address:
    for address in addresses[:-1]:
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                (await open_socket(address, port)).close()
        except (ConnectFailed, TimeoutError):
            continue
        return address
    return addresses[-1]


async def _speaks_legacy(target: Target, address: Address) -> bool | None:
    if not (ssl.HAS_TLSv1 or ssl.HAS_TLSv1_1):
        return None
    try:
        await _shake(target, address, _legacy_context())
    except TlsFailed as failure:
        return None if failure.reason == "not_offered" else False
    except (ConnectFailed, TimedOut):
        return None
    return True


async def _shake(target: Target, address: Address, context: ssl.SSLContext) -> _Handshake:
    """Connect, shake hands, note what was agreed, cut. Raises FetchError."""
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            connection = await open_socket(address, target.port)
            try:
                return await _shake_on(connection, context, target.host)
            finally:
                connection.close()
    except TimeoutError:
        raise TimedOut("connect") from None
    except ssl.SSLError as error:
        if error.reason in _LOCAL_REFUSALS:
            raise TlsFailed("not_offered") from None
        raise TlsFailed(tls_reason(error)) from None
    except OSError:
        # Old servers hang up on an offer that they do not understand.
        raise TlsFailed("handshake") from None


async def _shake_on(
    connection: socket.socket, context: ssl.SSLContext, server_name: str
) -> _Handshake:
    loop = asyncio.get_running_loop()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    received = 0
    while True:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            await loop.sock_sendall(connection, outgoing.read())
            data = await loop.sock_recv(connection, _READ_BYTES)
            received += len(data)
            if not data or received > _MAX_HANDSHAKE_BYTES:
                raise TlsFailed("handshake") from None
            incoming.write(data)
        else:
            return _Handshake(
                tls.version() or "",
                tls.selected_alpn_protocol(),
                _certificates(tls, "get_unverified_chain"),
                _certificates(tls, "get_verified_chain"),
            )


def _certificates(tls: ssl.SSLObject, method: str) -> tuple[bytes, ...]:
    """Read a chain as DER: `ssl` offers it from Python 3.13 on, its core object before."""
    source: object = tls if hasattr(tls, method) else getattr(tls, "_sslobj", None)
    found: Sequence[object] | None = getattr(source, method)()
    return tuple(_der(item) for item in found or ())


def _der(certificate: object) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    encode: object = getattr(certificate, "public_bytes", None)
    encoded: object = encode(_ENCODING_DER) if callable(encode) else b""
    return encoded if isinstance(encoded, bytes) else b""


def _needed_more(seen: _Handshake) -> bool | None:
    """Tell whether the verified chain holds an intermediate that the server did not send."""
    if not seen.verified:
        return None
    return any(
        certificate not in seen.served and not _is_self_signed(certificate)
        for certificate in seen.verified
    )


def _is_self_signed(certificate: bytes) -> bool:
    parsed = x509.load_der_x509_certificate(certificate)
    return parsed.issuer == parsed.subject


def _unverifying_context(protocols: Sequence[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(list(protocols))
    return context


def _legacy_context() -> ssl.SSLContext:
    """Offer TLS 1.0 and 1.1 alone, with the ciphers that only security level 0 still knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        # Python warns of these versions; to offer them is the point here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context
