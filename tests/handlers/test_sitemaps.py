"""Which sitemaps an audit reads, and how much of them."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from handlers.auditing import policy_for
from haulier.checks.facts import Exchange
from haulier.handlers.site_audits.sitemaps import MAX_SITEMAPS, fetch_sitemaps
from haulier.testing.fake_job import FakeJob
from haulier.testing.loopback_server import LoopbackServer, Request, listen
from haulier.testing.site_answers import Answer

LIST = b"<urlset><url><loc>https://shop.localhost/</loc></url></urlset>"
UNPACKED_LIMIT = 16 * 1024 * 1024


@asynccontextmanager
async def serve(pages: Callable[[str], dict[str, bytes]]) -> AsyncGenerator[tuple[str, list[str]]]:
    """Serves paths (made for the origin) as bytes; yields the origin and what was asked."""
    asked: list[str] = []
    listener = listen()
    origin = f"http://shop.localhost:{listener.getsockname()[1]}"
    found = pages(origin)

    async def respond(request: Request, writer: asyncio.StreamWriter) -> bool:
        asked.append(request.path)
        body = found.get(request.path)
        answer = Answer(status=404) if body is None else Answer(status=200, body=body)
        writer.write(answer.encode(close=True))
        return False

    with listener:
        async with LoopbackServer(listener, respond):
            yield origin, asked


async def read(origin: str, robots: bytes | None) -> tuple[Exchange, ...]:
    exchange = None if robots is None else Exchange(url=origin, status=200, body=robots)
    async with FakeJob(policy=policy_for([origin])) as job, asyncio.timeout(20):
        return await fetch_sitemaps(job, f"{origin}/", exchange)


async def test_the_default_place_is_asked_when_nobody_names_one() -> None:
    async with serve(lambda _: {"/sitemap.xml": LIST}) as (origin, asked):
        (found,) = await read(origin, b"User-agent: *\n")

    assert found.body == LIST
    assert asked == ["/sitemap.xml"]


async def test_no_sitemap_at_the_default_place_is_none() -> None:
    async with serve(lambda _: {}) as (origin, _):
        assert await read(origin, None) == ()


async def test_a_named_sitemap_that_is_missing_is_a_fact() -> None:
    async with serve(lambda _: {}) as (origin, _):
        (found,) = await read(origin, f"Sitemap: {origin}/gone.xml".encode())

    assert found.status == 404


async def test_an_index_is_followed_to_its_first_children_on_the_same_host() -> None:
    def pages(origin: str) -> dict[str, bytes]:
        places = [f"{origin}/{number}.xml" for number in range(9)]
        children = ["http://169.254.169.254/steal.xml", "https://elsewhere.example/s.xml", *places]
        locations = "".join(f"<sitemap><loc>{place}</loc></sitemap>" for place in children)
        index = f"<sitemapindex>{locations}</sitemapindex>".encode()
        return {"/sitemap.xml": index, **{f"/{number}.xml": LIST for number in range(9)}}

    async with serve(pages) as (origin, asked):
        found = await read(origin, None)

    assert asked == ["/sitemap.xml", "/0.xml", "/1.xml"]
    assert len(found) == MAX_SITEMAPS


async def test_an_index_that_names_itself_ends() -> None:
    def pages(origin: str) -> dict[str, bytes]:
        me = f"<sitemap><loc>{origin}/sitemap.xml</loc></sitemap>"
        return {"/sitemap.xml": f"<sitemapindex>{me * 5000}</sitemapindex>".encode()}

    async with serve(pages) as (origin, asked):
        await read(origin, None)

    assert len(asked) == 1


async def test_a_packed_sitemap_is_unpacked() -> None:
    async with serve(lambda _: {"/s.xml.gz": gzip.compress(LIST)}) as (origin, _):
        (found,) = await read(origin, f"Sitemap: {origin}/s.xml.gz".encode())

    assert (found.body, found.truncated) == (LIST, False)


async def test_a_bomb_is_cut() -> None:
    bomb = gzip.compress(bytes(10 * UNPACKED_LIMIT))
    async with serve(lambda _: {"/s.xml.gz": bomb}) as (origin, _):
        (found,) = await read(origin, f"Sitemap: {origin}/s.xml.gz".encode())

    assert len(found.body) == UNPACKED_LIMIT
    assert found.truncated


@pytest.mark.parametrize(
    "body",
    [b"\x1f\x8b", b"\x1f\x8b\x08broken", gzip.compress(LIST, mtime=0)[:-9], b"", b"\xff\xfe\x00"],
)
async def test_a_broken_sitemap_is_a_fact_too(body: bytes) -> None:
    async with serve(lambda _: {"/sitemap.xml": body}) as (origin, _):
        (found,) = await read(origin, None)

    assert found.status == 200


@pytest.mark.parametrize(
    "line",
    [
        "Sitemap: http://169.254.169.254/s.xml",
        "Sitemap: https://elsewhere.example/s.xml",
        "Sitemap: file:///etc/passwd",
        "Sitemap: http://[::/s.xml",
        "Sitemap: javascript:alert(1)",
        "Sitemap: //shop.localhost:1/s.xml",
        "Sitemap: /sitemap.xml",
        "Sitemap: " + "a" * 100_000,
        "Sitemap:",
    ],
)
async def test_a_hostile_line_of_robots_leads_nowhere(line: str) -> None:
    async with serve(lambda _: {"/sitemap.xml": LIST}) as (origin, asked):
        await read(origin, line.encode())

    assert asked in ([], ["/sitemap.xml"])


async def test_many_lines_of_robots_cost_at_most_three_requests() -> None:
    async with serve(lambda _: {"/sitemap.xml": LIST}) as (origin, asked):
        lines = "".join(f"Sitemap: {origin}/{number}.xml\n" for number in range(500))
        await read(origin, lines.encode())

    assert len(asked) == MAX_SITEMAPS
