import asyncio
from collections.abc import Callable

import pytest

from haulier.safefetch import Limits, Policy, ProtocolBroken, SafeFetcher, TimedOut, TooLarge
from haulier.testing.hostile_server import (
    Answer,
    Request,
    hang,
    raw,
    redirect,
    reply,
    routes,
    serve,
)

Build = Callable[..., Policy]
OK = b"HTTP/1.1 200 OK\r\n"
MIB = 1024 * 1024


def drip(piece: bytes, *, first: bytes = b"", seconds: float = 0.02) -> Answer:
    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(seconds)

    return answer


def flood(piece: bytes, *, first: bytes = b"") -> Answer:
    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()

    return answer


@pytest.mark.parametrize(
    ("answer", "limits", "reason"),
    [
        (hang, Limits(first_byte_seconds=0.1), "first_byte"),
        (hang, Limits(total_seconds=0.1), "total"),
        (drip(b"X: y\r\n", first=OK), Limits(total_seconds=0.3), "total"),
        (drip(b"x", first=OK + b"\r\n"), Limits(total_seconds=0.3), "total"),
        (raw(OK + b"Content-Length: 9\r\n\r\nx", close=False), Limits(idle_seconds=0.1), "idle"),
        (drip(b"HTTP/1.1 103 Early\r\n\r\n"), Limits(total_seconds=0.3), "total"),
    ],
)
async def test_slow_servers_are_left(
    open_policy: Build, answer: Answer, limits: Limits, reason: str
) -> None:
    """S0-FR5e."""
    async with (
        serve(answer) as site,
        SafeFetcher(open_policy(site.port), limits=limits) as fetcher,
    ):
        with pytest.raises(TimedOut) as caught:
            await fetcher.fetch(site.url())
        async with asyncio.timeout(1):
            await site.all_closed.wait()

    assert (caught.value.reason, caught.value.retryable) == (reason, True)


async def test_the_time_is_one_budget_for_the_whole_chain(open_policy: Build) -> None:
    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        writer.write(redirect("/" + "x" * len(request.target)))

    async with serve(answer) as site:
        limits = Limits(total_seconds=0.5)
        async with SafeFetcher(open_policy(site.port), limits=limits) as fetcher:
            with pytest.raises(TimedOut) as caught:
                await fetcher.fetch(site.url())

    assert caught.value.reason == "total"
    assert caught.value.hop == len(caught.value.hops) > 0


async def test_a_look_up_that_hangs_ends_with_the_budget(open_policy: Build) -> None:
    async def never(_host: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    limits = Limits(dns_seconds=30, total_seconds=0.1)
    async with SafeFetcher(Policy(), resolver=never, limits=limits) as fetcher:
        with pytest.raises(TimedOut):
            await fetcher.fetch("http://slow.example/")


async def test_a_connection_that_is_never_accepted_ends(open_policy: Build) -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        async with SafeFetcher(
            open_policy(port), limits=Limits(connect_seconds=0.2, first_byte_seconds=0.2)
        ) as fetcher:
            with pytest.raises(TimedOut):
                await fetcher.fetch(f"http://127.0.0.1:{port}/")
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize(
    ("answer", "limits", "reason"),
    [
        (raw(reply(b"x" * 1001)), Limits(decoded_bytes=1000), "decoded_bytes"),
        (raw(reply(b"x" * 5000)), Limits(wire_bytes=4000), "wire_bytes"),
        (flood(b"x" * 65536, first=OK + b"\r\n"), Limits(decoded_bytes=MIB), "decoded_bytes"),
        (flood(b"x" * 65536, first=OK + b"\r\n"), Limits(wire_bytes=MIB), "wire_bytes"),
        (raw(OK + b"Content-Length: 99999999999999\r\n\r\n"), Limits(), "wire_bytes"),
        (flood(b"X-Flood: " + b"y" * 4096 + b"\r\n", first=OK), Limits(), "header_bytes"),
        (flood(b"y" * 65536, first=OK + b"X: "), Limits(), "header_bytes"),
        (flood(b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n" * 100), Limits(), "header_bytes"),
        (
            flood(b"1\r\nx\r\n" * 1000, first=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
            Limits(),
            "pieces",
        ),
        (raw(OK + b"A: b\r\n" * 201 + b"\r\n"), Limits(), "header_count"),
        (raw(OK + b"A: bbbbb\r\n" * 20 + b"\r\n"), Limits(header_bytes=100), "header_bytes"),
        (
            flood(b"0" * 4096, first=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
            Limits(wire_bytes=MIB),
            None,
        ),
        (
            flood(
                (b"1;" + b"e" * 64 + b"\r\nx\r\n") * 100,
                first=OK + b"Transfer-Encoding: chunked\r\n\r\n",
            ),
            Limits(wire_bytes=MIB),
            "wire_bytes",
        ),
        (
            flood(b"T: x\r\n" * 1000, first=OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
            Limits(wire_bytes=MIB),
            None,
        ),
    ],
)
async def test_floods_are_cut(
    open_policy: Build, answer: Answer, limits: Limits, reason: str | None
) -> None:
    """S0-FR5e."""
    async with (
        serve(answer) as site,
        SafeFetcher(open_policy(site.port), limits=limits) as fetcher,
    ):
        with pytest.raises((TooLarge, ProtocolBroken)) as caught:
            await fetcher.fetch(site.url())
        async with asyncio.timeout(1):
            await site.all_closed.wait()

    assert reason is None or caught.value.reason == reason
    assert not caught.value.retryable


async def test_bytes_are_one_budget_for_the_whole_chain(open_policy: Build) -> None:
    page = reply(b"x" * 4000, status="302 Found", headers=(("Location", "/"),))
    async with (
        serve(routes({"/": page})) as site,
        SafeFetcher(open_policy(site.port), limits=Limits(wire_bytes=10000)) as fetcher,
    ):
        with pytest.raises(TooLarge) as caught:
            await fetcher.fetch(site.url())

    assert caught.value.hop == 2


async def test_the_wire_limit_cuts_too(open_policy: Build) -> None:
    async with serve(flood(b"x" * 65536, first=OK + b"\r\n")) as site:
        limits = Limits(wire_bytes=MIB)
        async with SafeFetcher(open_policy(site.port), limits=limits) as fetcher:
            response = await fetcher.fetch(site.url(), on_overflow="truncate")

    assert response.truncated
    assert 0 < len(response.body) <= MIB


async def test_limits_of_one_call_replace_those_of_the_fetcher(open_policy: Build) -> None:
    async with (
        serve(routes({"/": reply(b"x" * 100)})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        with pytest.raises(TooLarge):
            await fetcher.fetch(site.url(), limits=Limits(decoded_bytes=50))
        assert len((await fetcher.fetch(site.url())).body) == 100


async def test_requests_to_one_host_are_limited(open_policy: Build) -> None:
    now, most = 0, 0

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        writer.write(reply(b"x"))

    async with serve(answer) as site:
        limits = Limits(connections_per_host=3)
        async with (
            SafeFetcher(open_policy(site.port), limits=limits) as fetcher,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(12):
                group.create_task(fetcher.fetch(site.url()))

    assert most == 3
    assert site.connections == 3


def test_limits_must_be_positive() -> None:
    for name in ("total_seconds", "wire_bytes", "connections_per_host"):
        with pytest.raises(ValueError, match="limit"):
            Limits(**{name: 0})
