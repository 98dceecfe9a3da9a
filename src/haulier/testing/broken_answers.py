"""Answers that no client should have to meet, each under a name.

Those that are bytes are sent as they stand, then the connection is closed. The others are
functions that write for as long as the client stays.
"""

import asyncio
import gzip
import hashlib
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache

from haulier.testing.loopback_server import Request

BOMB_DECODED_BYTES = 32 * 1024 * 1024
MANY_NODES = 50_000
DEEP_LEVELS = 20_000
_PAUSE_SECONDS = 0.1

Perform = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenAnswer:
    """What is wrong, and how it is done."""

    what: str
    perform: Perform


def _fixed(make: Callable[[], bytes]) -> Perform:
    async def perform(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(make())
        await writer.drain()

    return perform


def _answer(
    body: bytes = b"",
    *fields: str,
    status: str = "200 OK",
    media_type: str = "text/html; charset=utf-8",
    length: int | None = None,
) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *fields,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _page(main: bytes) -> bytes:
    title = b"<!doctype html><html lang=en><title>A broken page</title>"
    return title + b"<body><main>" + main + b"</main></body></html>"


def _redirect(location: str) -> Perform:
    return _fixed(lambda: _answer(b"", f"Location: {location}", status="302 Found"))


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * BOMB_DECODED_BYTES, mtime=0)


def _noise(size_bytes: int) -> bytes:
    return hashlib.shake_256(b"noise").digest(size_bytes)


async def _silent(_: Request, writer: asyncio.StreamWriter) -> None:
    await _repeat(writer, b"", _PAUSE_SECONDS)


async def _repeat(writer: asyncio.StreamWriter, chunk: bytes, pause_seconds: float = 0) -> None:
    while not writer.is_closing():
        writer.write(chunk)
        await writer.drain()
        await asyncio.sleep(pause_seconds)


