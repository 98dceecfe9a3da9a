from collections.abc import Callable

import pytest

from haulier.safefetch import ConnectFailed, FetchError, Policy, ProtocolBroken, SafeFetcher
from haulier.testing.hostile_server import raw, reply, routes, serve

Build = Callable[..., Policy]
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"Content-Length: 2\r\n\r\nhi", b"hi"),
        (CHUNKED + b"2\r\nhi\r\n0\r\n\r\n", b"hi"),
        (CHUNKED + b"1;ext=1\r\nh\r\n1\r\ni\r\n0\r\nTrailer: x\r\n\r\n", b"hi"),
        (OK + b"\r\nhi", b"hi"),
        (b"HTTP/1.0 200 OK\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + b"\r\nhi", b"hi"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
    ],
)
async def test_well_formed_answers_are_read(open_policy: Build, answer: bytes, body: bytes) -> None:
    async with serve(raw(answer)) as site, SafeFetcher(open_policy(site.port)) as fetcher:
        assert (await fetcher.fetch(site.url())).body == body


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"hello, I am no HTTP server\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"-ERR unknown command\r\n",
        b"<html>HTTP/0.9</html>",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 600 What\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        OK + b"No colon here\r\n\r\n",
        OK + b": empty name\r\n\r\n",
        OK + b"Space : before colon\r\n\r\n",
        OK + b"Bad\0Name: x\r\n\r\n",
        OK + b"Name: bad\0value\r\n\r\n",
        OK + b"Name: lone\rreturn\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
        OK + b"Content-Length: 2, 3\r\n\r\nhi!",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: +2\r\n\r\nhi",
        OK + b"Content-Length: 0x2\r\n\r\nhi",
        OK + b"Content-Length: 2 2\r\n\r\nhi",
        OK + b"Content-Length: \r\n\r\nhi",
        OK + b"Content-Length: two\r\n\r\nhi",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: identity\r\n\r\nhi",
        OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"zz\r\nhi\r\n0\r\n\r\n",
        CHUNKED + b"-2\r\nhi\r\n0\r\n\r\n",
        CHUNKED + b"0x2\r\nhi\r\n0\r\n\r\n",
        CHUNKED + b"2\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"2\r\nhiXX0\r\n\r\n",
        CHUNKED + b"fffffffffffffffffffffff\r\nhi\r\n0\r\n\r\n",
        CHUNKED + b"\r\nhi\r\n0\r\n\r\n",
        CHUNKED + b"2\r\nhi\r\n",
        CHUNKED + b"2\r\nh",
        OK + b"Content-Length: 10\r\n\r\nhi",
    ],
)
async def test_a_broken_answer_is_an_error_and_never_a_response(
    open_policy: Build, answer: bytes
) -> None:
    async with serve(raw(answer)) as site, SafeFetcher(open_policy(site.port)) as fetcher:
        with pytest.raises((ProtocolBroken, ConnectFailed)) as caught:
            await fetcher.fetch(site.url())

    assert caught.value.origin == site.url("")
    assert caught.value.hops == ()


async def test_a_body_that_ends_too_early_can_be_tried_again(open_policy: Build) -> None:
    async with (
        serve(raw(OK + b"Content-Length: 10\r\n\r\nhi")) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        with pytest.raises(ProtocolBroken) as caught:
            await fetcher.fetch(site.url())

    assert (caught.value.reason, caught.value.retryable) == ("truncated", True)


async def test_bytes_after_an_answer_never_reach_the_next_request(open_policy: Build) -> None:
    poison = reply(b"one") + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
    async with (
        serve(routes({"/": poison, "/next": reply(b"two")})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        first = await fetcher.fetch(site.url())
        second = await fetcher.fetch(site.url("/next"))

    assert (first.body, second.body) == (b"one", b"two")
    assert site.connections == 2


async def test_headers_come_back_as_received_with_repeats_kept_apart(open_policy: Build) -> None:
    headers = (("Set-Cookie", "a=1"), ("X-Mixed-CASE", "Gr\xfc\xdfe"), ("Set-Cookie", "b=2"))
    async with (
        serve(routes({"/": reply(b"", headers=headers)})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        response = await fetcher.fetch(site.url())

    assert response.headers == (("Content-Length", "0"), *headers)
    assert response.header_values("set-cookie") == ("a=1", "b=2")
    assert response.header("nothing") is None


async def test_a_head_answer_has_no_body_whatever_its_length_says(open_policy: Build) -> None:
    answer = OK + b"Content-Length: 99999999999\r\nContent-Encoding: gzip\r\n\r\n"
    async with serve(routes({"/": answer})) as site, SafeFetcher(open_policy(site.port)) as fetcher:
        response = await fetcher.fetch(site.url(), method="HEAD")

    assert (response.status, response.body) == (200, b"")


async def test_a_server_that_is_not_there_can_be_tried_again(open_policy: Build) -> None:
    async with serve(routes({})) as site:
        port = site.port
    async with SafeFetcher(open_policy(port)) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(f"http://127.0.0.1:{port}/")

    assert (caught.value.code, caught.value.reason) == ("connect_failed", "refused")
    assert caught.value.retryable
