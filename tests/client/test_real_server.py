"""The client against the API itself, on a socket, over a real database."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.house import House, furnish, open_house
from haulier.api.server import serve
from haulier.client import AsyncHaulier, Haulier
from haulier.errors import (
    DuplicateJob,
    IdempotencyMismatch,
    IllegalTransition,
    JobFailed,
    NotFound,
    ResultNotReady,
    Unauthenticated,
    UnknownKind,
    ValidationFailed,
)
from support.postgres import Database


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(database.url, tmp_path / "blobs") as house:
        await furnish(house)
        yield house


@asynccontextmanager
async def served(house: House) -> AsyncGenerator[str]:
    """The API on a free port of loopback."""
    ready = asyncio.get_running_loop().create_future()

    def tell(host: str, port: int) -> None:
        ready.set_result(f"http://{host}:{port}")

    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(house.app(), "127.0.0.1", 0, on_ready=tell))
        async with asyncio.timeout(10):
            url: str = await ready
        yield url
        serving.cancel()


@pytest.fixture
async def url(house: House) -> AsyncGenerator[str]:
    async with served(house) as url:
        yield url


@pytest.fixture
async def client(house: House, url: str) -> AsyncGenerator[AsyncHaulier]:
    async with AsyncHaulier(url, await house.key(), timeout=10, retries=1) as client:
        yield client


async def test_a_job_goes_from_request_to_result(house: House, client: AsyncHaulier) -> None:
    told = await client.jobs.enqueue("shop.report", {"month": "2026-01"}, labels={"region": "eu"})
    claimed = await house.claim()
    await house.tell(claimed, {"progress": 0.5, "message": "half"})
    half = await client.jobs.get(told.id)
    await house.complete(claimed, b'{"total": 7}')

    job = await client.jobs.wait(told.id, timeout=5)

    assert half.progress is not None
    assert (half.status, half.progress.fraction, half.progress.message) == ("running", 0.5, "half")
    assert (job.status, job.labels, job.args) == (
        "completed",
        {"region": "eu"},
        {"month": "2026-01"},
    )
    assert await client.jobs.result(told.id) == {"total": 7}
    assert json.loads(await client.jobs.result_bytes(told.id)) == {"total": 7}


async def test_the_blocking_client_reads_the_same(house: House, url: str) -> None:
    key = await house.key()

    def ask() -> list[str]:
        with Haulier(url, key, timeout=10) as haulier:
            told = haulier.jobs.enqueue("shop.report", {})
            return [told.id, *(job.id for job in haulier.jobs.list(kind="shop.report"))]

    asked, listed = await asyncio.to_thread(ask)

    assert asked == listed


async def test_events_stream_while_they_happen(house: House, client: AsyncHaulier) -> None:
    told = await client.jobs.enqueue("shop.report", {})
    claimed = await house.claim()
    stream = client.jobs.stream(told.id)

    seen = [(await anext(stream)).type, (await anext(stream)).type]
    await house.tell(claimed, {"progress": 0.5})
    seen.append((await anext(stream)).type)
    await house.complete(claimed, b"{}")
    seen += [event.type async for event in stream]

    assert seen == ["queued", "running", "progress", "completed"]
    assert [event.type async for event in client.jobs.events(told.id)] == seen
    assert [event.seq async for event in client.jobs.stream(told.id, after=2)] == [3, 4]
    assert [event.seq async for event in client.jobs.stream(told.id, after=4)] == []


async def test_lists_go_over_pages_and_filters(client: AsyncHaulier) -> None:
    wanted = [
        (await client.jobs.enqueue("shop.report", {"count": n}, labels={"n": str(n % 2)})).id
        for n in range(120)
    ]

    every = [job.id async for job in client.jobs.list(status="queued")]
    odd = [job.id async for job in client.jobs.list(labels={"n": "1"})]

    assert every == wanted[::-1]
    assert odd == wanted[::-1][::2]


async def test_refusals_come_as_their_classes(house: House, client: AsyncHaulier) -> None:
    told = await client.jobs.enqueue("shop.report", {}, dedupe_key="one", idempotency_key="one")

    with pytest.raises(UnknownKind):
        await client.jobs.enqueue("no.such")
    with pytest.raises(ValidationFailed) as invalid:
        await client.jobs.enqueue("shop.report", {"count": "many"})
    with pytest.raises(IdempotencyMismatch):
        await client.jobs.enqueue("shop.report", {"count": 1}, idempotency_key="one")
    with pytest.raises(DuplicateJob):
        await client.jobs.enqueue("shop.report", {}, dedupe_key="one", on_duplicate="reject")
    with pytest.raises(ResultNotReady):
        await client.jobs.result(told.id)
    with pytest.raises(IllegalTransition):
        await client.jobs.retry(told.id)
    with pytest.raises(NotFound):
        await client.kinds.get("no.such")

    assert [problem.pointer for problem in invalid.value.problems] == ["/args/count"]
    assert (invalid.value.request_id or "").startswith("req_")


async def test_a_wrong_key_is_unauthenticated(url: str) -> None:
    async with AsyncHaulier(url, "hlr_" + "wrong", retries=0) as stranger:
        with pytest.raises(Unauthenticated):
            await stranger.jobs.enqueue("shop.report")
        with pytest.raises(Unauthenticated):
            await anext(stranger.jobs.stream("job_" + "0" * 26))


async def test_a_job_that_failed_says_why_and_is_asked_for_again(
    house: House, client: AsyncHaulier
) -> None:
    told = await client.jobs.enqueue("shop.report", {})
    await house.fail(await house.claim(), "no such month")

    job = await client.jobs.get(told.id)
    with pytest.raises(JobFailed, match="no such month"):
        await client.jobs.result(told.id)
    again = await client.jobs.retry(told.id)
    cancelled = await client.jobs.cancel(again.id, reason="typo")

    assert job.error is not None
    assert (job.error.message, job.error.type) == ("no such month", "ValueError")
    assert cancelled.status == "cancelled"
    assert (await client.jobs.get(again.id)).retried_from == told.id


async def test_a_large_result_comes_in_chunks_and_into_a_file(
    house: House, client: AsyncHaulier, tmp_path: Path
) -> None:
    told = await client.jobs.enqueue("shop.report", {})
    body = json.dumps(["x" * 100] * 30_000).encode()
    await house.complete(await house.claim(), body)

    size = await client.jobs.save_result(told.id, tmp_path / "result.json")

    assert size == len(body)
    assert (tmp_path / "result.json").read_bytes() == body


async def test_a_site_audit_and_kinds_and_health_are_understood(client: AsyncHaulier) -> None:
    first = await client.site_audits.create("https://example.com/", {"scope": "page"})
    second = await client.site_audits.create("https://example.com/", {"scope": "page"})

    kinds = await client.kinds.list()

    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.audit_id == second.audit_id == second.job.id
    assert [kind.name for kind in kinds] == ["shop.report", "site.audit"]
    assert (await client.kinds.get("site.audit@1")).has_dedupe
    assert (await client.health.ready()).is_ready


async def test_dead_letters_are_found_grouped_replayed_and_removed(
    house: House, client: AsyncHaulier
) -> None:
    """S2-DLQ: the client and the API mean the same."""
    lost: list[str] = []
    for number in range(3):
        lost.append((await client.jobs.enqueue("shop.report", {"count": number})).id)
        await house.fail(await house.claim(), f"row {number} is broken")
    letters = client.dead_letters

    listed = [letter.job_id async for letter in letters.list(category="validation")]
    offset = await letters.list_page(
        limit=1, offset=2, failed_after=datetime(2020, 1, 1, tzinfo=UTC)
    )
    (group,) = (await letters.groups_page()).data
    made = await letters.replay(lost[0], args={"count": 7})
    dry = await letters.replay_all(fingerprint=group.fingerprint, rate=0.5, dry_run=True)
    done = await letters.replay_all(fingerprint=group.fingerprint, rate=0.5)
    await letters.delete(lost[1])
    purged = await letters.purge(older_than=timedelta(0), replayed=True)

    assert listed == lost[::-1]
    assert [letter.job_id for letter in offset.data] == [lost[0]]
    assert (group.count, group.open, group.sample.job_id) == (3, 3, lost[2])
    assert (await client.jobs.get(made.id)).retried_from == lost[0]
    assert (dry.matched, dry.replayed, dry.spread_seconds) == (2, 0, 2.0)
    assert (done.matched, done.replayed, done.remaining) == (2, 2, 0)
    assert (purged.purged, purged.has_more) == (2, False)
    with pytest.raises(NotFound):
        await letters.get(lost[2])
