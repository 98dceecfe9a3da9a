"""A brake on nesting: tree builders take quadratic time on documents that are deep enough.

Measured: 200,000 nested div (1 MB) keep lexbor busy for 88 s, 20,000 keep html5lib for 18 s.
Browsers stop nesting at 512.
"""

import re

MAX_DEPTH = 1_000

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_FOREIGN = {"svg", "math"}
_BACK_TO_HTML = {"foreignobject", "desc", "title", "annotation-xml", "div", "p", "span", "body"}
_NEVER_OPEN = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"}
    | {"track", "wbr", "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "tbody"}
    | {"thead", "tfoot", "colgroup", "caption", "rp", "rt"}
)
"""Elements without content, and those that the next of their kind closes."""


def shallow(text: str, limit: int) -> str:
    """The text up to where about `limit` elements are open at once: nearly always all of it.

    An estimate from the tags alone, in linear time; it never parses.
    """
    depth = 0
    is_foreign = False
    end = 0
    for tag in _TAG.finditer(text):
        closing, name = tag[1], tag[2].lower()
        if name in _FOREIGN:
            is_foreign = not closing
        elif name in _BACK_TO_HTML:
            is_foreign = False
        if name in _NEVER_OPEN:
            continue
        if is_foreign:
            # Remembered, so that a text without ">" is not searched to its end for every tag.
            end = end if end >= tag.end() else text.find(">", tag.end()) % (len(text) + 1)
            if text[end - 1 : end] == "/":
                continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > limit:
            return text[: tag.start()]
    return text
