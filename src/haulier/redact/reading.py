"""Reading the value that stands at a place in a text: where it ends, whatever quotes it."""

import re
import sys
from typing import NamedTuple


class Value(NamedTuple):
    """Where a value lies; `quote` is its opening quote, "" where there is none."""

    start: int
    end: int
    quote: str


_GLANCE = 128
"""How far a value is read before it is known to be worth it."""
_OPEN = re.compile(
    r"""(?:[bBrRuUfF]{1,2}(?=\\{0,7}["']))?(?:\$(?='))?
    (\\{1,7}["'`]|\"\"\"|'''|["'`“‘«]|&quot;|&\#3[49];|&apos;|%22|%27|\\u0022|\\x22)""",
    re.VERBOSE,
)
_OPENERS = frozenset("""\\"'`“‘«&%$bBrRuUfF""")
_CLOSERS = {"“": "”", "‘": "’", "«": "»"}
_BODIES = {
    '"': re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\]++|\\.|'(?=[A-Za-z0-9]{2,40}[^\w\s=:,]))*+", re.DOTALL),
    "`": re.compile(r"[^`]*+"),
}
_SOFT = r"(?![A-Za-z_%][\w.%\-\[\]]{0,60}[\"']?[=:])"
_BARE = re.compile(
    rf"""(?:
      [^\s"'`,;&<>|()\[\]{{}}\\。，、；：！？）】」』》〉（【「…“”‘’«»]++
    | [,;|](?=[^\s"'`,;\\\[{{(<]){_SOFT}
    | &(?=[^\s"'`&;])(?!\#?\w{{1,8}};){_SOFT}
    | [)\]}}>](?=[A-Za-z0-9!@\#$%^*])
    | [(\[{{](?=[^\s"'`])
    | <(?![/!A-Za-z\s])
    | \\(?![nrtbf"'`u/\\\s])
    )++""",
    re.VERBOSE,
)
_NEXT_PARAMETER = re.compile(r"%26|\\u0026|&amp;")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


def line_end(text: str, position: int) -> int:
    """Where the line that holds `position` ends."""
    end = text.find("\n", position)
    if end < 0:
        return len(text)
    return end - 1 if end > position and text[end - 1] == "\r" else end


def read_quoted(text: str, position: int, limit: int = sys.maxsize) -> Value | None:
    """The value in the quotes that open at `position`; an unclosed one ends with its line.

    Nothing at or after `limit` is looked at.
    """
    if text[position : position + 1] not in _OPENERS:
        return None
    opened = _OPEN.match(text, position)
    if opened is None:
        return None
    quote, start = opened.group(1), opened.end()
    body = _BODIES.get(quote)
    if body is not None:
        found = body.match(text, start, limit)
        end = found.end() if found else start
        closed = text.startswith(quote, end)
    else:
        end = text.find(_CLOSERS.get(quote, quote), start, limit)
        closed = end >= 0
    if not closed or ("\n" in text[start : start + 4096] and _PARAGRAPH.search(text, start, end)):
        return Value(start, min(line_end(text, start), limit), quote)
    return Value(start, end, quote)


def read_bare(text: str, position: int, limit: int = sys.maxsize) -> Value | None:
    """The unquoted value at `position`: up to white space or what surely ends it."""
    found = _BARE.match(text, position, limit)
    if found is None:
        return None
    end = found.end()
    if "%26" in (content := text[position:end]) or "u0026" in content or "&amp;" in content:
        cut = _NEXT_PARAMETER.search(text, position, end)
        end = cut.start() if cut else end
    while end > position and text[end - 1] in ".,;:":
        end -= 1
    return Value(position, end, "") if end > position else None


def read_value(text: str, position: int) -> Value | None:
    """The quoted or unquoted value at `position`."""
    return read_quoted(text, position) or read_bare(text, position)


def glance_at_value(text: str, position: int) -> Value | None:
    """The beginning of the value at `position`: at a bounded cost, enough to judge it."""
    limit = position + _GLANCE
    return read_quoted(text, position, limit) or read_bare(text, position, limit)
