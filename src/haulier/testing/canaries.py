"""Secrets that are nobody's, one for each place, made at run time: what is planted can be sought.

canaries = Canaries()
...  # put canaries.sentence("header") into a header, canaries.value("query") into a query
assert canaries.found_in(everything_that_was_kept) == []
"""

import secrets
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

_LETTERS: Final = string.ascii_letters + string.digits
_HEX: Final = "0123456789abcdef"


def _random(length: int, letters: str = _LETTERS) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


def _jwt() -> str:
    return ".".join(["eyJ" + _random(33), "eyJ" + _random(57), _random(43)])


def _private_key() -> str:
    label = "PRIVATE" + " KEY"
    return f"-----BEGIN {label}-----\n{_random(64)}\n{_random(64)}\n-----END {label}-----"


FAMILIES: Final[dict[str, Callable[[], str]]] = {
    "github": lambda: "ghp_" + _random(36),
    "aws": lambda: "AKIA" + _random(16, string.ascii_uppercase + "234567"),
    "stripe": lambda: "sk_" + "live_" + _random(24),
    "slack": lambda: "xoxb-" + _random(12, string.digits) + "-" + _random(24),
    "jwt": _jwt,
    "own": lambda: "hlr_live_" + _random(32, _HEX) + "_" + _random(64, _HEX),
    "private-key": _private_key,
}


@dataclass(slots=True)
class Canaries:
    """Every canary that was put somewhere, by place and family."""

    planted: dict[str, str] = field(default_factory=dict[str, str])

    def sentence(self, place: str) -> str:
        """One text with a canary of every family."""
        return " and ".join(self.one(place, family) for family in FAMILIES)

    def one(self, place: str, family: str) -> str:
        """A canary of this family for this place; the same one each time."""
        return self.planted.setdefault(f"{place}/{family}", FAMILIES[family]())

    def value(self, place: str) -> str:
        """What only its place gives away as a secret: a password, a key in a query."""
        return self.planted.setdefault(f"{place}/value", "pw" + _random(30))

    def found_in(self, text: str, *, but: Iterable[str] = ()) -> list[str]:
        """Names of the canaries that this text holds, in part of a line or whole."""
        allowed = tuple(but)
        return [
            name
            for name, secret in self.planted.items()
            if not name.startswith(allowed or ("\0",)) and _core(secret) in text
        ]


def _core(secret: str) -> str:
    """What a search must look for: the middle of a key of many lines, else all of it."""
    return secret.splitlines()[1] if "\n" in secret else secret
