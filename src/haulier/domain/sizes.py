"""Sizes in bytes as people write them."""

import re
from typing import Final

from haulier.errors import InvalidInput

_UNITS: Final = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_PATTERN: Final = re.compile(r"([1-9]\d{0,11})\s?(B|KB|MB|GB|KiB|MiB|GiB)", re.ASCII)


def parse_size(text: str | int) -> int:
    """Bytes of "512MB", "2GB", "64KiB" (a KB has 1024 bytes, as a KiB has) or of a whole number.

    Raises InvalidInput for anything else, and for nothing or less.
    """
    if isinstance(text, int):
        if text < 1:
            raise InvalidInput("A size is larger than nothing.")
        return text
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"{text[:40]!r} is no size: write 512MB, 2GB or a number of bytes.")
    return int(match[1]) * _UNITS[match[2].replace("i", "")]
