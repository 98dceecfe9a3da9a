"""Targets of safefetch: URLs, addresses, headers, redirects, decoding, answers."""

import asyncio
import gzip
import socket
import zlib
from ipaddress import ip_address
from types import SimpleNamespace

from ada_url import URL

from fuzz.target import Target, as_text, halves
from haulier.safefetch import (
    EgressDenied,
    FetchError,
    Limits,
    Policy,
    Refused,
    check_url,
    classify,
    judge,
)
from haulier.safefetch.audit_events import WATCHED, read_event
from haulier.safefetch.budget import Budget
from haulier.safefetch.decoding import Body, content_coding
from haulier.safefetch.headers import check_headers
from haulier.safefetch.http1 import Http1Connection
from haulier.safefetch.inbox import Inbox
from haulier.safefetch.message import Message, read_head
from haulier.safefetch.redirects import next_message
from haulier.safefetch.streams import MeteredStream

_POLICY = Policy()
_LIMITS = Limits(decoded_bytes=100_000, total_seconds=5)
_ORIGIN = check_url("https://shop.example/a?b", _POLICY)
_MESSAGE = Message(
    method="POST", target=_ORIGIN, headers=(("Authorization", "Basic YTpi"),), body=b"x"
)


def url(data: bytes) -> None:
    """A text is refused, or read as the WHATWG parser reads it, once and for all."""
    try:
        target = check_url(as_text(data), _POLICY)
    except Refused:
        return
    parsed = URL(as_text(data))
    assert parsed.hostname.strip("[]").removesuffix(".") == target.host
    assert parsed.protocol == f"{target.scheme}:"
    assert target.host.isascii()
    assert target.port in {80, 443}
    assert check_url(target.href, _POLICY) == target
    if target.address is not None:
        assert target.address.is_global


def address(data: bytes) -> None:
    """A text is no address, or judged; what passes is global unicast."""
    try:
        verdict = classify(as_text(data))
    except ValueError:
        return
    found = ip_address(as_text(data))
    assert judge(found, _POLICY) == verdict
    assert verdict.reason
    assert not verdict.allowed or (found.is_global and not found.is_multicast)


def headers(data: bytes) -> None:
    """A header is refused, or one plain line."""
    name, value = (as_text(half) for half in halves(data))
    try:
        checked = check_headers(((name, value),))
    except Refused:
        return
    assert checked == ((name, value),)
    assert f"{name}{value}".isascii()
    assert not any(sign in f"{name}{value}" for sign in "\r\n\0:") or ":" in value
    assert ":" not in name


def redirect(data: bytes) -> None:
    """A Location is refused, or leads to a target that is vetted; secrets stay at home."""
    fields = [(b"Location", data)]
    try:
        head = read_head(307, fields, "1.1", _LIMITS)
        following = next_message(_MESSAGE, head, _POLICY)
    except FetchError:
        return
    assert following.target.origin == _ORIGIN.origin
    assert check_url(following.target.href, _POLICY) == following.target


def decoding(data: bytes) -> None:
    """A body decodes within its bounds, or is refused."""
    coding = ("gzip", "deflate", None)[data[0] % 3] if data else None
    body = Body(coding, _LIMITS, truncates=bool(data[:1] >= b"\x80"))
    try:
        for start in range(1, len(data), 97):
            if not body.feed(data[start : start + 97]):
                break
        content = body.finish()
    except FetchError:
        return
    assert len(content) <= _LIMITS.decoded_bytes


def codings(data: bytes) -> None:
    """The fields of a coding are refused, or name one that can be undone."""
    try:
        assert content_coding([as_text(data)]) in {None, "gzip", "deflate"}
    except FetchError:
        return


def answer(data: bytes) -> None:
    """A whole answer over HTTP/1.1 is read, or refused with an error of the tree."""
    with asyncio.Runner() as runner:
        runner.run(_read_answer(data))


async def _read_answer(data: bytes) -> None:
    inbox = Inbox()
    inbox.data_received(data)
    inbox.eof_received()
    transport = _Silent()
    inbox.attach(transport)
    stream = MeteredStream(inbox, transport, ip_address("192.0.2.1"))
    stream.begin(Budget(_LIMITS))
    connection = Http1Connection(stream)
    try:
        head = await connection.send(_MESSAGE, "fuzz", _LIMITS)
        assert 200 <= head.status < 600
        async for piece in connection.pieces():
            assert len(piece) <= len(data)
    except FetchError:
        return


class _Silent(asyncio.Transport):
    """Takes what is written and does nothing with it."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        del data

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        return

    def resume_reading(self) -> None:
        return

    def abort(self) -> None:
        return


_SOCKET = SimpleNamespace(family=socket.AF_INET6)


def audit_event(data: bytes) -> None:
    """An audit event is denied, or tells an address; nothing else comes out."""
    event = tuple(WATCHED)[data[0] % len(WATCHED)] if data else "socket.connect"
    host = data[2:] if data[1:2] > b"\x7f" else as_text(data[2:])
    try:
        attempt = read_event(event, (_SOCKET, (host, 80)) if event[7] in "cs" else (host,))
    except EgressDenied:
        return
    assert attempt is None or judge(attempt.address, _POLICY).reason


_URLS = (
    b"http://shop.example/",
    b"https://user@127.0.0.1:8080/a?b#c",
    b"http://[::ffff:7f00:1]/",
    b"http://0x7f.1/",
    b"http://2130706433/",
    "http://b\u00fccher.example/\uff11\u3002\u2488".encode(),
    b"http:\\\\shop.example\\@10.0.0.1/",
    b"http://xn--bcher-kva.example./%2e%2e/",
)
_ADDRESSES = (b"127.0.0.1", b"::1", b"64:ff9b::a9fe:a9fe", b"2002:7f00:1::", b"fe80::1%eth0")
_ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 Not Found\r\n\r\ngone",
    b"HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n",
)

TARGETS = (
    Target(name="url", run=url, seeds=_URLS),
    Target(name="address", run=address, seeds=_ADDRESSES),
    Target(
        name="headers",
        run=headers,
        seeds=(
            b"X-A\0b",
            b"Host\0a",
            b"Proxy-Authorization\0c",
            b"A\0b\r\nc: d",
            b"metadata\0true",
        ),
    ),
    Target(
        name="redirect", run=redirect, seeds=(*_URLS, b"/a", b"//10.0.0.1/", b"../..", b"?x", b"#y")
    ),
    Target(
        name="decoding",
        run=decoding,
        seeds=(
            b"\x00" + gzip.compress(b"hello" * 50),
            b"\x01" + zlib.compress(b"\0" * 200_000),
            b"\x80" + gzip.compress(b"a") * 3,
            b"\x02plain",
        ),
    ),
    Target(name="codings", run=codings, seeds=(b"gzip", b"x-gzip, identity", b"br", b"gzip,gzip")),
    Target(name="answer", run=answer, seeds=_ANSWERS),
    Target(
        name="audit-event",
        run=audit_event,
        seeds=tuple(b"\x00\x00" + text for text in (*_ADDRESSES, b"localhost", b"db", b"127.1")),
    ),
)
