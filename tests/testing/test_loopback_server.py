"""The server under the sample site: hostile clients, its beginning and its end."""

import asyncio
import re
import socket
import threading
from itertools import pairwise

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.testing.loopback_server import HEAD_AND_BODY_LIMIT_BYTES, Request, _Inbox, listen
from haulier.testing.site_server import SampleSite, serve_sample_site
from testing.evidence import Fetch, open_descriptors, say, trusting


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"HELLO / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: minus\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * HEAD_AND_BODY_LIMIT_BYTES + b"\r\n\r\n",
        b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
    ],
    ids=["binary", "half-a-line", "version", "no-colon", "length", "too-much", "connect"],
)
async def test_what_is_not_http_is_answered_with_400_and_harms_nobody(
    garbage: bytes, faulty: SampleSite, fetch: Fetch
) -> None:
    answer = await say(faulty.http_port, garbage)

    assert answer.startswith(b"HTTP/1.1 400") or answer == b""
    assert (await fetch(faulty, "/")).status_code == 200


async def test_pipelined_requests_are_answered_in_their_order(faulty: SampleSite) -> None:
    asked = b"".join(
        f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for path in ("/robots.txt", "/gift-cards")
    )

    answer = await say(faulty.http_port, asked + b"GET /favicon.ico HTTP/1.0\r\n\r\n")

    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"410", b"404"]


async def test_a_client_that_leaves_in_the_middle_harms_nobody(
    faulty: SampleSite, fetch: Fetch
) -> None:
    for port in (faulty.http_port, faulty.https_port):
        for half in (b"", b"\x16\x03\x01", b"GET / HT"):
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                await stream.send(half)

    assert (await fetch(faulty, "/")).status_code == 200


async def test_stopping_leaves_no_task_thread_descriptor_or_file(fetch: Fetch) -> None:
    before = (open_descriptors(), threading.active_count(), len(asyncio.all_tasks()))

    async with serve_sample_site("faulty") as site:
        await fetch(site, "/")
        idle = await anyio.connect_tcp("127.0.0.1", site.https_port)
        await idle.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await idle.receive()
        half_way = await anyio.connect_tcp("127.0.0.1", site.https_port)
        await half_way.send(b"\x16\x03\x01")
        await fetch(site, "/")
    await idle.aclose()
    await half_way.aclose()

    assert not site.ca_file.exists()
    assert not site.ca_file.parent.exists()
    assert (open_descriptors(), threading.active_count(), len(asyncio.all_tasks())) == before
    with pytest.raises(OSError, match=r"(?i)refused|failed"):
        await anyio.connect_tcp("127.0.0.1", site.https_port)


async def test_an_error_in_the_body_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError, match="bicycle"):
        async with serve_sample_site("sound"):
            raise KeyError("bicycle")


async def test_cancelling_the_body_stops_the_server() -> None:
    served: list[SampleSite] = []
    with anyio.CancelScope() as scope:
        async with serve_sample_site("sound") as site:
            served.append(site)
            scope.cancel()
            await anyio.sleep_forever()

    assert scope.cancelled_caught
    assert not served[0].ca_file.exists()


async def test_given_ports_are_used_and_a_taken_one_is_an_error() -> None:
    with listen() as holder:
        taken = holder.getsockname()[1]
        before = open_descriptors()

        with pytest.raises(OSError, match=r"(?i)in use"):
            async with serve_sample_site("sound", http_port=taken):
                pytest.fail("it started on a taken port")

        assert open_descriptors() == before
    async with serve_sample_site("sound", http_port=taken) as site:
        assert site.http_port == taken


async def test_it_listens_on_loopback_only(sound: SampleSite) -> None:
    with listen() as listener, socket.socket() as outside:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert outside.connect_ex(("127.0.0.2", sound.https_port)) != 0


def test_it_runs_on_uvloop_as_well() -> None:
    async def main() -> bytes:
        async with serve_sample_site("faulty") as site:
            await say(site.http_port, b"")
            return await say(
                site.https_port, b"GET /robots.txt HTTP/1.0\r\n\r\n", context=trusting(site)
            )

    answer = anyio.run(main, backend_options={"use_uvloop": True})

    assert answer.startswith(b"HTTP/1.1 200 OK")


PIECES = st.sampled_from(
    [
        b"GET ",
        b"/ ",
        b"HTTP/1.1\r\n",
        b"Host: x\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"\r\n",
        b"5\r\n",
    ]
)


@given(st.lists(st.binary(max_size=300) | PIECES, max_size=12))
def test_no_bytes_make_the_parser_raise(chunks: list[bytes]) -> None:
    inbox = _Inbox(secure=False)

    for chunk in chunks:
        if not inbox.take(chunk):
            break

    assert all(isinstance(request, Request) for request in inbox.requests)


@given(st.sets(st.integers(min_value=1, max_value=130)))
def test_where_the_bytes_are_cut_makes_no_difference(cuts: set[int]) -> None:
    whole = (
        b"POST /newsletter HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"X-Two: a\r\nX-Two: b\r\n\r\na=b&c"
        b"GET /bikes?size=54 HTTP/1.1\r\nConnection: close\r\n\r\n"
    )
    edges = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    inbox = _Inbox(secure=True)

    taken = [inbox.take(whole[start:end]) for start, end in pairwise(edges)]

    assert all(taken)
    assert [(request.method, request.target) for request in inbox.requests] == [
        ("POST", "/newsletter"),
        ("GET", "/bikes?size=54"),
    ]
    assert inbox.requests[0].headers[2:] == (("x-two", "a"), ("x-two", "b"))
    assert [request.keeps_open for request in inbox.requests] == [True, False]
