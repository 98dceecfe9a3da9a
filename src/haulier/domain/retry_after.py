"""When another server wants to be asked again: the field Retry-After (RFC 9110, section 10.2.3)."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(days=1)
"""No server makes a job wait longer than this: it is asked again, and may say so again."""
_SECONDS: Final = re.compile(r"[0-9]+", re.ASCII)
_MAX_LENGTH: Final = 64


def read_retry_after(value: str | None, date: str | None, now: datetime) -> timedelta | None:
    """How long to wait; None where the field is missing or says nothing.

    A moment counts from the answer's own `Date`, so that neither clock has to be right; from `now`
    where there is none. What lies in the past is no wait at all.
    """
    text = (value or "").strip()
    if not text or len(text) > _MAX_LENGTH:
        return None
    if _SECONDS.fullmatch(text):
        return min(timedelta(seconds=min(int(text), LONGEST.total_seconds())), LONGEST)
    moment = _moment(text)
    if moment is None:
        return None
    return min(max(moment - (_moment(date or "") or now), timedelta(0)), LONGEST)


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
