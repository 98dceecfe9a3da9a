"""Durations as people write them."""

import re
from datetime import timedelta
from typing import Final

from haulier.errors import InvalidInput

_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_PATTERN: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)", re.ASCII)


def parse_duration(text: str | timedelta) -> timedelta:
    """Reads "90s", "10m", "1.5h", "250ms", "30d"; a timedelta stays as it is. Above zero.

    Raises InvalidInput for anything else.
    """
    if isinstance(text, timedelta):
        length = text
    else:
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise InvalidInput(f"{text[:40]!r} is no duration: write 90s, 10m, 2h or 250ms.")
        length = timedelta(seconds=float(match[1]) * _UNITS[match[2]])
    if length <= timedelta(0):
        raise InvalidInput("A duration is longer than nothing.")
    return length
