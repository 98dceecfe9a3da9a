"""What an answer says of caching: Cache-Control and Expires (RFC 9111)."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from haulier.checks.facts import Exchange

_SEPARATORS = ", \t"
_DIRECTIVE = re.compile(r'([^\s=,"]+)(?:[ \t]*=[ \t]*("[^"]*"|[^\s",]*))?(?:[ \t]*,[, \t]*|$)')
"""One element and the commas after it: empty ones are allowed (RFC 9110, section 5.6.1)."""
_WITH_SECONDS = ("max-age", "s-maxage", "stale-while-revalidate", "stale-if-error")
_OPPOSITES = (("public", "private"), ("no-store", "immutable"), ("no-cache", "immutable"))
_EXPIRED = {"0", "-1"}
"""No dates, and yet what RFC 9111, section 5.3, names as a way to say "expired"."""
_MAX_SECONDS = 2**31
_MAX_DIGITS = 10


def flaws_of(exchange: Exchange) -> Sequence[str]:
    """What is contradictory or unreadable, as sentences."""
    written = ", ".join(exchange.values("cache-control"))
    directives = _directives(written)
    if directives is None:
        return ["Cache-Control cannot be read."]
    return [
        *_bad_seconds(directives),
        *(
            f"{one} and {other} contradict each other."
            for one, other in _OPPOSITES
            if one in directives and other in directives
        ),
        *_stored_although_forbidden(directives),
        *_bad_expires(exchange),
    ]


def has_policy(exchange: Exchange) -> bool:
    """Caches are told something at all."""
    return bool(exchange.first("cache-control") or exchange.first("expires"))


def lifetime_of(exchange: Exchange) -> timedelta:
    """How long a browser may use it without asking; zero when it may not, or is not told."""
    directives = _directives(", ".join(exchange.values("cache-control"))) or {}
    if "no-store" in directives or "no-cache" in directives:
        return timedelta(0)
    if ages := directives.get("max-age"):
        return timedelta(seconds=_seconds(ages[0]))
    expires, sent = _date(exchange.first("expires")), _date(exchange.first("date"))
    if expires is None or sent is None:
        return timedelta(0)
    return max(expires - sent, timedelta(0))


def _directives(written: str) -> Mapping[str, Sequence[str]] | None:
    """Every directive with the values it was given, None when the text breaks the grammar."""
    found: dict[str, list[str]] = {}
    rest = written.strip(_SEPARATORS)
    position = 0
    while position < len(rest):
        match = _DIRECTIVE.match(rest, position)
        if match is None:
            return None
        found.setdefault(match[1].lower(), []).append((match[2] or "").strip('"'))
        position = match.end()
    return found


def _bad_seconds(directives: Mapping[str, Sequence[str]]) -> Sequence[str]:
    flaws = [
        f"The value of {name} is no number of seconds."
        for name in _WITH_SECONDS
        if not all(_is_seconds(value) for value in directives.get(name, ()))
    ]
    repeated = [
        f"{name} is given with different values."
        for name in _WITH_SECONDS
        if len(set(directives.get(name, ()))) > 1
    ]
    return [*flaws, *repeated]


def _is_seconds(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _seconds(value: str) -> int:
    """The number, at most 2,147,483,648 (RFC 9111, section 1.2.2); 0 when it is none."""
    if not _is_seconds(value):
        return 0
    return min(int(value), _MAX_SECONDS) if len(value) <= _MAX_DIGITS else _MAX_SECONDS


def _stored_although_forbidden(directives: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if "no-store" in directives and any(map(_seconds, directives.get("max-age", ()))):
        return ["no-store and max-age contradict each other."]
    return []


def _bad_expires(exchange: Exchange) -> Sequence[str]:
    written = exchange.first("expires")
    if written is None or written.strip() in _EXPIRED or _date(written):
        return []
    return ["Expires is no date."]


def _date(written: str | None) -> datetime | None:
    if not written:
        return None
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
