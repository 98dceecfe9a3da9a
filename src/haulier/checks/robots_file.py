"""robots.txt: its lines as written, and whom it keeps out (RFC 9309)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from protego import Protego

from haulier.checks.facts import Exchange

READ_BYTES = 500 * 1024
"""Crawlers read at least this much (RFC 9309, section 2.5); what follows may be ignored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line that says something. `field` is lower-cased, "" when there is no colon."""

    number: int
    field: str
    value: str
    text: str


def is_present(robots: Exchange | None) -> bool:
    """There is a file: it was asked for, and the answer was 2xx."""
    return robots is not None and robots.ok and robots.status // 100 == 2  # noqa: PLR2004


def lines_of(robots: Exchange) -> Iterable[Line]:
    """Every line that is neither blank nor a comment, numbered from 1."""
    for number, written in enumerate(_text(robots.body).splitlines(), start=1):
        text = written.partition("#")[0].strip()
        if not text:
            continue
        field, colon, value = text.partition(":")
        yield Line(
            number=number,
            field=field.strip().lower() if colon else "",
            value=value.strip(),
            text=text,
        )


def may_fetch(robots: Exchange, url: str, agent: str) -> bool:
    """Whether this file lets the agent fetch the URL; longest match wins."""
    return _parsed(robots.body).can_fetch(url, agent)


@lru_cache(maxsize=2)
def _parsed(body: bytes) -> Protego:
    return Protego.parse(_text(body))


def _text(body: bytes) -> str:
    return body[:READ_BYTES].decode("utf-8-sig", "replace")
