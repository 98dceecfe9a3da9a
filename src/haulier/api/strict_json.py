"""Request bodies in the one spelling of JSON that every parser reads alike (RFC 7493, I-JSON).

Duplicate names, numbers that a 64-bit parser would bend, NUL characters (PostgreSQL holds none),
lone surrogates and endless nesting are refused: what is stored is what was meant.
"""

import json
import re
from math import isfinite
from typing import Final, NoReturn, TypeVar

import msgspec

from haulier.errors import InvalidInput

MAX_DEPTH: Final = 64
_LARGEST: Final = 2**64
_SMALLEST: Final = -(2**63)
_MAX_DIGITS: Final = 20
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)

T = TypeVar("T")


def read_strict(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """The body as the decoder's type.

    Raises InvalidInput for what is no I-JSON, msgspec.ValidationError for I-JSON of another shape.
    """
    try:
        value = decoder.decode(body)
    except msgspec.ValidationError:
        _require_strict(body)
        raise
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InvalidInput("The body is not valid JSON.") from error
    except RecursionError as error:
        raise InvalidInput(_TOO_DEEP) from error
    _require_strict(body)
    return value


_TOO_DEEP: Final = f"The body is nested deeper than {MAX_DEPTH} levels."


def _require_strict(body: bytes) -> None:
    if is_deep(body):
        raise InvalidInput(_TOO_DEEP)
    if b"\\u0000" in body and _NUL.search(body):
        raise InvalidInput("The body contains a NUL character, which no text may hold.")
    try:
        json.loads(
            body,
            object_pairs_hook=_unique,
            parse_int=_small,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is not valid JSON.") from error


def is_deep(body: bytes) -> bool:
    """Whether JSON text is nested deeper than allowed; in linear time, without a stack."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    rest = _STRINGS.sub(b"", body).translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not rest:
            return False
        rest = rest.replace(b"[]", b"")
    return bool(rest)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidInput("An object in the body has the same name twice.")
    return found


def _small(digits: str) -> int:
    if len(digits) <= _MAX_DIGITS and _SMALLEST <= (number := int(digits)) < _LARGEST:
        return number
    raise InvalidInput("A whole number in the body does not fit into 64 bits.")


def _finite(digits: str) -> float:
    if isfinite(number := float(digits)):
        return number
    raise InvalidInput("A number in the body does not fit into 64 bits.")


def _refuse_constant(word: str) -> NoReturn:
    raise InvalidInput(f"{word} is not JSON.")
