"""Sees every connect and look-up of this process at the socket layer, whoever asks for it."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

CONNECTS: list[object] = []
AUDITING = [False]


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if AUDITING[0] and event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        CONNECTS.append((event, arguments[1] if event != "socket.getaddrinfo" else arguments))


@contextmanager
def connects() -> Generator[list[object]]:
    """Note every connect and look-up that this process asks the socket layer for."""
    CONNECTS.clear()
    AUDITING[0] = True
    try:
        yield CONNECTS
    finally:
        AUDITING[0] = False


sys.addaudithook(_audit)
