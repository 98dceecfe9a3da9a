import gzip
from collections.abc import Callable
from pathlib import Path
from ssl import SSLContext

import h2.connection
import pytest

from haulier.safefetch import FetchError, Limits, Policy, ProtocolBroken, SafeFetcher, TooLarge
from haulier.testing.hostile_http2 import Behave, answer, serve_http2
from safefetch.certificates import issue, root, server_context, trust_file

Build = Callable[..., Policy]


@pytest.fixture
def tls(tmp_path: Path) -> SSLContext:
    return server_context(tmp_path, issue("127.0.0.1", root()), protocols=("h2",))


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    return trust_file(tmp_path, root())


async def test_http2_is_spoken_where_the_server_offers_it(
    open_policy: Build, tls: SSLContext, trust: Path
) -> None:
    page = gzip.compress(b"hello" * 1000)
    async with (
        serve_http2(answer(page, content_encoding="gzip", x_a="1"), tls) as site,
        SafeFetcher(open_policy(site.port), trust=trust) as fetcher,
    ):
        await fetcher.fetch(site.url())
        response = await fetcher.fetch(site.url("/a?b"), headers={"X-Own": "1"})

    assert response.body == b"hello" * 1000
    assert (response.http_version, response.peer) == ("2", "127.0.0.1")
    assert ("x-a", "1") in response.headers
    assert site.connections == 1
    request = site.requests[1]
    assert request.values(":authority") == [f"127.0.0.1:{site.port}"]
    assert (request.target, request.values("x-own")) == ("/a?b", ["1"])


async def test_a_body_is_posted_over_http2(
    open_policy: Build, tls: SSLContext, trust: Path
) -> None:
    async with (
        serve_http2(answer(b"ok"), tls) as site,
        SafeFetcher(open_policy(site.port), trust=trust) as fetcher,
    ):
        response = await fetcher.fetch(site.url(), method="POST", body=b"x" * 100)

    assert response.body == b"ok"


async def test_bounds_hold_over_http2(open_policy: Build, tls: SSLContext, trust: Path) -> None:
    async with (
        serve_http2(answer(b"x" * 10_000), tls) as site,
        SafeFetcher(open_policy(site.port), trust=trust) as fetcher,
    ):
        with pytest.raises(TooLarge):
            await fetcher.fetch(site.url(), limits=Limits(decoded_bytes=100))
        assert len((await fetcher.fetch(site.url())).body) == 10_000


def garbage(state: h2.connection.H2Connection, _stream: int, _request: dict[str, str]) -> bytes:
    return b"\0\0\1\6\0\0\0\0\0x"  # a PING of one byte (RFC 9113 6.7 wants eight)


def reset(state: h2.connection.H2Connection, stream: int, _request: dict[str, str]) -> bytes:
    state.reset_stream(stream, error_code=2)
    return b""


def goodbye(state: h2.connection.H2Connection, _stream: int, _request: dict[str, str]) -> bytes:
    state.close_connection(error_code=11)
    return b""


def no_status(state: h2.connection.H2Connection, stream: int, _request: dict[str, str]) -> bytes:
    state.send_headers(stream, [(":status", "nonsense")], end_stream=True)
    return b""


def bad_length(state: h2.connection.H2Connection, stream: int, _request: dict[str, str]) -> bytes:
    state.send_headers(stream, [(":status", "200"), ("content-length", "5")])
    state.send_data(stream, b"only", end_stream=True)
    return b""


def split_value(state: h2.connection.H2Connection, stream: int, _request: dict[str, str]) -> bytes:
    state.send_headers(stream, [(":status", "200"), ("x", "a\r\nset-cookie: b")], end_stream=True)
    return b""


def many_headers(state: h2.connection.H2Connection, stream: int, _request: dict[str, str]) -> bytes:
    state.send_headers(
        stream, [(":status", "200"), *((f"x{n}", "y") for n in range(300))], end_stream=True
    )
    return b""


@pytest.mark.parametrize(
    "behave", [garbage, reset, goodbye, no_status, bad_length, split_value, many_headers]
)
async def test_a_broken_http2_server_is_an_error(
    open_policy: Build, tls: SSLContext, trust: Path, behave: Behave
) -> None:
    async with (
        serve_http2(behave, tls) as site,
        SafeFetcher(open_policy(site.port), trust=trust) as fetcher,
    ):
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(site.url(), limits=Limits(first_byte_seconds=10))

    assert isinstance(caught.value, ProtocolBroken | TooLarge), caught.value
