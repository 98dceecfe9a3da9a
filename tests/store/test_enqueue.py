"""Writing jobs down: one statement for any number of them."""

from datetime import timedelta

import asyncpg
import pytest

from haulier.domain.access import Origin
from haulier.domain.ids import WorkspaceId
from haulier.store import events, jobs
from haulier.store.jobs import JobToWrite
from support.engine import Engine, fresh_workspace
from support.held import asked, write
from support.waiting import eventually


async def test_a_job_its_entry_its_event_and_its_audit_entry_are_one_write(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-FR1a, S0-FR1c."""
    origin = Origin(
        request_id="req-1", trace_id="trace-1", ip_address="192.0.2.7", user_agent="curl/8"
    )
    async with engine.database.system_statement() as tx:
        (written,) = await jobs.enqueue(
            tx, [JobToWrite(job=asked(workspace, args=b'{"n":1}'), origin=origin)], []
        )

    async with engine.database.workspace(workspace) as tx:
        job = await jobs.get(tx, workspace, written.id)
        (queued,) = await events.list_after(tx, workspace, written.id, 0, 10)
        entry = await tx.connection.fetchrow("select * from audit_logs")
    assert job is not None
    assert (job.status, job.attempt, job.args, job.labels) == ("queued", 0, {"n": 1}, {})
    assert (job.created_at, job.run_at) == (written.created_at, written.run_at)
    assert (queued.seq, queued.type, queued.attempt, queued.data) == (1, "queued", 0, {})
    assert entry is not None
    assert (entry["user_id"], entry["action"], entry["to_state"]) == (
        "key_test",
        "job.create",
        "queued",
    )
    assert (entry["resource_id"], str(entry["ip_address"])) == (str(written.id), "192.0.2.7")
    assert (entry["request_id"], entry["trace_id"], entry["user_agent"]) == (
        "req-1",
        "trace-1",
        "curl/8",
    )


async def test_a_batch_keeps_its_order_and_mixes_workspaces(engine: Engine) -> None:
    one, other = fresh_workspace(), fresh_workspace()
    batch = [asked(one if n % 3 else other, args=b'{"n":%d}' % n) for n in range(700)]

    ids = await write(engine, *batch)

    assert ids == sorted(ids)
    async with engine.database.system() as tx:
        for n in (0, 1, 350, 699):
            job = await jobs.get(tx, batch[n].workspace_id, ids[n])
            assert job is not None
            assert job.args == {"n": n}


async def test_an_empty_batch_writes_nothing(engine: Engine) -> None:
    assert await write(engine) == []


async def test_a_delay_counts_from_the_databases_now_and_run_at_wins(
    engine: Engine, workspace: WorkspaceId
) -> None:
    async with engine.database.system() as tx:
        now = await tx.connection.fetchval("select now()")
        items = [
            asked(workspace, delay=timedelta(minutes=5)),
            asked(workspace, delay=timedelta(minutes=5), run_at=now + timedelta(hours=1)),
            asked(workspace, run_at=now - timedelta(days=1)),
        ]
        written = await jobs.enqueue(
            tx, [JobToWrite(job=job, origin=Origin()) for job in items], []
        )
        (queued,) = await events.list_after(tx, workspace, written[0].id, 0, 1)

    assert [job.run_at - now for job in written] == [
        timedelta(minutes=5),
        timedelta(hours=1),
        timedelta(days=-1),
    ]
    assert queued.data == {"delay_seconds": 300.0}


async def test_one_bad_job_writes_nothing_of_its_batch(
    engine: Engine, workspace: WorkspaceId
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await write(engine, asked(workspace), asked(workspace, priority=10))

    async with engine.database.workspace(workspace) as tx:
        for table in ("jobs", "queue_entries", "job_events", "audit_logs"):
            assert await tx.connection.fetchval(f"select count(*) from {table}") == 0


async def test_lanes_are_told_when_it_commits(engine: Engine, workspace: WorkspaceId) -> None:
    heard: list[str] = []

    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        heard.append(str(payload))

    listener = await engine.database.connect()
    try:
        await listener.add_listener("haulier_wake", hear)
        item = JobToWrite(job=asked(workspace), origin=Origin())
        async with engine.database.system() as tx:
            await jobs.enqueue(tx, [item], [f"default {workspace}"])
            before = list(heard)
        await eventually(lambda: heard)
    finally:
        await listener.close()

    assert (before, heard) == ([], [f"default {workspace}"])
