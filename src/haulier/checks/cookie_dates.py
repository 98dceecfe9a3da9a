"""Dates of cookies: RFC 6265 section 5.1.1, the algorithm that browsers follow."""

import re
from datetime import UTC, datetime

_DELIMITERS = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)", re.ASCII)
_DAY = re.compile(r"(\d{1,2})(?:\D|$)", re.ASCII)
_YEAR = re.compile(r"(\d{2,4})(?:\D|$)", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = 256
_FIRST_YEAR = 1601
_CENTURY_TURN = 70


def parse_cookie_date(text: str) -> datetime | None:
    """The moment in UTC, or None where a browser would find no date."""
    found: dict[str, tuple[int, ...]] = {}
    for token in _DELIMITERS.split(text[:_LONGEST]):
        part = _part(token, found)
        if part:
            found[part[0]] = part[1]
    try:
        (year,) = found["year"]
        (month,) = found["month"]
        (day,) = found["day"]
        moment = datetime(_full(year), month, day, *found["time"], tzinfo=UTC)
    except (KeyError, ValueError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def _part(token: str, found: dict[str, tuple[int, ...]]) -> tuple[str, tuple[int, ...]] | None:
    """Which of the four parts a token is, the first one of each counting."""
    for name, pattern in (("time", _TIME), ("day", _DAY)):
        match = None if name in found else pattern.match(token)
        if match:
            return name, tuple(map(int, match.groups()))
    if "month" not in found and token[:3].lower() in _MONTHS:
        return "month", (_MONTHS.index(token[:3].lower()) + 1,)
    match = None if "year" in found else _YEAR.match(token)
    return ("year", (int(match.group(1)),)) if match else None


def _full(year: int) -> int:
    """Two digits: 70 to 99 are 19xx, 0 to 69 are 20xx."""
    if year >= 100:  # noqa: PLR2004 - more than two digits
        return year
    return year + (1900 if year >= _CENTURY_TURN else 2000)
