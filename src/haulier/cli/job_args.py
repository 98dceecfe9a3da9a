"""What is typed for a new job, read into what the client takes."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import typer


def read_args(text: str) -> dict[str, object]:
    """The args: JSON itself, `@file`, or `-` for stdin. Raises typer.BadParameter."""
    try:
        return msgspec.json.decode(_text(text), type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise typer.BadParameter(f"args are one JSON object ({error})") from None
    except OSError as error:
        raise typer.BadParameter(f"{text[1:]}: {error.strerror}") from None


def read_labels(texts: Sequence[str]) -> dict[str, str]:
    """`key=value` each. Raises typer.BadParameter."""
    pairs = [text.partition("=") for text in texts]
    if any(not key or not sign for key, sign, _ in pairs):
        raise typer.BadParameter("a label is key=value")
    return {key: value for key, _, value in pairs}


def read_priority(text: str | None) -> int | str | None:
    """A number where it is one; the server knows the names."""
    return int(text) if text and text.isascii() and text.isdigit() else text


def read_time(text: str) -> datetime:
    """ISO 8601; without an offset it is local time. Raises typer.BadParameter."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise typer.BadParameter("a time is ISO 8601, such as 2026-01-31T09:30Z") from None


def _text(text: str) -> bytes:
    if text == "-":
        return sys.stdin.buffer.read()
    if text.startswith("@"):
        return Path(text[1:]).expanduser().read_bytes()
    return text.encode()
