"""Takes a SQL script apart into its statements, so that each error has a place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<comment>  --[^\n]* )
    | (?P<block>    /\* )
    | (?P<string>   [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" )
    | (?P<dollar>   \$(?:[^\W\d]\w*)?\$ )
    | (?P<word>     [^\W\d][\w$]* )
    | (?P<space>    \s+ )
    | (?P<other>    \d[\w$]* | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement without its semicolon and without the comments and blanks before it."""

    text: str
    line: int
    """Of its first character, from 1."""
    first_word: str
    """In lower case: `create`, `commit`."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    start: int
    text: str


def split_statements(script: str) -> Iterator[Statement]:
    """Yield the statements of `script` in order, by PostgreSQL's lexical rules (its chapter 4.1).

    Semicolons in comments, strings, quoted names, dollar quotes, parentheses and
    `begin atomic ... end` bodies (by psql's rule) separate nothing. Total: what is never closed
    belongs to the last statement, and the server says what is wrong with it.
    """
    tokens: list[_Token] = []
    parentheses = 0
    for token in _tokens(script):
        if token.text == ";" and parentheses <= 0 and not _is_in_body(tokens):
            if tokens:
                yield _statement(script, tokens)
            tokens, parentheses = [], 0
            continue
        tokens.append(token)
        parentheses += {"(": 1, ")": -1}.get(token.text, 0)
    if tokens:
        yield _statement(script, tokens)


def _tokens(script: str) -> Iterator[_Token]:
    position = 0
    while match := _TOKEN.match(script, position):
        kind = match.lastgroup or "other"
        position = match.end()
        if kind == "block":
            position = _end_of_block(script, match.start())
        elif kind == "dollar":
            close = script.find(match[0], position)
            position = len(script) if close < 0 else close + len(match[0])
        if kind not in {"comment", "block", "space"}:
            yield _Token(kind, match.start(), script[match.start() : position])


def _end_of_block(script: str, start: int) -> int:
    """Block comments nest in SQL."""
    depth = 0
    for edge in _BLOCK_EDGE.finditer(script, start):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(script)


def _is_in_body(tokens: list[_Token]) -> bool:
    words = [token.text.lower() for token in tokens if token.kind == "word"]
    if words[:1] != ["create"] or not {"function", "procedure"} & set(words[1:4]):
        return False
    depth = 0
    for word in words:
        if word == "begin" or (word == "case" and depth):
            depth += 1
        elif word == "end" and depth:
            depth -= 1
    return depth > 0


def _statement(script: str, tokens: list[_Token]) -> Statement:
    start, end = tokens[0].start, tokens[-1].start + len(tokens[-1].text)
    return Statement(
        text=script[start:end],
        line=script.count("\n", 0, start) + 1,
        first_word=tokens[0].text.lower(),
    )
