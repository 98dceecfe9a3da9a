"""Cursors of paged lists: opaque, signed, and worth nothing outside the list they came from."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from haulier.errors import InvalidCursor
from haulier.security.secret import SecretText

LONGEST_CURSOR: Final = 2048
"""Characters; a longer text is not looked at."""

_VERSION: Final = b"\x01"
_MAC_BYTES: Final = 16
"""HMAC-SHA256 cut to 128 bits (RFC 2104, section 5): forging is a guess at one in 2^128."""
_PURPOSE: Final = b"haulier cursor"

Position = TypeVar("Position")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Which list a cursor belongs to."""

    workspace_id: str
    name: str
    """Of the list: `jobs`."""
    filters: Mapping[str, str | int | bool | None]
    sort: str
    """`-created_at`."""


class Cursors:
    """Makes and reads cursors with a key derived from the installation's secret."""

    def __init__(self, secret: SecretText) -> None:
        self._key = hmac.digest(secret.reveal().encode(), _PURPOSE, hashlib.sha256)

    def encode(self, position: object, listing: Listing) -> str:
        """Answer a cursor for the sort values of a page's last row.

        `position` is anything that msgspec writes: a tuple, a struct, with times and UUIDs.
        """
        payload = msgspec.msgpack.encode(position)
        return _to_text(_VERSION + self._mac(payload, listing) + payload)

    def decode(self, text: str, position_type: type[Position], listing: Listing) -> Position:
        """Answer the position in a cursor that `encode` made for the same listing.

        Raises InvalidCursor for everything else, without saying what is wrong with it.
        """
        octets = _from_text(text)
        version, mac, payload = octets[:1], octets[1 : 1 + _MAC_BYTES], octets[1 + _MAC_BYTES :]
        if version != _VERSION or not hmac.compare_digest(mac, self._mac(payload, listing)):
            raise InvalidCursor
        try:
            return msgspec.msgpack.decode(payload, type=position_type)
        except msgspec.MsgspecError as error:  # ours, but of an earlier release
            raise InvalidCursor from error

    def _mac(self, payload: bytes, listing: Listing) -> bytes:
        bound = msgspec.msgpack.encode(
            (listing.workspace_id, listing.name, sorted(listing.filters.items()), listing.sort)
        )
        # The length keeps a byte from wandering between the two parts.
        signed = _VERSION + len(bound).to_bytes(8, "big") + bound + payload
        return hmac.digest(self._key, signed, hashlib.sha256)[:_MAC_BYTES]


def _to_text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    if len(text) > LONGEST_CURSOR or not text.isascii():
        raise InvalidCursor
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor from error
    if _to_text(octets) != text:  # Python skips foreign characters and spare bits
        raise InvalidCursor
    return octets
