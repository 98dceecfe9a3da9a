import asyncio
import gc
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from haulier.safefetch import FetchError, Limits, Policy, Refused, SafeFetcher
from safefetch.hostile_server import Request, hang, redirect, reply, routes, serve
from safefetch.test_addresses import FORMS, V4_BLOCKS, V6_BLOCKS, edges

Build = Callable[..., Policy]
CONNECTS: list[object] = []
AUDITING = [False]


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if AUDITING[0] and event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        CONNECTS.append((event, arguments[1] if event != "socket.getaddrinfo" else arguments))


sys.addaudithook(_audit)


@contextmanager
def connects() -> Iterator[list[object]]:
    """Note every connect and look-up that this process asks the socket layer for."""
    CONNECTS.clear()
    AUDITING[0] = True
    try:
        yield CONNECTS
    finally:
        AUDITING[0] = False


def test_the_witness_sees_connects() -> None:
    with socket.socket() as probe, connects() as seen:
        probe.connect_ex(("127.0.0.1", 9))

    assert seen == [("socket.connect", ("127.0.0.1", 9))]


async def test_no_blocked_address_is_ever_connected_to() -> None:
    """S0-BR4: every block in every embedding, as a literal, by name and by redirect."""
    texts = {str(edge) for block, _, _ in V4_BLOCKS for edge in edges(block)}
    texts |= {str(edge) for block, _, _ in V6_BLOCKS if block != "::/0" for edge in edges(block)}
    from ipaddress import IPv4Address, IPv6Address

    texts |= {
        str(IPv6Address(form(int(IPv4Address(text)))))
        for text in list(texts) if ":" not in text
        for form in FORMS.values() if int(IPv4Address(text))
    }

    async def look_up(host: str) -> list[str]:
        return [answers[host]]

    answers = {f"h{number}.example": text for number, text in enumerate(sorted(texts))}
    with connects() as seen:
        async with SafeFetcher(Policy(), resolver=look_up) as fetcher:
            for host, text in answers.items():
                literal = f"[{text}]" if ":" in text else text
                for place in (host, literal):
                    with pytest.raises(Refused):
                        await fetcher.fetch(f"http://{place}/")

    assert len(texts) >= 150
    assert seen == []


