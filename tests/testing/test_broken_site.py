"""Each broken target is broken in the way that its name says, seen from a raw client."""

import gzip
import http.client
import socket
import ssl
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import anyio
import pytest
from anyio.abc import SocketStream

from haulier.testing.broken_answers import (
    BOMB_DECODED_BYTES,
    BROKEN_ANSWERS,
    DEEP_LEVELS,
    MANY_NODES,
)
from haulier.testing.broken_site import BROKEN_TARGETS, BrokenSite, serve_broken_site
from testing.evidence import open_descriptors

ENOUGH_BYTES = 4 * 1024 * 1024


@pytest.fixture(scope="module")
async def broken() -> AsyncGenerator[BrokenSite]:
    async with serve_broken_site() as site:
        yield site


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came over the wire, and what ended it: "closed", "reset", "enough"."""

    wire: bytes
    end: str

    @property
    def head(self) -> str:
        return self.wire.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def body(self) -> bytes:
        return self.wire.partition(b"\r\n\r\n")[2]

    def promised(self) -> int:
        return int(self.head.partition("Content-Length: ")[2].split("\r\n")[0])


def listen_to(broken: BrokenSite, name: str, enough_bytes: int = ENOUGH_BYTES) -> Heard:
    url = urlsplit(broken.targets[name].url)
    wire = b""
    with socket.create_connection(("127.0.0.1", url.port or 0), timeout=10) as connection:
        ask = f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n"
        connection.sendall(ask.encode())
        while len(wire) < enough_bytes:
            try:
                chunk = connection.recv(262144)
            except ConnectionResetError:
                return Heard(wire=wire, end="reset")
            if not chunk:
                return Heard(wire=wire, end="closed")
            wire += chunk
    return Heard(wire=wire, end="enough")


Judge = Callable[[Heard], bool]

JUDGES: dict[str, Judge] = {
    "status-404": lambda h: " 404 " in h.head,
    "status-500": lambda h: " 500 " in h.head,
    "status-429": lambda h: " 429 " in h.head and "Retry-After: 60" in h.head,
    "empty-body": lambda h: " 200 " in h.head and h.body == b"" and h.promised() == 0,
    "empty-answer": lambda h: h.wire == b"",
    "pdf": lambda h: "application/pdf" in h.head and h.body.startswith(b"%PDF-"),
    "json": lambda h: "application/json" in h.head,
    "binary-as-html": lambda h: "text/html" in h.head and len(set(h.body)) == 256,
    "invalid-utf8": lambda h: "utf-8" in h.head and "\ufffd" in h.body.decode(errors="replace"),
    "null-bytes": lambda h: h.body.count(b"\0") > 5,
    "length-too-large": lambda h: h.end == "closed" and len(h.body) < h.promised(),
    "length-too-small": lambda h: len(h.body) > h.promised(),
    "length-twice": lambda h: h.head.count("Content-Length:") == 2,
    "bad-chunks": lambda h: h.body.startswith(b"zz\r\n"),
    "not-http": lambda h: h.wire.startswith(b"SSH-"),
    "huge-header": lambda h: len(h.head) > 2**20,
    "many-nodes": lambda h: h.body.count(b"<i>") == MANY_NODES,
    "deep-nesting": lambda h: h.body.count(b"<div>") == h.body.count(b"</div>") == DEEP_LEVELS,
    "gzip-bomb": lambda h: (
        len(gzip.decompress(h.body)) == BOMB_DECODED_BYTES and len(h.body) < 100_000
    ),
    "gzip-twice": lambda h: (
        "gzip, gzip" in h.head
        and len(gzip.decompress(gzip.decompress(h.body))) == BOMB_DECODED_BYTES
    ),
    "gzip-corrupt": lambda h: "Content-Encoding: gzip" in h.head and h.body[:2] != b"\x1f\x8b",
    "redirect-loop": lambda h: "Location: /redirect-loop\r\n" in h.head + "\r\n",
    "redirect-chain": lambda h: "Location: /redirect-chain/1\r\n" in h.head + "\r\n",
    "redirect-to-metadata": lambda h: "Location: http://169.254.169.254/" in h.head,
    "redirect-to-private": lambda h: "Location: http://10.0.0.1/" in h.head,
    "redirect-to-file": lambda h: "Location: file:///" in h.head,
    "redirect-to-nothing": lambda h: " 302 " in h.head and "Location" not in h.head,
    "redirect-to-garbage": lambda h: "Location: http://[::/%zz" in h.head,
    "endless-body": lambda h: h.end == "enough" and "chunked" in h.head,
    "endless-headers": lambda h: h.end == "enough" and b"\r\n\r\n" not in h.wire,
    "reset-mid-body": lambda h: h.end == "reset",
}
SLOW: dict[str, Judge] = {
    "drip": lambda h: h.body.startswith(b"<<") and h.promised() > 1_000_000,
    "drip-headers": lambda h: h.wire.endswith(b"aa"),
}


@pytest.mark.parametrize("name", JUDGES)
async def test_an_answer_is_broken_as_its_name_says(name: str, broken: BrokenSite) -> None:
    heard = await anyio.to_thread.run_sync(partial(listen_to, broken, name))

    assert JUDGES[name](heard), (heard.end, heard.wire[:300])


@pytest.mark.parametrize("name", SLOW)
async def test_a_dripping_answer_comes_byte_by_byte(name: str, broken: BrokenSite) -> None:
    head = 28 if name == "drip-headers" else 108

    heard = await anyio.to_thread.run_sync(partial(listen_to, broken, name, head))

    assert heard.end == "enough"
    assert SLOW[name](heard), heard.wire


async def test_a_silent_target_takes_the_request_and_says_nothing(broken: BrokenSite) -> None:
    port = urlsplit(broken.targets["silent"].url).port or 0

    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(b"GET /silent HTTP/1.1\r\nHost: x\r\n\r\n")
        with anyio.move_on_after(0.3) as waiting:
            await stream.receive()

    assert waiting.cancelled_caught


async def test_a_redirect_chain_never_ends(broken: BrokenSite) -> None:
    url = urlsplit(broken.targets["redirect-chain"].url)

    def follow() -> str:
        location = url.path
        for _ in range(40):
            connection = http.client.HTTPConnection("127.0.0.1", url.port or 0, timeout=5)
            connection.request("GET", location)
            location = connection.getresponse().headers["Location"]
            connection.close()
        return location

    assert await anyio.to_thread.run_sync(follow) == "/redirect-chain/40"


async def test_a_closed_port_refuses(broken: BrokenSite) -> None:
    port = urlsplit(broken.targets["closed-port"].url).port or 0

    with pytest.raises(OSError, match=r"(?i)refused|failed"):
        await anyio.connect_tcp("127.0.0.1", port)


def shake_hands(broken: BrokenSite, name: str, context: ssl.SSLContext) -> None:
    url = urlsplit(broken.targets[name].url)
    with (
        socket.create_connection(("127.0.0.1", url.port or 0), timeout=5) as raw,
        context.wrap_socket(raw, server_hostname=broken.host),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("certificate-expired", "certificate has expired"),
        ("certificate-not-yet-valid", "certificate is not yet valid"),
        ("certificate-wrong-name", "Hostname mismatch"),
        ("certificate-self-signed", "self-signed certificate|self signed certificate"),
    ],
)
async def test_a_bad_certificate_is_refused_for_its_own_reason(
    name: str, reason: str, broken: BrokenSite
) -> None:
    context = ssl.create_default_context(cafile=broken.ca_file)

    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        await anyio.to_thread.run_sync(partial(shake_hands, broken, name, context))


async def test_a_weak_key_is_all_that_is_wrong_with_its_certificate(broken: BrokenSite) -> None:
    lenient = ssl.create_default_context(cafile=broken.ca_file)
    lenient.set_ciphers("DEFAULT@SECLEVEL=0")
    strict = ssl.create_default_context(cafile=broken.ca_file)
    strict.set_ciphers("DEFAULT@SECLEVEL=2")

    await anyio.to_thread.run_sync(partial(shake_hands, broken, "certificate-weak-key", lenient))
    with pytest.raises(ssl.SSLError, match=r"(?i)key too"):
        await anyio.to_thread.run_sync(partial(shake_hands, broken, "certificate-weak-key", strict))


async def test_a_port_without_tls_fails_the_handshake(broken: BrokenSite) -> None:
    context = ssl.create_default_context(cafile=broken.ca_file)

    with pytest.raises(ssl.SSLError):
        await anyio.to_thread.run_sync(partial(shake_hands, broken, "not-tls", context))


def test_every_name_is_served_and_tested(broken: BrokenSite) -> None:
    apart = {"silent", "redirect-chain", *SLOW}

    assert set(broken.targets) == set(BROKEN_TARGETS)
    assert set(BROKEN_ANSWERS) == set(JUDGES) | apart


async def test_stopping_cuts_off_a_client_that_is_being_served() -> None:
    before = open_descriptors()

    async with serve_broken_site() as site:
        port = urlsplit(site.targets["endless-body"].url).port or 0
        stream = await anyio.connect_tcp("127.0.0.1", port)
        await stream.send(b"GET /endless-body HTTP/1.1\r\nHost: x\r\n\r\n")
        await stream.receive()
    with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
        await drain(stream)
    await stream.aclose()

    assert open_descriptors() == before


async def drain(stream: SocketStream) -> None:
    while True:
        await stream.receive()
