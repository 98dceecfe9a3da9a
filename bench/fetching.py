"""What safefetch costs: the check of a URL, and a fetch on loopback beside bare httpcore2."""

import asyncio
import resource
import socket
import statistics
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import httpcore2

from bench.figures import Figure, latency
from haulier.safefetch import Limits, Policy, SafeFetcher, check_url, guarded, process_guard

_PAIRS = 40
_BATCH = 25
_CONCURRENT = 500
_URLS = (
    "https://shop.example/products/estuary-tourer?colour=green&page=2",
    "http://b\u00fccher.example/",
    "https://93.184.215.14/",
    "https://[2606:4700::1111]/a",
)


async def measure() -> list[Figure]:
    """All figures of fetching."""
    figures = [*(_check(url) for url in _URLS), _event()]
    async with _pages() as port:
        figures.append(await _paired(port))
        figures.append(await _concurrent(port))
    return figures


def _check(url: str) -> Figure:
    policy, rounds = Policy(), 5000
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(rounds):
            check_url(url, policy)
        best = min(best, (time.perf_counter() - started) / rounds)
    return Figure(
        name=f"check_url: {url.encode('ascii', 'backslashreplace').decode()}",
        value=f"{best * 1e6:.1f} us",
        beside="limit 30 us",
        data={"seconds": best},
    )


def _event() -> Figure:
    """What the process-wide guard adds to a connect that its policy allows."""
    place, rounds, best = ("93.184.215.14", 443), 5000, float("inf")
    with process_guard(print), guarded(Policy(), print), socket.socket() as asking:
        for _ in range(5):
            started = time.perf_counter()
            for _ in range(rounds):
                sys.audit("socket.connect", asking, place)
            best = min(best, (time.perf_counter() - started) / rounds)
    return Figure(
        name="process guard: a connect that is allowed",
        value=f"{best * 1e6:.1f} us",
        data={"seconds": best},
    )


async def _paired(port: int) -> Figure:
    """Batches in turn, ours first in every other pair; the median of the pairs' ratios."""
    url = f"http://127.0.0.1:{port}/"
    async with SafeFetcher(_policy(port)) as fetcher, httpcore2.AsyncConnectionPool() as pool:

        async def ours() -> None:
            assert (await fetcher.fetch(url)).status == 200

        async def bare() -> None:
            assert (await pool.request("GET", url)).status == 200

        pairs = [await _pair(ours, bare, first=number % 2 == 0) for number in range(_PAIRS)]
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    mine = statistics.median(mine for mine, _ in pairs)
    theirs = statistics.median(theirs for _, theirs in pairs)
    return Figure(
        name=f"fetch on loopback, {_PAIRS} pairs of {_BATCH}",
        value=f"{mine * 1e6:.0f} us, {ratio:.2f} x bare httpcore2",
        beside=f"httpcore2 {theirs * 1e6:.0f} us; limit 1.15 x",
        data={"seconds": mine, "bare_seconds": theirs, "ratio": ratio},
    )


async def _pair(
    ours: Callable[[], Awaitable[None]], bare: Callable[[], Awaitable[None]], *, first: bool
) -> tuple[float, float]:
    if first:
        return await _batch(ours), await _batch(bare)
    theirs = await _batch(bare)
    return await _batch(ours), theirs


async def _batch(fetch: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    for _ in range(_BATCH):
        await fetch()
    return (time.perf_counter() - started) / _BATCH


async def _concurrent(port: int) -> Figure:
    """Five hundred hosts at once, each with a look-up and a connection of its own."""
    _allow_descriptors(4 * _CONCURRENT)

    async def look_up(_host: str) -> list[str]:
        await asyncio.sleep(0)
        return ["127.0.0.1"]

    seconds: list[float] = []
    before = _descriptors()
    async with SafeFetcher(_policy(port), resolver=look_up, limits=Limits()) as fetcher:

        async def fetch(number: int) -> None:
            started = time.perf_counter()
            page = await fetcher.fetch(f"http://host-{number}.example:{port}/")
            seconds.append(time.perf_counter() - started)
            assert page.status == 200

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(_CONCURRENT):
                group.create_task(fetch(number))
        whole = time.perf_counter() - started
    left = _descriptors() - before
    figure = latency(
        f"{_CONCURRENT} fetches at once", seconds, f"all in {whole:.2f} s, {left} left open"
    )
    return Figure(
        name=figure.name,
        value=figure.value,
        beside=figure.beside,
        data={**figure.data, "seconds": whole, "descriptors_left": left},
    )


def _policy(port: int) -> Policy:
    return Policy(ports=frozenset({port}), allow=(ip_network("127.0.0.1/32"),))


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _allow_descriptors(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


@asynccontextmanager
async def _pages() -> AsyncGenerator[int]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.page_server"), stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()
