"""How a worker ends, and what it does when its database goes."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg

from haulier import JobContext, handler
from haulier.domain.events import Event
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.states import EventType
from haulier.errors import Unavailable
from haulier.worker.worker import Worker
from support.engine import Engine
from support.held import asked, claimant, expire_leases, hold_of, write
from support.postgres import Database
from support.waiting import eventually
from support.workers import ended, history, running_worker, status_of, with_config, words


async def test_a_stopping_worker_hands_back_what_it_has_not_begun_uncharged(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """SIGTERM: what runs may finish within the grace, the rest goes back at once."""
    finish = asyncio.Event()
    begun: list[str] = []

    @handler("test.job")
    async def job(job: JobContext) -> None:
        begun.append(job.job_id)
        await finish.wait()

    @handler("test.quick")
    async def quick(job: JobContext) -> None:
        pass

    ids = await write(engine, *[asked(workspace) for _ in range(6)])
    config = with_config(slots=2, shutdown_grace=timedelta(seconds=15))
    async with running_worker(engine, [job, quick], config) as worker:
        await eventually(lambda: len(begun), until=lambda count: count == 2)
        worker.stop()
        finish.set()
        ends = [words(await ended(engine, workspace, job_id)) for job_id in ids[:2]]

    assert ends == [["queued", "running", "completed"]] * 2
    for job_id in ids[2:]:
        found = await history(engine, workspace, job_id)
        assert words(found) in (["queued"], ["queued", "running", "interrupted"])
    async with engine.database.system() as tx:
        left = await tx.connection.fetch("select attempt, locked_by from queue_entries")
        assert [tuple(row) for row in left] == [(0, None)] * 4
        assert await tx.connection.fetchval("select count(*) from workers") == 0


async def test_what_runs_past_the_grace_is_handed_back_uncharged(
    engine: Engine, workspace: WorkspaceId
) -> None:
    started = asyncio.Event()

    @handler("test.job")
    async def job(job: JobContext) -> None:
        started.set()
        await asyncio.sleep(60)

    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job], with_config(shutdown_grace=timedelta(0))):
        async with asyncio.timeout(15):
            await started.wait()

    assert words(await history(engine, workspace, job_id)) == ["queued", "running", "interrupted"]
    again = await claimant(engine, workspace).claim_one()
    assert (again.attempt, again.lease_token) == (1, 2)


async def test_a_used_up_job_is_not_handed_back_with_an_attempt_to_spare(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-NFR1b: it waits for a slot when the worker stops; it ends all the same."""
    started = asyncio.Event()

    @handler("test.job")
    async def job(job: JobContext) -> None:
        started.set()
        await asyncio.sleep(60)

    (poison,) = await write(engine, asked(workspace, max_attempts=1, priority=9))
    await claimant(engine, workspace).claim_one()
    await expire_leases(engine, workspace)
    await write(engine, asked(workspace))
    config = with_config(slots=2, shutdown_grace=timedelta(0))
    async with running_worker(engine, [job], config):
        async with asyncio.timeout(15):
            await started.wait()

    found = await ended(engine, workspace, poison)
    assert words(found) == ["queued", "running", "lease_lost", "failed"]


@asynccontextmanager
async def without_connections(database: Database) -> AsyncGenerator[asyncpg.Connection]:
    """Lets nobody in while the block runs, after throwing everybody out."""
    root = await asyncpg.connect(database.named("postgres").superuser_url)
    try:
        await root.execute(f"alter database {database.name} connection limit 0")
        await throw_out(root, database)
        yield root
    finally:
        await root.execute(f"alter database {database.name} connection limit -1")
        await root.close()


async def throw_out(root: asyncpg.Connection, database: Database) -> None:
    await root.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = $1 and pid <> pg_backend_pid()",
        database.name,
    )


