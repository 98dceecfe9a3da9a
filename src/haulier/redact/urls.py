"""Credentials in the authority of a URL (RFC 3986, section 3.2.1), encoded or not."""

import re

from haulier.redact.marks import Span
from haulier.redact.values import is_opaque, is_stand_in

_AUTHORITY = re.compile(r"[^\s\"'`<>/?#\\|]{0,2048}+")
_RAW = re.compile(r"[^\s\"'`<>\\|]{0,300}+")
_PORT_ONLY = re.compile(r"[^:@]*:(?:[0-9]{1,5})?")
_DOCUMENTED = re.compile(r"(?i)user(?:name)?|pass(?:word)?|login|pw|pwd|password123?")


def userinfo_spans(text: str) -> list[Span]:
    """The password, or the lone token, before the `@` of each URL in the text."""
    spans: list[Span] = []
    for opening, at in (("://", "@"), ("%3A%2F%2F", "%40"), ("%3a%2f%2f", "%40"), (":\\/\\/", "@")):
        position = text.find(opening)
        while position >= 0:
            start = position + len(opening)
            span = _userinfo(text, start, at)
            if span is not None:
                spans.append(span)
            position = text.find(opening, span.end if span else start)
    return spans


def _userinfo(text: str, start: int, at: str) -> Span | None:
    authority = _AUTHORITY.match(text, start)
    end = authority.end() if authority else start
    cut = text.rfind(at, start, end)
    if cut < 0 and at == "@":
        cut = _raw_at(text, start, end)
    if cut <= start:
        return None
    colon = text.find(":", start, cut) if at == "@" else text.find("%3A", start, cut)
    if colon < 0:
        token = text[start:cut]
        if is_opaque(token):
            return Span(start=start, end=cut, label="credentials")
        return None
    secret_start = colon + (1 if at == "@" else 3)
    password = text[secret_start:cut]
    if is_stand_in(password) or _DOCUMENTED.fullmatch(password):
        user = text[start:colon]
        if not (is_opaque(user) and not is_stand_in(user)):
            return None
        return Span(start=start, end=cut, label="credentials")
    if is_opaque(text[start:colon]) and len(text[start:colon]) >= 20:
        secret_start = start
    return Span(start=secret_start, end=cut, label="password")


def _raw_at(text: str, start: int, end: int) -> int:
    """The `@` after a password in which `/`, `?` or `#` were not encoded; -1 where there is none."""
    if ":" not in text[start:end] or _PORT_ONLY.fullmatch(text, start, end):
        return -1
    raw = _RAW.match(text, start)
    return text.rfind("@", start, raw.end()) if raw else -1
