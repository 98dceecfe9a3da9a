"""A fuzz target: a function that takes any bytes and raises where a promise is broken."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One promise, tried with any input."""

    name: str
    run: Callable[[bytes], None]
    """Whatever it raises is a finding."""
    seeds: tuple[bytes, ...]
    """Well-formed and ill-formed examples; their pieces are mixed into the inputs."""


def as_text(data: bytes) -> str:
    """Any text: surrogates stand for what is no UTF-8."""
    return data.decode("utf-8", "surrogateescape")


def halves(data: bytes) -> tuple[bytes, bytes]:
    """Two inputs out of one, split at the first NUL."""
    first, _, second = data.partition(b"\0")
    return first, second
