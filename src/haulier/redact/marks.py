"""What stands where a secret stood, and the type of text that has been through here."""

import re
from dataclasses import dataclass
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that a redactor made. Nothing else may be persisted."""

MARK = re.compile(r"\[redacted:[a-z0-9-]{1,40}\]")
VEIL = "\ue000"
"""Stands for each character of a mark while finders look: a private-use character, no word, no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of the text that must not survive, and what it was."""

    start: int
    end: int
    label: str


def mark(label: str) -> str:
    """The visible stand-in for a secret of the kind `label` (lower case, digits and hyphens)."""
    return f"[redacted:{label}]"


def veil_marks(text: str) -> str:
    """The text, of the same length, in which marks hold nothing that a finder could take amiss."""
    if "[redacted:" not in text:
        return text
    return MARK.sub(lambda found: VEIL * len(found.group()), text)


def replace_spans(text: str, spans: list[Span]) -> str:
    """The text with each span replaced by its mark; overlapping spans become one.

    The label of a union is that of the span that begins first, of the longest among equals.
    """
    spans.sort(key=lambda span: (span.start, -span.end))
    parts: list[str] = []
    position = 0
    open_span: Span | None = None
    end = 0
    for span in spans:
        if open_span is not None and span.start < end:
            end = max(end, span.end)
            continue
        if open_span is not None:
            parts += (text[position : open_span.start], mark(open_span.label))
            position = end
        open_span, end = span, span.end
    if open_span is not None:
        parts += (text[position : open_span.start], mark(open_span.label))
        position = end
    parts.append(text[position:])
    return "".join(parts)
