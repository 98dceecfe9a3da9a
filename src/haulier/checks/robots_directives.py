"""What pages and answers tell crawlers: robots meta elements and the X-Robots-Tag field."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from haulier.checks.document import attribute
from haulier.checks.facts import Page

_WITH_VALUE = {"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"}
_AGENT = re.compile(r"\s*([A-Za-z][\w.-]*)\s*:(.*)", re.DOTALL)
_UNAVAILABLE = re.compile(r"unavailable_after\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_LONGEST_DATE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Directives:
    """One list of directives and the crawler it speaks to, None for all of them."""

    agent: str | None
    text: str
    source: str
    """For a person: where it stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Every list of directives of one page."""

    lists: tuple[Directives, ...]

    @classmethod
    def of(cls, page: Page) -> "Sources":
        """Those of the header, then those of the meta elements."""
        return cls(lists=(*_in_header(page), *_in_meta(page)))


def keeps_out(sources: Sources, crawler: str, now: datetime) -> str | None:
    """Where this crawler is told not to list the page, None when it is not."""
    for directives in sources.lists:
        if directives.agent in {None, crawler} and _forbids(directives.text, now):
            return directives.source
    return None


def _in_header(page: Page) -> Iterable[Directives]:
    for value in page.final.values("x-robots-tag"):
        named = _AGENT.match(value)
        if named and named[1].lower() not in _WITH_VALUE:
            yield Directives(agent=named[1].lower(), text=named[2], source="X-Robots-Tag")
        else:
            yield Directives(agent=None, text=value, source="X-Robots-Tag")


def _in_meta(page: Page) -> Iterable[Directives]:
    for node in page.tree.css("meta[name][content]"):
        name = attribute(node, "name").lower()
        agent = None if name == "robots" else name
        if agent is None or agent.endswith("bot"):
            content = attribute(node, "content")
            yield Directives(agent=agent, text=content, source=f"meta {name}")


def _forbids(text: str, now: datetime) -> bool:
    words = {word.strip().lower() for word in text.split(",")}
    if words & {"noindex", "none"}:
        return True
    ending = _UNAVAILABLE.search(text)
    moment = _moment(ending[1]) if ending else None
    return moment is not None and moment < now


def _moment(text: str) -> datetime | None:
    """A date of RFC 822, RFC 850 or ISO 8601 at the start of the text: dates may hold commas."""
    written = text[:_LONGEST_DATE].strip()
    while written:
        for read in (datetime.fromisoformat, parsedate_to_datetime):
            try:
                moment = read(written)
            except (ValueError, OverflowError):
                continue
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        written = written.rpartition(",")[0].strip()
    return None
