"""Partitions: made ahead, dropped by retention, never under an unfinished job."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from haulier.domain.access import Origin
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.outcomes import Category, Failed
from haulier.redact import redact_text
from haulier.store import events, jobs, partitions
from haulier.store.jobs import JobToWrite
from support.engine import Engine, open_engine
from support.held import asked, claimant, completed, hold_of, make_due
from support.postgres import Database

PARENTS = ("jobs", "job_events", "job_results", "job_steps", "audit_logs")
KEEP = timedelta(days=90)
AHEAD = timedelta(days=28)
ALPHA = WorkspaceId("alpha")


@pytest.fixture
async def engine(database: Database, tmp_path: Path) -> AsyncGenerator[Engine]:
    async with open_engine(database.url, tmp_path) as engine:
        yield engine


async def maintain(
    engine: Engine, *, ahead: timedelta = AHEAD, audit: timedelta | None = None
) -> list[tuple[str, str]]:
    async with engine.database.system_statement() as tx:
        return await partitions.maintain(tx, ahead, KEEP, audit)


async def names(connection: asyncpg.Connection, parent: str) -> set[str]:
    rows = await connection.fetch(
        "select inhrelid::regclass::text from pg_inherits where inhparent = $1::regclass", parent
    )
    return {row[0] for row in rows}


async def add_week(connection: asyncpg.Connection, start: datetime) -> str:
    """The partitions of a week long ago or far ahead, as maintenance would have made them."""
    suffix = start.strftime("%Y%m%d")
    for parent in PARENTS:
        await connection.execute(
            f"create table {parent}_{suffix} (like {parent} including all);"
            f"alter table {parent}_{suffix} enable row level security, force row level security"
        )
        low, high = await connection.fetchrow(  # pyright: ignore[reportGeneralTypeIssues]
            "select uuidv7_floor($1), uuidv7_floor($1 + interval '7 days')", start
        )
        await connection.execute(
            f"alter table {parent} attach partition {parent}_{suffix}"
            f" for values from ('{low}') to ('{high}')"
        )
    return suffix


async def write_at(engine: Engine, when: datetime) -> JobId:
    """A job whose id is of that time."""
    async with engine.database.system() as tx:
        floor = await tx.connection.fetchval("select uuidv7_floor($1)", when)
        job_id = JobId(UUID(int=UUID(str(floor)).int | 0x7000 << 64 | 0x8 << 60 | 5))
        item = JobToWrite(job=asked(ALPHA, max_attempts=1), origin=Origin(), id=job_id)
        await jobs.enqueue(tx, [item], [])
    return job_id


async def test_a_second_round_has_nothing_to_do(engine: Engine) -> None:
    assert await maintain(engine) == []


async def test_partitions_are_made_ahead(
    engine: Engine, owner_connection: asyncpg.Connection
) -> None:
    before = {parent: await names(owner_connection, parent) for parent in PARENTS}

    changes = await maintain(engine, ahead=timedelta(days=70))

    assert {change for change, _ in changes} == {"created"}
    for parent in PARENTS:
        made = await names(owner_connection, parent) - before[parent]
        assert len(made) == 6
        assert made <= {name for _, name in changes}
        assert all(name.startswith(f"{parent}_2") for name in made)


async def test_every_moment_from_last_week_until_the_horizon_has_its_partition(
    engine: Engine, owner_connection: asyncpg.Connection
) -> None:
    now = await owner_connection.fetchval("select now()")

    for days in (-7, -1, 0, 1, 6, 7, 8, 20, 27.9):
        job_id = await write_at(engine, now + timedelta(days=days))
        async with engine.database.system() as tx:
            assert await jobs.get(tx, ALPHA, job_id) is not None


async def test_jobs_of_a_far_future_date_live_and_end_like_others(
    engine: Engine, owner_connection: asyncpg.Connection
) -> None:
    """Partitions reach 2040; a job of that time runs through all its tables."""
    start = datetime(2040, 6, 4, tzinfo=UTC)
    suffix = await add_week(owner_connection, start)
    job_id = await write_at(engine, start + timedelta(days=3))
    worker = claimant(engine, ALPHA)

    held = await worker.claim_one()
    assert held.job_id == job_id
    await engine.attempts.remember_step(hold_of(held), "rows", "", "[]")
    assert await worker.end(held, completed(), moved=True)

    async with engine.database.system() as tx:
        job = await jobs.get(tx, ALPHA, job_id)
        assert job is not None
        assert job.status == "completed"
        assert len(await events.list_after(tx, ALPHA, job_id, 0, 10)) == 4
    counts = await maintain(engine)
    assert counts == []
    assert f"jobs_{suffix}" in await names(owner_connection, "jobs")


async def test_old_partitions_go_and_recent_ones_stay(
    engine: Engine, owner_connection: asyncpg.Connection
) -> None:
    now = await owner_connection.fetchval("select date_trunc('week', now(), 'UTC')")
    old = await add_week(owner_connection, now - timedelta(days=98))
    older = await add_week(owner_connection, datetime(2020, 1, 6, tzinfo=UTC))
    recent = await add_week(owner_connection, now - timedelta(days=84))

    changes = await maintain(engine)

    assert set(changes) == {
        ("dropped", f"{parent}_{suffix}")
        for parent in PARENTS
        if parent != "audit_logs"
        for suffix in (old, older)
    }
    assert f"jobs_{recent}" in await names(owner_connection, "jobs")
    assert f"audit_logs_{older}" in await names(owner_connection, "audit_logs")


async def test_the_audit_log_has_a_retention_of_its_own(
    engine: Engine, owner_connection: asyncpg.Connection
) -> None:
    suffix = await add_week(owner_connection, datetime(2020, 1, 6, tzinfo=UTC))

    changes = await maintain(engine, audit=timedelta(days=365))

    assert ("dropped", f"audit_logs_{suffix}") in changes


async def test_a_partition_with_an_unfinished_job_stays_until_it_has_ended(
    engine: Engine, owner_connection: asyncpg.Connection
) -> None:
    """No acknowledged job is lost, however long it waits."""
    start = datetime(2020, 1, 6, tzinfo=UTC)
    suffix = await add_week(owner_connection, start)
    job_id = await write_at(engine, start + timedelta(days=2))
    kept = {f"{parent}_{suffix}" for parent in PARENTS}

    assert await maintain(engine) == []
    await make_due(engine, ALPHA)
    worker = claimant(engine, ALPHA)
    held = await worker.claim_one()
    failure = Failed(
        category=Category.AUTH, error=redact_text("no"), error_type="No", permanent=True
    )
    assert (held.job_id, await worker.end(held, failure)) == (job_id, True)
    changes = await maintain(engine)

    assert {name for _, name in changes} == kept - {f"audit_logs_{suffix}"}
    async with engine.database.system() as tx:
        assert await jobs.get(tx, ALPHA, job_id) is None


async def test_several_processes_may_maintain_at_once(engine: Engine) -> None:
    results: list[list[tuple[str, str]]] = []

    async def run() -> None:
        results.append(await maintain(engine, ahead=timedelta(days=120)))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(4):
            tasks.create_task(run())

    assert sorted(map(len, results))[:3] == [0, 0, 0]
    assert max(map(len, results)) > 0


async def test_a_new_partition_is_as_closed_as_its_parent(
    engine: Engine, owner_connection: asyncpg.Connection
) -> None:
    """S4-ISO2."""
    await maintain(engine, ahead=timedelta(days=70))

    open_ones = await owner_connection.fetch(
        "select relname from pg_class where relispartition and relkind = 'r'"
        " and not (relrowsecurity and relforcerowsecurity)"
    )
    assert open_ones == []


async def test_requests_may_not_maintain(engine: Engine) -> None:
    async with engine.database.workspace(ALPHA) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.connection.execute("select maintain_partitions('1 d', '1 d')")


@pytest.mark.parametrize("when", ["1970-01-01", "2026-11-22 12:00:00.123456", "2999-12-31"])
async def test_a_floor_is_below_every_id_of_its_millisecond(
    owner_connection: asyncpg.Connection, when: str
) -> None:
    """RFC 9562, section 5.7."""
    floor = await owner_connection.fetchval(
        "select uuidv7_floor($1::text::timestamptz)", f"{when} UTC"
    )
    at = datetime.fromisoformat(when).replace(tzinfo=UTC)

    assert UUID(str(floor)).int >> 80 == int(at.timestamp() * 1000)
    assert UUID(str(floor)).int & (2**80 - 1) == 0
