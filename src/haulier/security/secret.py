"""Text that must not be seen by accident."""

import hmac
from typing import Final, NoReturn

HIDDEN: Final = "[secret]"


class SecretText:
    """A secret that shows itself only to who says `reveal()`.

    Logs, tracebacks, f-strings, dataclass reprs and pickles do not get at it. Equality takes the
    same time wherever two secrets of one length differ.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Answer the secret itself: hand it on at once, never keep it in a field."""
        return self._text

    def __repr__(self) -> str:
        return f"SecretText({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretText):
            return NotImplemented
        return hmac.compare_digest(_octets(self._text), _octets(other._text))

    def __hash__(self) -> int:
        return hash((SecretText, self._text))

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled or copied.")


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
