"""All token formats of `patterns/`, gathered by walking the folder, behind one prefilter.

A token is always part of a long run of word characters. Finding such runs first, and looking for
the literals of the formats only in and just before them, is several times faster than looking for
300 literals everywhere: on log lines, 19 MB/s for the literals, over 70 MB/s for the runs.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from haulier.redact import patterns
from haulier.redact.blocks import encoded_key_span
from haulier.redact.marks import Span
from haulier.redact.pattern import Family

_REACH = 48
"""How far before a long run a token may begin (`hooks.slack.com/services/T.../B.../`)."""
_PATIENCE = 32
"""How many literals in one run may lead to nothing: keeps hostile runs linear."""
_SHORT_WORDS = re.compile(r"(?:[A-Za-z0-9_\-]{0,15}+[^A-Za-z0-9_\-]++)*+")
"""Everything up to the next long run, in one step: three times faster than searching for the run."""
_RUN = re.compile(r"[A-Za-z0-9_\-]{16,}+")
_PLAIN = re.compile(r"[0-9a-f]++(?:-[0-9a-f]++)*+|[0-9A-F\-]++|[A-Z]*+[a-z]*+")
_KEY_STARTS = (
    "MII", "MHcCAQEE", "MIG", "MIH", "ME4CAQAw", "MC4CAQAw", "MFECAQEw", "b3BlbnNzaC1rZXk", "LS0tLS1CRUdJTi",
)  # fmt: skip


@cache
def families() -> dict[str, Family]:
    """Every family by the name of its file."""
    return {
        module.name: importlib.import_module(f"{patterns.__name__}.{module.name}").family
        for module in pkgutil.iter_modules(patterns.__path__)
    }


class _Candidate(NamedTuple):
    length: int
    label: str
    rest: re.Pattern[str] | None
    """None for the beginnings of private keys."""


class Catalogue:
    """Finds the tokens of the given families in a text."""

    def __init__(self, chosen: Iterable[Family]) -> None:
        bounded: dict[str, bool] = dict.fromkeys(_KEY_STARTS, True)
        known: dict[str, list[_Candidate]] = {
            start: [_Candidate(len(start), "private-key", None)] for start in _KEY_STARTS
        }
        for family in chosen:
            for pattern in family.patterns:
                compiled = re.compile(pattern.rest)
                for start in pattern.starts:
                    known.setdefault(start, []).append(
                        _Candidate(len(start), pattern.label, compiled)
                    )
                    bounded[start] = bounded.get(start, True) and pattern.bounded
        self._literals = re.compile(_as_trie(bounded, ""))
        self._candidates = {
            literal: [
                candidate
                for length in range(len(literal), 1, -1)
                for candidate in known.get(literal[:length], ())
            ]
            for literal in known
        }
        self._joiners = frozenset(literal[-1] for literal in known if not literal[-1].isalnum()) - {
            "_",
            "-",
        }

    def spans(self, text: str) -> list[Span]:
        """Where the tokens lie."""
        spans: list[Span] = []
        done = 0
        while True:
            short = _SHORT_WORDS.match(text, done)
            run = _RUN.match(text, short.end() if short else done)
            if run is None:
                return spans
            start, end = run.span()
            first = start
            if start and text[start - 1] in self._joiners:
                first = max(done, start - _REACH)
            elif _PLAIN.fullmatch(text, start, end) and not self._literals.match(text, start):
                done = end
                continue
            done = self._search(text, first, end, spans)

    def _search(self, text: str, position: int, end: int, spans: list[Span]) -> int:
        fruitless = 0
        while fruitless < _PATIENCE and (hit := self._literals.search(text, position, end)):
            span = self._span_at(text, hit.start(), hit.group())
            if span is None:
                fruitless += 1
                position = hit.start() + 1
            else:
                spans.append(span)
                position = span.end
        return max(position, end)

    def _span_at(self, text: str, start: int, literal: str) -> Span | None:
        for length, label, rest in self._candidates[literal]:
            if rest is None:
                if (key := encoded_key_span(text, start)) is not None:
                    return key
            elif (found := rest.match(text, start + length)) is not None:
                return Span(start=start, end=found.end(), label=label)
        return None


def _as_trie(literals: Mapping[str, bool], read: str) -> str:
    r"""An alternation in which no two branches begin with the same letter; the longest literal wins.

    A literal that maps to True counts only where no word goes on before it; an escape such as
    `\n` or `%3D` is no word.
    """
    branches: dict[str, dict[str, bool]] = {}
    for literal, bounded in literals.items():
        if literal:
            branches.setdefault(literal[0], {})[literal[1:]] = bounded
    parts = [
        re.escape(letter) + _as_trie(rest, read + letter)
        for letter, rest in sorted(branches.items())
    ]
    if "" in literals:
        parts.append(_boundary_before(len(read)) if literals[""] else "")
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _boundary_before(length: int) -> str:
    rest = f"[\\s\\S]{{{length}}}"
    befores = (r"\\[nrtbfv]", r"%[0-9A-Fa-f]{2}", r"\\u[0-9A-Fa-f]{4}", r"\\x[0-9A-Fa-f]{2}")
    escapes = "".join(f"|(?<={before}{rest})" for before in befores)
    return f"(?:(?<![A-Za-z0-9_\\-]{rest}){escapes})"


def iter_labels() -> Iterator[str]:
    """The label of every format, once each."""
    yield from sorted(
        {pattern.label for family in families().values() for pattern in family.patterns}
    )
