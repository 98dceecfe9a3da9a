"""All token formats of `patterns/`, gathered by walking the folder, behind one prefilter.

A token is always part of a long run of word characters. Finding such runs first, and looking for
the literals of the formats only in and just before them, is about four times faster than looking
for 300 literals everywhere (`re`, 19 MB/s; the runs alone, 70 to 130 MB/s on log lines).
"""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from functools import cache

from haulier.redact import patterns
from haulier.redact.blocks import encoded_key_span
from haulier.redact.marks import Span
from haulier.redact.pattern import Family, Pattern

_REACH = 48
"""How far before a long run a token may begin (`hooks.slack.com/services/T.../B.../`)."""
_RUN = re.compile(r"[A-Za-z0-9_\-]{16,}+")
_BOUNDARY = re.compile(
    r"(?:.*[^A-Za-z0-9]|.*(?:\\[nrtbfv]|%[0-9A-Fa-f]{2}|\\[ux][0-9A-Fa-f]{2,4}))?", re.DOTALL
)
_KEY_STARTS = (
    "MII",
    "MHcCAQEE",
    "MIG",
    "MIH",
    "ME4CAQAw",
    "MC4CAQAw",
    "MFECAQEw",
    "b3BlbnNzaC1rZXk",
    "LS0tLS1CRUdJTi",
)


@cache
def families() -> dict[str, Family]:
    """Every family by the name of its file."""
    return {
        module.name: importlib.import_module(f"{patterns.__name__}.{module.name}").family
        for module in pkgutil.iter_modules(patterns.__path__)
    }


class Catalogue:
    """Finds the tokens of the given families in a text."""

    def __init__(self, chosen: Iterable[Family]) -> None:
        self._by_literal: dict[str, list[tuple[Pattern, re.Pattern[str]]]] = {}
        for family in chosen:
            for pattern in family.patterns:
                compiled = re.compile(pattern.rest)
                for start in pattern.starts:
                    self._by_literal.setdefault(start, []).append((pattern, compiled))
        literals = {*self._by_literal, *_KEY_STARTS}
        self._literals = re.compile(_as_trie(literals))
        self._nested = {
            literal: [other for other in literals if other != literal and literal.startswith(other)]
            for literal in literals
        }

    def spans(self, text: str) -> list[Span]:
        """Where the tokens lie."""
        spans: list[Span] = []
        done = 0
        for run in _RUN.finditer(text):
            position = max(done, run.start() - _REACH)
            while (hit := self._literals.search(text, position, run.end())) is not None:
                span = self._span_at(text, hit.start(), hit.group())
                if span is not None:
                    spans.append(span)
                position = span.end if span is not None else hit.start() + 1
            done = max(done, position, run.end())
        return spans

    def _span_at(self, text: str, start: int, literal: str) -> Span | None:
        for candidate in (literal, *self._nested[literal]):
            if candidate in _KEY_STARTS and (key := encoded_key_span(text, start)) is not None:
                return key
            for pattern, rest in self._by_literal.get(candidate, ()):
                if pattern.bounded and not _at_boundary(text, start):
                    continue
                found = rest.match(text, start + len(candidate))
                if found is not None:
                    return Span(start=start, end=found.end(), label=pattern.label)
        return None


def _at_boundary(text: str, position: int) -> bool:
    if position == 0 or not text[position - 1].isalnum() or not text[position - 1].isascii():
        return True
    return _BOUNDARY.fullmatch(text, max(0, position - 6), position) is not None


def _as_trie(literals: Iterable[str]) -> str:
    """An alternation in which no two branches begin with the same letter: longest literal wins."""
    branches: dict[str, set[str]] = {}
    optional = False
    for literal in literals:
        if literal:
            branches.setdefault(literal[0], set()).add(literal[1:])
        else:
            optional = True
    if not branches:
        return ""
    parts = [re.escape(letter) + _as_trie(rest) for letter, rest in sorted(branches.items())]
    joined = parts[0] if len(parts) == 1 and not optional else f"(?:{'|'.join(parts)})"
    return f"{joined}?" if optional else joined


def iter_labels() -> Iterator[str]:
    """The label of every format, once each."""
    yield from sorted(
        {pattern.label for family in families().values() for pattern in family.patterns}
    )
