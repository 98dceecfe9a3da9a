"""What the parsing algorithm of the HTML standard says of a page: its errors and its mode.

html5lib is exact and slow, so only the start of a page is read, and nesting is braked.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import html5lib

from haulier.checks.facts import Page
from haulier.checks.nesting import shallow

READ_CHARACTERS = 512 * 1024
MAX_DEPTH = 256
MAX_ERRORS = 200
"""Parsing stops there: a page with that many needs no exact number."""

_START_CHARACTERS = 16 * 1024

_IGNORED = frozenset(
    {
        # Judged by a check of its own.
        "unknown-doctype",
        "expected-doctype-but-got-chars",
        "expected-doctype-but-got-start-tag",
        "expected-doctype-but-got-end-tag",
        "expected-doctype-but-got-eof",
        # No errors in the standard of today: "?a=1&b=2", and noscript in a head without scripting.
        "expected-named-entity",
        "unexpected-inhead-noscript-tag",
        "eof-in-head-noscript",
        # The end of what was read, not of the page.
        "expected-closing-tag-but-got-eof",
    }
)


class Mode(Enum):
    """How browsers lay the page out."""

    STANDARD = "no quirks"
    LIMITED_QUIRKS = "limited quirks"
    QUIRKS = "quirks"


@dataclass(frozen=True, kw_only=True, slots=True)
class ParseError:
    """One error, in document order."""

    code: str
    """html5lib's name of it."""
    name: str | None
    """The element it is about."""
    line: int


def mode_of(page: Page) -> Mode:
    """The mode that the page's doctype, or its absence, leads to."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    _parse(parser, page.text[:_START_CHARACTERS])
    return Mode(parser.compatMode)


def errors_of(page: Page) -> Sequence[ParseError]:
    """The first errors, without those that browsers and the standard of today do not mind."""
    return _errors(page.text[:READ_CHARACTERS])


def knows_every_element(page: Page) -> bool:
    """The parser is older than `template` and takes its content for misplaced."""
    return page.tree.css_first("template") is None


def _parse(parser: html5lib.HTMLParser, text: str) -> None:
    parser.parse(shallow(text, MAX_DEPTH))  # pyright: ignore[reportUnknownMemberType] - stub


class _EnoughErrors(Exception):
    """More errors would tell nothing."""


class _Parser(html5lib.HTMLParser):
    def parseError(  # noqa: N802 - html5lib's name
        self, errorcode: str = "XXX-undefined-error", datavars: dict[str, str] | None = None
    ) -> None:
        super().parseError(errorcode, datavars)  # pyright: ignore[reportUnknownMemberType] - stub
        if len(self.errors) >= MAX_ERRORS:
            raise _EnoughErrors


@lru_cache(maxsize=2)
def _errors(text: str) -> Sequence[ParseError]:
    parser = _Parser(namespaceHTMLElements=False)
    with suppress(_EnoughErrors):
        _parse(parser, text)
    found: list[ParseError] = []
    for (line, _), code, variables in parser.errors:
        if code not in _IGNORED:
            name = variables.get("name") or variables.get("startName")
            found.append(ParseError(code=code, name=str(name) if name else None, line=line))
    return tuple(found)
