"""Times as the API speaks them: RFC 3339, UTC, milliseconds."""

import re
from datetime import UTC, datetime
from typing import Final

from haulier.errors import InvalidInput

# RFC 3339, section 5.6, with at most six digits after the point (PostgreSQL keeps microseconds).
_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)


def format_time(time: datetime) -> str:
    """`2026-01-31T09:30:00.000Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_optional_time(time: datetime | None) -> str | None:
    """As `format_time`; None stays None."""
    return None if time is None else format_time(time)


def parse_time(text: str) -> datetime:
    """A time with its offset, from 1970 to 9998, as UTC. Raises InvalidInput for anything else."""
    if not _RFC3339.fullmatch(text):
        raise InvalidInput("A time is RFC 3339 with an offset, such as 2026-01-31T09:30:00Z.")
    try:
        time = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("There is no such time.") from error
    if not _EARLIEST <= time < _LATEST:
        raise InvalidInput("A time lies between the years 1970 and 9998.")
    return time