async def _drip(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(_answer(length=10_000_000))
    await _repeat(writer, b"<", _PAUSE_SECONDS)


async def _drip_headers(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    await _repeat(writer, b"a", _PAUSE_SECONDS)


async def _endless_body(_: Request, writer: asyncio.StreamWriter) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head)
    await _repeat(writer, b"4000\r\n" + b"<p>again</p>    " * 1024 + b"\r\n")


async def _endless_headers(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    await _repeat(writer, b"X-Again: and again\r\n" * 64)


async def _redirect_chain(request: Request, writer: asyncio.StreamWriter) -> None:
    step = request.path.rpartition("/")[2]
    following = int(step) + 1 if step.isdecimal() else 1
    await _redirect(f"/redirect-chain/{following}")(request, writer)


async def _reset(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(_answer(b"<!doctype html><title>Half a p", length=5000))
    await writer.drain()
    # A linger time of zero turns the close into a reset (socket(7), SO_LINGER).
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _flat() -> bytes:
    return _answer(_page(b"<i>x</i>" * MANY_NODES))


def _deep() -> bytes:
    return _answer(_page(b"<div>" * DEEP_LEVELS + b"x" + b"</div>" * DEEP_LEVELS))


def _raw(text: bytes) -> Perform:
    return _fixed(lambda: text)


_BROKEN = _page(b"<h1>Broken</h1><p>Something is wrong around this page.</p>")

_NOT_A_PAGE: dict[str, tuple[str, Perform]] = {
    "status-404": ("not found", _raw(_answer(_BROKEN, status="404 Not Found"))),
    "status-500": ("a server error", _raw(_answer(_BROKEN, status="500 Internal Server Error"))),
    "status-429": (
        "asks to come back in a minute",
        _raw(_answer(_BROKEN, "Retry-After: 60", status="429 Too Many Requests")),
    ),
    "empty-body": ("200 without a byte of body", _raw(_answer())),
    "empty-answer": ("closes without a word", _raw(b"")),
    "pdf": (
        "a PDF",
        _raw(_answer(b"%PDF-1.7\n%%EOF\n", media_type="application/pdf")),
    ),
    "json": ("a JSON document", _raw(_answer(b'{"a": 1}', media_type="application/json"))),
}

_BAD_TEXT: dict[str, tuple[str, Perform]] = {
    "binary-as-html": ("noise that claims to be HTML", _raw(_answer(_noise(65536)))),
    "invalid-utf8": (
        "bytes that are not the UTF-8 that is declared",
        _raw(_answer(_page(b"caf\xe9 \xff\xfe \xc0\xaf \xed\xa0\x80"))),
    ),
    "null-bytes": ("HTML sown with NUL", _raw(_answer(_BROKEN.replace(b" ", b"\0")))),
}

_BAD_FRAMING: dict[str, tuple[str, Perform]] = {
    "length-too-large": ("promises more than it sends", _raw(_answer(_BROKEN, length=99_999))),
    "length-too-small": ("sends more than it promised", _raw(_answer(_BROKEN, length=20))),
    "length-twice": (
        "two lengths that differ",
        _raw(_answer(_BROKEN, "Content-Length: 7")),
    ),
    "bad-chunks": (
        "chunk sizes that are no numbers",
        _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"),
    ),
    "not-http": ("greets in another protocol", _raw(b"SSH-2.0-OpenSSH_9.9\r\n")),
    "huge-header": (
        "a header field of 1 MiB",
        _fixed(lambda: _answer(_BROKEN, "X: " + "a" * 2**20)),
    ),
}

_TOO_MUCH: dict[str, tuple[str, Perform]] = {
    "many-nodes": (f"{MANY_NODES} elements", _fixed(_flat)),
    "deep-nesting": (f"{DEEP_LEVELS} levels of div", _fixed(_deep)),
    "gzip-bomb": (
        "32 KiB that unpack to 32 MiB",
        _fixed(lambda: _answer(_bomb(), "Content-Encoding: gzip")),
    ),
    "gzip-twice": (
        "the bomb packed once more",
        _fixed(lambda: _answer(gzip.compress(_bomb(), mtime=0), "Content-Encoding: gzip, gzip")),
    ),
    "gzip-corrupt": (
        "claims gzip and is not",
        _raw(_answer(_BROKEN, "Content-Encoding: gzip")),
    ),
}

_REDIRECTS: dict[str, tuple[str, Perform]] = {
    "redirect-loop": ("leads back to itself", _redirect("/redirect-loop")),
    "redirect-chain": ("each hop leads to a further one", _redirect_chain),
    "redirect-to-metadata": (
        "leads to a cloud's metadata address",
        _redirect("http://169.254.169.254/latest/meta-data/"),
    ),
    "redirect-to-private": ("leads to a private address", _redirect("http://10.0.0.1/")),
    "redirect-to-file": ("leads to a file", _redirect("file:///etc/passwd")),
    "redirect-to-nothing": (
        "a redirect without Location",
        _raw(_answer(status="302 Found")),
    ),
    "redirect-to-garbage": ("a Location that is no URL", _redirect("http://[::/%zz")),
}

_ENDLESS: dict[str, tuple[str, Perform]] = {
    "silent": ("takes the request and says nothing", _silent),
    "drip": ("one byte of body at a time", _drip),
    "drip-headers": ("one byte of header at a time", _drip_headers),
    "endless-body": ("a body without end", _endless_body),
    "endless-headers": ("header fields without end", _endless_headers),
    "reset-mid-body": ("resets the connection within the body", _reset),
}

BROKEN_ANSWERS: Mapping[str, BrokenAnswer] = {
    name: BrokenAnswer(what=what, perform=perform)
    for group in (_NOT_A_PAGE, _BAD_TEXT, _BAD_FRAMING, _TOO_MUCH, _REDIRECTS, _ENDLESS)
    for name, (what, perform) in group.items()
}
