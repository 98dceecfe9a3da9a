"""Priorities: 0 goes first, 9 last; four of them have names."""

from typing import Final

from haulier.errors import InvalidInput

NAMES: Final = {"critical": 0, "high": 2, "normal": 5, "low": 8}
DEFAULT: Final = 5
HIGHEST: Final = 0
LOWEST: Final = 9


def parse_priority(value: int | str) -> int:
    """A number from 0 to 9 or one of the names. Raises InvalidInput for anything else."""
    if isinstance(value, str):
        if value in NAMES:
            return NAMES[value]
        raise InvalidInput(f"priority is 0 to 9 or one of {', '.join(NAMES)}.")
    if not HIGHEST <= value <= LOWEST:
        raise InvalidInput("priority is 0 (first) to 9 (last).")
    return value


def inherit(*candidates: int | None) -> int:
    """The first priority that is set (job, then kind, then queue), else normal."""
    return next((value for value in candidates if value is not None), DEFAULT)
