"""Values that a caller says are secret, and the forms in which they reappear."""

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from haulier.redact.marks import Span

_SHORTEST = 4
"""Shorter values would tear ordinary text apart."""


def registered_finder(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """An expression for the secrets in every form; None where there is nothing to look for.

    The forms: as it is, URL-encoded, escaped for JSON, Python and HTML, in base64 at any
    alignment, in hex, and reversed.
    """
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            forms |= _forms(secret)
    if not forms:
        return None
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(re.escape(form) for form in ordered))


def registered_spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    """Where the registered values stand, in any of their forms."""
    return [
        Span(start=found.start(), end=found.end(), label="registered")
        for found in pattern.finditer(text)
    ]


def _forms(secret: str) -> set[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    forms = {
        secret,
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        quote(raw, safe="").replace("%", "%25"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        repr(secret)[1:-1],
        html.escape(secret),
        raw.hex(),
        raw.hex().upper(),
        secret[::-1] if len(secret) >= 12 else secret,
    }
    forms |= {form.lower() for form in (quote(raw, safe=""), quote(raw)) if "%" in form}
    forms |= _base64_forms(raw)
    return {form for form in forms if len(form) >= _SHORTEST}


def _base64_forms(raw: bytes) -> set[str]:
    """The part of a base64 text that the value alone decides, at each of three alignments."""
    forms: set[str] = set()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode("ascii")
        first = (0, 2, 3)[shift]
        last = (shift + len(raw)) * 8 // 6
        piece = encoded[first:last]
        if len(piece) >= 6:
            forms |= {piece, piece.replace("+", "-").replace("/", "_")}
    return forms
