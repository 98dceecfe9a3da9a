import asyncio
import gc
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from haulier.safefetch import FetchError, Limits, Policy, SafeFetcher
from haulier.testing.hostile_server import Request, hang, reply, routes, serve

Build = Callable[..., Policy]


async def test_a_kept_connection_is_not_used_when_its_address_is_no_longer_vetted(
    open_policy: Build,
) -> None:
    turns = iter(["127.0.0.1", "127.0.0.2", "127.0.0.1"])

    async def moving(_host: str) -> list[str]:
        return [next(turns)]

    async with (
        serve(routes({"/": reply(b"x")}), host="0.0.0.0") as site,
        SafeFetcher(open_policy(site.port), resolver=moving) as fetcher,
    ):
        peers = [(await fetcher.fetch(site.url(host="m.example"))).peer for _ in range(3)]

    assert peers == ["127.0.0.1", "127.0.0.2", "127.0.0.1"]
    assert site.connections == 2


async def test_a_connection_is_kept_for_the_next_request(open_policy: Build) -> None:
    async with (
        serve(routes({"/": reply(b"x")})) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
        for _ in range(5):
            await fetcher.fetch(site.url())

    assert site.connections == 1


async def test_nothing_is_shared_between_fetchers(open_policy: Build) -> None:
    async with (
        serve(routes({"/": reply(b"", headers=(("Set-Cookie", "a=1"),))})) as site,
        SafeFetcher(open_policy(site.port)) as one,
        SafeFetcher(open_policy(site.port)) as other,
    ):
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

    async with (
        serve(silent_the_second_time) as site,
        SafeFetcher(open_policy(site.port)) as fetcher,
    ):
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

    async with (
        serve(half) as site,
        SafeFetcher(open_policy(site.port), resolver=look_up) as fetcher,
    ):
        tasks, threads = len(asyncio.all_tasks()), threading.active_count()
        gc.collect()
        descriptors = _descriptors()
        async with asyncio.TaskGroup() as group:
            fetching = group.create_task(fetcher.fetch(site.url(host="x.example")))
            await started.wait()
            fetching.cancel()
        async with asyncio.timeout(1):
            await site.all_closed.wait()
        await asyncio.sleep(0.02)

        assert len(asyncio.all_tasks()) <= tasks
        assert threading.active_count() == threads
        assert _descriptors() <= descriptors


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_closing_a_fetcher_frees_every_descriptor(open_policy: Build) -> None:
    async with serve(routes({"/": reply(b"x")})) as site:
        before = _descriptors()
        fetcher = SafeFetcher(open_policy(site.port))
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(fetcher.fetch(site.url()))
        await fetcher.aclose()
        async with asyncio.timeout(1):
            await site.all_closed.wait()
        await asyncio.sleep(0.01)

        assert _descriptors() == before


async def test_500_fetches_at_once_all_come_home(open_policy: Build) -> None:
    async with serve(routes({"/": reply(b"x" * 1000)})) as site:
        limits = Limits(connections_per_host=100)
        async with (
            SafeFetcher(open_policy(site.port), limits=limits) as fetcher,
            asyncio.TaskGroup() as group,
        ):
            tasks = [group.create_task(fetcher.fetch(site.url())) for _ in range(500)]

    assert {len(task.result().body) for task in tasks} == {1000}
    assert site.connections < 250