async def test_the_vetted_address_is_dialled_although_the_name_flips(open_policy: Build) -> None:
    """S0-FR5b."""
    asked: list[str] = []

    async def flipping(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with serve(routes({"/": reply(b"x")})) as site:
        async with SafeFetcher(open_policy(site.port), resolver=flipping) as fetcher:
            with connects() as seen:
                response = await fetcher.fetch(site.url(host="flip.example"))

            assert response.peer == "127.0.0.1"
            assert asked == ["flip.example"]
            assert seen == [("socket.connect", ("127.0.0.1", site.port))]
            with pytest.raises(Refused) as caught:
                await fetcher.fetch(site.url(host="flip.example"))

    assert caught.value.reason == "private"
    assert site.connections == 1


async def test_a_kept_connection_is_not_used_when_its_address_is_no_longer_vetted(
    open_policy: Build,
) -> None:
    turns = iter(["127.0.0.1", "127.0.0.2", "127.0.0.1"])

    async def moving(_host: str) -> list[str]:
        return [next(turns)]

    async with serve(routes({"/": reply(b"x")}), host="0.0.0.0") as site:
        async with SafeFetcher(open_policy(site.port), resolver=moving) as fetcher:
            peers = [(await fetcher.fetch(site.url(host="m.example"))).peer for _ in range(3)]

    assert peers == ["127.0.0.1", "127.0.0.2", "127.0.0.1"]
    assert site.connections == 2


async def test_the_next_vetted_address_is_tried_when_one_does_not_answer(
    open_policy: Build,
) -> None:
    async def two(_host: str) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    async with serve(routes({"/": reply(b"x")})) as site:
        async with SafeFetcher(open_policy(site.port), resolver=two) as fetcher:
            assert (await fetcher.fetch(site.url(host="two.example"))).peer == "127.0.0.1"


async def test_ipv6_is_spoken(open_policy: Build) -> None:
    async with serve(routes({"/": reply(b"six")}), host="::1") as site:
        async with SafeFetcher(open_policy(site.port)) as fetcher:
            response = await fetcher.fetch(site.url(host="[::1]"))

    assert (response.body, response.peer) == (b"six", "::1")
    assert site.requests[0].values("host") == [f"[::1]:{site.port}"]


async def test_a_connection_is_kept_for_the_next_request(open_policy: Build) -> None:
    async with serve(routes({"/": reply(b"x")})) as site:
        async with SafeFetcher(open_policy(site.port)) as fetcher:
            for _ in range(5):
                await fetcher.fetch(site.url())

    assert site.connections == 1


async def test_nothing_is_shared_between_fetchers(open_policy: Build) -> None:
    async with serve(routes({"/": reply(b"", headers=(("Set-Cookie", "a=1"),))})) as site:
        async with SafeFetcher(open_policy(site.port)) as one:
            async with SafeFetcher(open_policy(site.port)) as other:
                await one.fetch(site.url())
                await one.fetch(site.url())
                await other.fetch(site.url())

    assert site.connections == 2
    assert all(request.values("cookie") == [] for request in site.requests)


async def test_a_kept_connection_that_the_server_closed_is_replaced(open_policy: Build) -> None:
    async def once(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"x"))
        await writer.drain()
        writer.close()

    async with serve(once) as site, SafeFetcher(open_policy(site.port)) as fetcher:
        for _ in range(3):
            assert (await fetcher.fetch(site.url())).body == b"x"

    assert site.connections == 3


async def test_a_request_that_a_closing_server_never_saw_is_sent_once_more(
    open_policy: Build,
) -> None:
    seen: list[str] = []

    async def silent_the_second_time(request: Request, writer: asyncio.StreamWriter) -> None:
        seen.append(request.method)
        if len(seen) == 2:
            writer.transport.abort()
        else:
            writer.write(reply(b"x"))

    async with serve(silent_the_second_time) as site:
        async with SafeFetcher(open_policy(site.port)) as fetcher:
            await fetcher.fetch(site.url())
            assert (await fetcher.fetch(site.url())).body == b"x"
            seen.clear()
            seen.append("first")
            with pytest.raises(FetchError):
                await fetcher.fetch(site.url(), method="POST", body=b"once")

    assert seen == ["first", "POST"]


@pytest.mark.parametrize("moment", ["head", "body", "look_up"])
async def test_cancelling_leaves_no_task_thread_or_descriptor(
    open_policy: Build, moment: str
) -> None:
    started = asyncio.Event()

    async def half(_request: Request, writer: asyncio.StreamWriter) -> None:
        if moment == "body":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
        started.set()
        await hang(_request, writer)

    async def look_up(_host: str) -> list[str]:
        if moment == "look_up":
            started.set()
            await asyncio.Event().wait()
        return ["127.0.0.1"]

    async with serve(half) as site:
        async with SafeFetcher(open_policy(site.port), resolver=look_up) as fetcher:
            tasks, threads = len(asyncio.all_tasks()), threading.active_count()
            gc.collect()
            descriptors = len(os.listdir("/proc/self/fd"))
            async with asyncio.TaskGroup() as group:
                fetching = group.create_task(fetcher.fetch(site.url(host="x.example")))
                await started.wait()
                fetching.cancel()
            async with asyncio.timeout(1):
                while site.open:
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.02)

            assert len(asyncio.all_tasks()) <= tasks
            assert threading.active_count() == threads
            assert len(os.listdir("/proc/self/fd")) <= descriptors


