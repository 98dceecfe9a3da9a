"""Targets of redact: text, bytes, structures, exceptions, registered secrets."""

import ast
import re

from fuzz.target import Target, as_text, halves
from haulier.redact import Redactor, SafeText, redact, redact_exception, redact_text

_SHORTEST_REGISTERED = 4
_MARK = re.compile(r"\[redacted:[a-z0-9-]+\]")
_TOKEN = "gh" + "p_" + "a1B2c3D4e5" * 3 + "f6G7h8"


def text(data: bytes) -> None:
    """Text comes to rest: redacting it again changes nothing."""
    written = as_text(data)
    safe = redact_text(written)
    assert isinstance(safe, str)
    assert redact_text(safe) == safe


def planted(data: bytes) -> None:
    """A token between any two texts never gets through whole."""
    before, after = (as_text(half) for half in halves(data))
    safe = redact_text(f"{before} {_TOKEN} {after}")
    assert _TOKEN not in safe
    assert redact_text(safe) == safe


def registered(data: bytes) -> None:
    """A registered value is hidden wherever it stands."""
    secret, around = (as_text(half) for half in halves(data))
    if len(secret) < _SHORTEST_REGISTERED or "[redacted" in secret or secret.strip() != secret:
        return
    # The marks themselves speak of passwords and tokens.
    safe = _MARK.sub("\0", Redactor([secret]).text(f"{around} {secret} {around}"))
    assert secret not in safe


def octets(data: bytes) -> None:
    """Bytes stay bytes and come to rest."""
    safe = redact(data)
    assert isinstance(safe, bytes)
    assert redact(safe) == safe


def structure(data: bytes) -> None:
    """A structure keeps its outer type, and its input is unchanged."""
    try:
        value: object = ast.literal_eval(as_text(data))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return
    before = repr(value)
    safe = redact(value)
    assert repr(value) == before
    assert redact(safe) == safe


def exception(data: bytes) -> None:
    """An error with any words in it is rendered, causes and notes too."""
    words, cause = (as_text(half) for half in halves(data))
    error = ValueError(words)
    error.__cause__ = KeyError(cause)
    error.add_note(words)
    assert isinstance(redact_exception(error), str)


def safe_type(data: bytes) -> None:
    """What comes out of text is plain text, never a subclass with a mind of its own."""

    class Odd(str):
        __slots__ = ()

        def __str__(self) -> str:
            raise ZeroDivisionError

    assert type(redact_text(Odd(as_text(data)))) in {str, SafeText}


_TEXTS = (
    b"login with password=hunter2 failed",
    b"Authorization: Bearer abc123def456ghi789",
    b"postgresql://user:secret@host:5432/db?sslmode=require&password=x",
    b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----",
    b'{"api_key": "abc", "nested": {"token": "eyJhbGciOiJIUzI1NiJ9.e30.abc"}}',
    b"export AWS_SECRET_ACCESS_KEY='wJalrXUtnFEMI'",
    b"curl -u user:pass https://x.example/?access_token=abc#frag",
    b"Set-Cookie: sid=abc; HttpOnly\r\nCookie: a=b; c=d",
    b"--password hunter2 -p'x' [redacted:password]",
)

TARGETS = (
    Target(name="redact-text", run=text, seeds=_TEXTS),
    Target(name="redact-planted", run=planted, seeds=tuple(one + b"\0" + one for one in _TEXTS)),
    Target(name="redact-registered", run=registered, seeds=(b"s3cret\0around", b"a\\b\0c")),
    Target(name="redact-bytes", run=octets, seeds=_TEXTS),
    Target(
        name="redact-structure",
        run=structure,
        seeds=(
            b"{'password': 'x', b'k': [1, (2, {3}), None], 'headers': [('Cookie', 'a=b')]}",
            b"[{'name': 'token', 'value': 'abc'}, {'a': {'b': {'c': 'Bearer abcdefghijk'}}}]",
        ),
    ),
    Target(name="redact-exception", run=exception, seeds=_TEXTS),
    Target(name="redact-type", run=safe_type, seeds=_TEXTS),
)
