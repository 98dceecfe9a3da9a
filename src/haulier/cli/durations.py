"""Durations as people type them."""

import re
from datetime import timedelta
from typing import Final

import typer

_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhd]?)", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """`90`, `90s`, `10m`, `1.5h`, `2d`. Raises typer.BadParameter for anything else."""
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None:
        raise typer.BadParameter("a duration is a number and s, m, h or d, such as 90s or 10m")
    return timedelta(seconds=float(found[1]) * _UNITS[found[2]])
