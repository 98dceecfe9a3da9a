"""An API key that no repr, log line or traceback shows."""

import re
from typing import final

from haulier.errors import InvalidInput

_KEY = re.compile(r"[\x21-\x7e]{1,512}")


@final
class ApiKey:
    """Holds a key; only `reveal` gives it away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Raises InvalidInput, without showing it, for a text that no header can carry."""
        if not _KEY.fullmatch(text):
            del text
            raise InvalidInput("An API key has 1 to 512 visible ASCII characters and no spaces.")
        self._text = text

    def reveal(self) -> str:
        """The key itself, for the Authorization header."""
        return self._text

    def __repr__(self) -> str:
        return "ApiKey(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("an API key is not pickled")
