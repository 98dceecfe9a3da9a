"""API keys: `hlr_live_<id>_<secret>`, made once, known afterwards by a digest alone."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7

from haulier.security.secret import SecretText

_PREFIX = "hlr_live_"
_SECRET_BYTES = 32
_KEY = re.compile(r"hlr_live_(?P<id>[0-9a-f]{32})_(?P<secret>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class MintedKey:
    """A key just made, which is to be shown once."""

    id: UUID
    """A UUIDv7; public, it finds the stored digest."""
    text: str = field(repr=False)
    """What the caller will send. Stored nowhere."""
    digest: bytes
    """SHA-256 of the secret, 32 bytes: what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedKey:
    """A well-formed key of unknown worth."""

    id: UUID
    secret: SecretText


def mint_key() -> MintedKey:
    """Make a key with 256 random bits."""
    key_id, secret = uuid7(), secrets.token_hex(_SECRET_BYTES)
    return MintedKey(
        id=key_id,
        text=f"{_PREFIX}{key_id.hex}_{secret}",
        digest=_digest(secret),
    )


def parse_key(text: str) -> ParsedKey | None:
    """Answer the parts of a key, or None for any other text whatsoever."""
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    return ParsedKey(id=UUID(hex=match["id"]), secret=SecretText(match["secret"]))


def digest_matches(secret: SecretText, digest: bytes) -> bool:
    """Whether the secret is the one behind a stored digest; takes as long for every answer.

    A plain SHA-256 does: there is nothing to guess in 256 random bits, and a slow hash on every
    request would be the bottleneck.
    """
    return hmac.compare_digest(_digest(secret.reveal()), digest)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
