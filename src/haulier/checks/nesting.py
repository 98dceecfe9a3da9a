"""A brake on documents that tree builders take quadratic time for.

Measured with lexbor: 200,000 nested div (1 MB) take 88 s, a tag with 400,000 attributes 42 s,
40,000 options of one select 12 s. With html5lib: 20,000 nested div take 18 s. Browsers stop nesting
at 512.
"""

import re

MAX_DEPTH = 1_000

MAX_ATTRIBUTES = 256
MAX_OPTIONS = 20_000

_VALUE = r"""=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+"""
_TAG = re.compile(rf"<(/?)([a-zA-Z][^\s/>]*+)((?:[^=>]++|{_VALUE})*+)>?+")
"""A whole tag. Possessive throughout, so that every character is looked at once."""
_ATTRIBUTE = re.compile(rf"[^\s/=]++\s*+(?:{_VALUE})?+")
_FOREIGN = {"svg", "math"}
_BACK_TO_HTML = {"foreignobject", "desc", "title", "annotation-xml", "div", "p", "span", "body"}
_NEVER_OPEN = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"}
    | {"track", "wbr", "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "tbody"}
    | {"thead", "tfoot", "colgroup", "caption", "rp", "rt", "a", "button", "form"}
)
"""Elements without content, and those that never stand inside their like: the parser sees to it."""


def shallow(text: str, limit: int) -> str:
    """The text up to where about `limit` elements are open at once: nearly always all of it.

    It ends too before a tag with more than MAX_ATTRIBUTES attributes, and after MAX_OPTIONS option
    tags. An estimate from the tags alone, in linear time; it never parses.
    """
    depth = options = 0
    is_foreign = False
    for tag in _TAG.finditer(text):
        closing, name, written = tag[1], tag[2].lower(), tag[3]
        if len(written) > MAX_ATTRIBUTES and _count(written) > MAX_ATTRIBUTES:
            return text[: tag.start()]
        options += name == "option"
        if options > MAX_OPTIONS:
            return text[: tag.start()]
        if name in _FOREIGN:
            is_foreign = not closing
        elif name in _BACK_TO_HTML:
            is_foreign = False
        if name in _NEVER_OPEN or (is_foreign and written.endswith("/")):
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > limit:
            return text[: tag.start()]
    return text


def _count(written: str) -> int:
    return sum(1 for _ in _ATTRIBUTE.finditer(written))