async def test_closing_a_fetcher_frees_every_descriptor(open_policy: Build) -> None:
    async with serve(routes({"/": reply(b"x")})) as site:
        before = len(os.listdir("/proc/self/fd"))
        fetcher = SafeFetcher(open_policy(site.port))
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(fetcher.fetch(site.url()))
        await fetcher.aclose()
        async with asyncio.timeout(1):
            while site.open:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.01)

        assert len(os.listdir("/proc/self/fd")) == before


async def test_500_fetches_at_once_all_come_home(open_policy: Build) -> None:
    async with serve(routes({"/": reply(b"x" * 1000)})) as site:
        limits = Limits(connections_per_host=100)
        async with SafeFetcher(open_policy(site.port), limits=limits) as fetcher:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(fetcher.fetch(site.url())) for _ in range(500)]

    assert {len(task.result().body) for task in tasks} == {1000}
    assert site.connections < 250


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({name: "x"}, reason)
        for reason, names in {
            "framing_header": "Host Connection Keep-Alive TE Trailer Transfer-Encoding Upgrade "
            "Content-Length Expect Accept-Encoding HTTP2-Settings",
            "proxy_header": "Proxy-Authorization Proxy-Connection proxy-x",
            "metadata_header": "Metadata Metadata-Flavor X-aws-ec2-metadata-token "
            "X-aws-ec2-metadata-token-ttl-seconds X-Google-Metadata-Request Metadata-Token",
            "header_name": ":authority Bad:Name caf\u00e9 Na\0me",
        }.items()
        for name in names.split()
    ]
    + [
        ({"X": value}, "header_value")
        for value in ("a\r\nHost: b", "a\nb", "a\rb", "a\0b", "\x7f", " a", "a ", "caf\u00e9", "\t")
    ]
    + [
        ({"": "x"}, "header_name"),
        ({"a b": "x"}, "header_name"),
        ({"Host ": "x"}, "header_name"),
        ({"X\r\nHost": "x"}, "header_name"),
        ([("X", "y")] * 101, "too_many_headers"),
        ({"X": "y" * 40_000}, "too_many_headers"),
    ],
)
async def test_headers_that_no_caller_may_send_are_refused(
    headers: dict[str, str], reason: str
) -> None:
    async with SafeFetcher(Policy()) as fetcher:
        with connects() as seen, pytest.raises(Refused) as caught:
            await fetcher.fetch("http://8.8.8.8/", headers=headers)

    assert caught.value.reason == reason
    assert seen == []


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "", "GET /x HTTP/1.1\r\nX:", "A B"])
async def test_only_the_usual_methods_are_sent(method: str) -> None:
    async with SafeFetcher(Policy()) as fetcher:
        with pytest.raises(Refused) as caught:
            await fetcher.fetch("http://8.8.8.8/", method=method)

    assert caught.value.reason == "method"


async def test_headers_and_body_arrive_as_given(open_policy: Build) -> None:
    async with serve(routes({"/": reply(b"x")})) as site:
        async with SafeFetcher(open_policy(site.port), user_agent="shop/2") as fetcher:
            await fetcher.fetch(
                site.url(), method="POST", body=b"\0data", headers=[("X-A", "1"), ("X-A", "2")]
            )

    request = site.requests[0]
    assert request.body == b"\0data"
    assert request.values("x-a") == ["1", "2"]
    assert request.values("host") == [f"127.0.0.1:{site.port}"]
    assert request.values("user-agent") == ["shop/2"]


async def test_a_redirect_looks_every_name_up_once(open_policy: Build) -> None:
    asked: list[str] = []

    async def look_up(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with serve(routes({"/": reply(b"end")})) as away:
        location = away.url(host="b.example")
        async with serve(routes({"/": redirect(location)})) as home:
            policy = open_policy(home.port, away.port)
            async with SafeFetcher(policy, resolver=look_up) as fetcher:
                await fetcher.fetch(home.url(host="a.example"))

    assert asked == ["a.example", "b.example"]
