"""Reads the host of a URL in the one writing that every reader takes for the same place."""

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from haulier.safefetch.errors import Refused
from haulier.safefetch.names import special_reason
from haulier.safefetch.policy import Address

_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*"
    r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?",
    re.ASCII,
)
_NUMERIC_LABEL = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*", re.ASCII)
# The joiners are invisible, yet IDNA 2008 allows them where a script needs them (RFC 5892 A).
_JOINERS = "\u200c\u200d"
_DOTS = "\u3002\uff0e\uff61\ufe52\u2024"


def read_host(text: str) -> tuple[str, Address | None]:
    """Return the host in canonical writing, and the address where the host is a literal.

    Names come back in lower case, as A-labels, without a final dot; IPv6 addresses without
    brackets. Raises Refused with a reason for every form that some reader takes for another place.
    """
    if not text:
        raise Refused("empty_host")
    if text.startswith("["):
        return _read_bracketed(text)
    if "%" in text:
        raise Refused("percent_in_host")
    if not text.isascii():
        _refuse_look_alikes(text)
    name = _to_ascii(text)
    if _is_numeric(name):
        return _read_ipv4(name)
    if not _NAME.fullmatch(name):
        raise Refused("invalid_host")
    reason = special_reason(name)
    if reason is not None:
        raise Refused(reason)
    return name, None


def _read_bracketed(text: str) -> tuple[str, Address]:
    inner = text[1:-1]
    if not text.endswith("]"):
        raise Refused("invalid_host")
    if "%" in inner:
        raise Refused("zone_id")
    try:
        address = IPv6Address(inner)
    except AddressValueError:
        raise Refused("invalid_ipv6") from None
    return str(address), address


def _read_ipv4(name: str) -> tuple[str, Address]:
    """Accept four decimal octets without leading zeros (RFC 3986 3.2.2), and nothing near it."""
    try:
        return name, IPv4Address(name)
    except AddressValueError:
        raise Refused("numeric_host") from None


def _is_numeric(name: str) -> bool:
    """Tell whether a reader of the WHATWG standard would take the name for an IPv4 address."""
    last = name.rstrip(".").rpartition(".")[2]
    return _NUMERIC_LABEL.fullmatch(last) is not None


def _to_ascii(text: str) -> str:
    name = text.lower() if text.isascii() else text
    labels = name.split(".")
    if not text.isascii() or any(label.startswith("xn--") for label in labels):
        name = _encode_idna(name)
        _refuse_disguised_ascii(labels, name)
    # A numeric host keeps its dot, so that it is refused: only some readers strip it.
    return name if _is_numeric(name) else name.removesuffix(".")


@lru_cache(maxsize=1024)
def _encode_idna(text: str) -> str:
    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Refused("invalid_idna") from None


def _refuse_disguised_ascii(labels: list[str], name: str) -> None:
    """Refuse what the IDNA tables fold into plain ASCII, also where Python's tables are older."""
    for label, encoded in zip(labels, name.split("."), strict=False):
        if not label.isascii() and not encoded.startswith("xn--"):
            raise Refused("look_alike_character")


def _refuse_look_alikes(text: str) -> None:
    """Refuse characters that some readers turn into ASCII, and invisible ones."""
    digits = ""
    for character in text:
        if character.isascii():
            digits += character
            continue
        if character in _DOTS:
            raise Refused("look_alike_dot")
        if unicodedata.category(character) == "Cf" and character not in _JOINERS:
            raise Refused("invisible_character")
        folded = unicodedata.normalize("NFKC", character)
        if any(part.isascii() for part in folded):
            raise Refused("look_alike_digit" if folded.isdigit() else "look_alike_character")
        digits += str(unicodedata.decimal(character, character))
    if _is_numeric(digits):
        raise Refused("look_alike_digit")
