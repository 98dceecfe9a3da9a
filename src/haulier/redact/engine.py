"""From text to safe text: find every span, replace, and repeat until nothing is found."""

from collections.abc import Callable, Iterable
from functools import cache

from haulier.redact.blocks import block_spans
from haulier.redact.catalogue import Catalogue, families
from haulier.redact.commands import HAS_FLAG, command_spans, login_spans
from haulier.redact.fields import KEYWORD, field_spans
from haulier.redact.marks import SafeText, Span, mark, replace_spans, veil_marks
from haulier.redact.urls import userinfo_spans

Finder = Callable[[str], Iterable[Span]]

_PASSES = 4
"""Replacing can bring a second find to light. Text that is not at rest by then is hidden whole."""


@cache
def built_in_catalogue() -> Catalogue:
    """The catalogue of all families, compiled once per process."""
    return Catalogue(families().values())


def redact_to_rest(text: str, finders: tuple[Finder, ...] = ()) -> SafeText:
    """The text without its secrets; a fixed point: redacting it again changes nothing.

    `finders` run beside the built-in ones. Raises whatever a finder raises.
    """
    for _ in range(_PASSES):
        veiled = veil_marks(text)
        spans = find_spans(veiled)
        for find in finders:
            spans += find(veiled)
        if not spans:
            return SafeText(text)
        replaced = replace_spans(text, spans)
        if replaced == text:
            return SafeText(text)
        text = replaced
    return SafeText(mark("text"))


def find_spans(text: str) -> list[Span]:
    """What the built-in finders find in the text, in no order; spans may overlap."""
    spans = built_in_catalogue().spans(text)
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text.translate(_ASCII_LOWER)
    if KEYWORD.search(lowered) is not None:
        spans += field_spans(text, lowered)
    if ("@" in text and (":" in text)) or "%40" in text:
        spans += userinfo_spans(text)
    if (" -" in text or "'-" in text) and HAS_FLAG.search(text) is not None:
        spans += command_spans(text)
    if "oracle" in text or "sqlplus" in text or ":5432:" in text or ":*:" in text:
        spans += login_spans(text)
    if "PRIVATE" in text or "Private-Lines" in text or "kty" in text:
        spans += block_spans(text)
    return spans


_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
"""For texts whose lower case has another length, such as those with `İ`."""