async def test_a_worker_goes_on_by_itself_after_losing_every_connection(
    engine: Engine, workspace: WorkspaceId, database: Database
) -> None:
    """Ten times over, in the middle of its work; every job ends once."""

    @handler("test.job", backoff="1ms", max_attempts=50)
    async def job(job: JobContext) -> None:
        await job.progress(0.5)
        await job.step("one", int)
        await asyncio.sleep(0.01)

    ids = await write(engine, *[asked(workspace, max_attempts=50) for _ in range(60)])
    root = await asyncpg.connect(database.named("postgres").superuser_url)
    config = with_config(lease=timedelta(seconds=2), heartbeat=timedelta(seconds=0.3))
    async with running_worker(engine, [job], config):
        for _ in range(5):
            await throw_out(root, database)
            await asyncio.sleep(0.05)
        for job_id in ids:
            found = await eventually(
                lambda job_id=job_id: _quiet_history(engine, workspace, job_id),
                until=lambda seen: words(seen)[-1:] == ["completed"],
                within=30,
            )
            assert [event.seq for event in found] == list(range(1, len(found) + 1))
    await root.close()


async def _quiet_history(engine: Engine, workspace: WorkspaceId, job_id: JobId) -> list[Event]:
    try:
        return await history(engine, workspace, job_id)
    except Unavailable:
        return []


async def test_a_worker_that_is_stopped_while_the_database_is_away_ends(
    engine: Engine, workspace: WorkspaceId, database: Database
) -> None:
    """SIGTERM: after the grace it waits for nobody; its leases end by themselves."""
    started = asyncio.Event()

    @handler("test.job")
    async def job(job: JobContext) -> None:
        started.set()
        await asyncio.sleep(60)

    (job_id,) = await write(engine, asked(workspace))
    worker = Worker(engine.worker_services, {job.kind.ref: job}, with_config())
    async with asyncio.timeout(40), asyncio.TaskGroup() as tasks:
        run = tasks.create_task(worker.run())
        await started.wait()
        async with without_connections(database):
            worker.stop()
            async with asyncio.timeout(10):
                await run

    assert await eventually(
        lambda: _status(engine, workspace, job_id), until=lambda status: status == "running"
    )


async def _status(engine: Engine, workspace: WorkspaceId, job_id: JobId) -> str:
    try:
        return await status_of(engine, workspace, job_id)
    except Unavailable:
        return ""


async def test_a_deadlock_is_tried_again_and_ends_no_worker(
    engine: Engine, workspace: WorkspaceId, database: Database
) -> None:
    """Two statements that lock the same rows in other orders: the victim repeats itself."""
    await write(engine, asked(workspace), asked(workspace))
    first, second = await claimant(engine, workspace).claim(2)
    rival = await asyncpg.connect(database.superuser_url)
    await rival.execute("set deadlock_timeout = '1min'")
    transaction = rival.transaction()
    await transaction.start()
    lock = "select 1 from queue_entries where job_id = $1 for update"
    await rival.execute(lock, second.job_id)
    facts = [
        (hold_of(claimed), EventType.PROGRESS, {"progress": 0.5}) for claimed in (first, second)
    ]

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        recorded = tasks.create_task(engine.attempts.record(facts))
        await eventually(
            lambda: rival.fetchval("select count(*) from pg_locks where not granted"), until=bool
        )
        await rival.execute(lock, first.job_id)
        await transaction.commit()

    assert set(recorded.result()) == {first.key, second.key}
    await rival.close()


async def test_a_lease_is_kept_while_the_loop_is_blocked(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S1-1.6: the keeper has a thread and a connection of its own."""
    seen: list[bool] = []

    @handler("test.job")
    async def job(job: JobContext) -> None:
        seen.append(True)
        threading.Event().wait(2.5)  # blocks the loop for longer than the lease

    (job_id,) = await write(engine, asked(workspace))
    config = with_config(lease=timedelta(seconds=1), heartbeat=timedelta(seconds=0.2), slots=1)
    async with running_worker(engine, [job], config):
        found = await ended(engine, workspace, job_id)

    assert words(found) == ["queued", "running", "completed"]
    assert len(seen) == 1
