"""Claiming: who gets which job, in which order, and what the claim writes."""

import asyncio
from datetime import timedelta

import pytest

from haulier.domain.dead_letters import fingerprint
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.kinds import KindRef
from haulier.domain.lifecycle import Finish
from haulier.domain.outcomes import Category, Completed, Failed
from haulier.domain.states import EventType
from haulier.redact import redact_text
from haulier.store import attempts, events, jobs
from support.engine import Engine, fresh_workspace
from support.held import (
    Claimant,
    asked,
    claimant,
    completed,
    ending,
    expire_leases,
    hold_of,
    make_due,
    step_of,
    write,
)


async def words(engine: Engine, workspace: WorkspaceId, job_id: JobId) -> list[str]:
    async with engine.database.system_statement() as tx:
        found = await events.list_after(tx, workspace, job_id, 0, 100)
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    return [f"{event.type} {event.attempt}" for event in found]


async def test_jobs_come_by_priority_then_due_time_then_id(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S1-1.3: first priority, then run_at, then id."""
    async with engine.database.system_statement() as tx:
        now = await tx.connection.fetchval("select now()")
    late, early, low, high, twin = await write(
        engine,
        asked(workspace, run_at=now - timedelta(minutes=1)),
        asked(workspace, run_at=now - timedelta(minutes=9)),
        asked(workspace, priority=9, run_at=now - timedelta(days=1)),
        asked(workspace, priority=0),
        asked(workspace, run_at=now - timedelta(minutes=1)),
    )

    claimed = await worker.claim(10)

    assert [job.job_id for job in claimed] == [high, early, late, twin, low]


async def test_one_claim_takes_the_first_ones_only(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    ids = await write(engine, *[asked(workspace) for _ in range(5)])

    first = await worker.claim(2)
    second = await worker.claim(10)

    assert [job.job_id for job in first + second] == ids
    assert await worker.claim(10) == []


async def test_a_claim_writes_holder_lease_token_and_event_in_one_statement(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-FR2b."""
    (job_id,) = await write(engine, asked(workspace))

    claimed = await worker.claim_one()

    async with engine.database.system_statement() as tx:
        row = await tx.connection.fetchrow(
            "select *, lease_expires_at > now() + interval '4 minutes' as leased, ctid"
            " from queue_entries where workspace_id = $1 and job_id = $2",
            workspace,
            job_id,
        )
    assert row is not None
    assert (row["locked_by"], row["attempt"], row["lease_token"]) == (worker.id, 1, 1)
    assert row["locked_at"] is not None
    assert row["leased"]
    assert row["ctid"] == claimed.address
    assert claimed.runs
    assert not claimed.cancel_asked
    assert await words(engine, workspace, job_id) == ["queued 0", "running 1"]


async def test_future_jobs_and_unknown_kinds_are_left_alone(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-FR2c: a worker that does not know a kind, or its version, never claims it."""
    await write(
        engine,
        asked(workspace, delay=timedelta(hours=1)),
        asked(workspace, kind=KindRef("test.other")),
        asked(workspace, kind=KindRef("test.job", 2)),
        asked(workspace, queue="elsewhere"),
    )

    assert await worker.claim(10) == []


async def test_a_claim_sees_no_other_lane(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S4-ISO2."""
    neighbour = fresh_workspace()
    await write(engine, asked(neighbour), asked(neighbour))

    assert await worker.claim(10) == []
    assert len(await claimant(engine, neighbour).claim(10)) == 2


async def test_two_claimers_at_once_never_get_the_same_job(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-NFR1a: one holds the rows in an open transaction, the other skips them at once."""
    ids = await write(engine, *[asked(workspace) for _ in range(6)])
    one, other = claimant(engine, workspace), claimant(engine, workspace)

    async with engine.database.system() as tx:
        first = (await attempts.cycle(tx, [], one.demand(3))).claimed
        async with asyncio.timeout(5):
            second = await other.claim(6)

    assert [job.job_id for job in first] == ids[:3]
    assert [job.job_id for job in second] == ids[3:]


async def test_many_claimers_share_a_backlog_without_overlap(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-NFR1a."""
    ids = await write(engine, *[asked(workspace) for _ in range(60)])
    got: list[object] = []

    async def take() -> None:
        me = claimant(engine, workspace)
        while found := await me.claim(4):
            got.extend(job.job_id for job in found)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(take())

    assert sorted(got, key=str) == sorted(ids, key=str)


async def test_an_expired_lease_is_claimed_again_with_the_loss_written_down(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-NFR1b: attempt + 1, token + 1, and an event for the holder that fell silent."""
    (job_id,) = await write(engine, asked(workspace))
    before = await worker.claim_one()
    other = claimant(engine, workspace)
    assert await other.claim() == []

    await expire_leases(engine, workspace)
    after = await other.claim_one()

    assert (after.attempt, after.lease_token) == (before.attempt + 1, before.lease_token + 1)
    assert after.runs
    assert await words(engine, workspace, job_id) == [
        "queued 0", "running 1", "lease_lost 1", "running 2",
    ]  # fmt: skip
    async with engine.database.system_statement() as tx:
        found = await events.list_after(tx, workspace, job_id, 0, 10)
    assert [event.worker_id for event in found] == [None, worker.id, worker.id, other.id]


async def test_used_up_attempts_come_back_to_be_ended_not_run(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-NFR1b: a job that kills its workers ends; it is not run once more than asked."""
    (job_id,) = await write(engine, asked(workspace, max_attempts=2))
    for _ in range(2):
        assert (await worker.claim_one()).runs
        await expire_leases(engine, workspace)

    last = await worker.claim_one()

    assert (last.runs, last.attempt, last.lease_token) == (False, 2, 3)
    outcome = Failed(
        category=Category.POISON, error=redact_text("lost"), error_type="LeaseLost", permanent=True
    )
    assert await worker.end(last, outcome)
    assert await words(engine, workspace, job_id) == [
        "queued 0", "running 1", "lease_lost 1", "running 2", "lease_lost 2", "failed 2",
    ]  # fmt: skip


async def test_a_lost_job_that_was_told_to_cancel_comes_back_to_be_cancelled(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    (job_id,) = await write(engine, asked(workspace))
    await worker.claim_one()
    async with engine.database.system_statement() as tx:
        await tx.connection.execute(
            "update queue_entries set cancel_asked = true where workspace_id = $1", workspace
        )
    await expire_leases(engine, workspace)

    again = await worker.claim_one()

    assert (again.runs, again.cancel_asked, again.attempt) == (False, True, 1)
    assert "running 2" not in await words(engine, workspace, job_id)


async def test_one_cycle_ends_and_claims(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-FR2d, S1-1.5: end, result, event and the next claim are one commit."""
    first, second = await write(engine, asked(workspace), asked(workspace))
    held = await worker.claim_one()
    step = step_of(held, completed('{"n":1}'))

    assert isinstance(step, Finish)
    result = await engine.attempts.cycle([ending(held, step)], worker.demand(5))

    assert [job.job_id for job in result.claimed] == [second]
    assert result.lost == frozenset()
    assert await words(engine, workspace, first) == ["queued 0", "running 1", "completed 1"]


async def test_lanes_name_every_queue_and_workspace_that_holds_anything(
    engine: Engine, workspace: WorkspaceId
) -> None:
    other = fresh_workspace()
    await write(
        engine,
        asked(workspace, queue="a"),
        asked(workspace, queue="a"),
        asked(other, queue="a", delay=timedelta(days=1)),
        asked(other, queue="b"),
    )

    async with engine.database.system_statement() as tx:
        found = await attempts.lanes(tx, ["a", "b", "empty"])

    ours = {(lane.queue, lane.workspace_id) for lane in found} & {
        (queue, name) for queue in ("a", "b", "empty") for name in (workspace, other)
    }
    assert ours == {("a", workspace), ("a", other), ("b", other)}
    assert len(found) == len({(lane.queue, lane.workspace_id) for lane in found})


@pytest.mark.parametrize("moved", [False, True])
async def test_a_failure_is_written_with_its_dead_letter(
    engine: Engine, workspace: WorkspaceId, worker: Claimant, moved: bool
) -> None:
    (job_id,) = await write(engine, asked(workspace))
    held = await worker.claim_one()
    outcome = Failed(
        category=Category.AUTH, error=redact_text("no entry"), error_type="Denied", permanent=True
    )

    assert await worker.end(held, outcome, moved=moved)

    async with engine.database.system() as tx:
        letter = await tx.connection.fetchrow(
            "select * from dead_letters where workspace_id = $1", workspace
        )
        job = await jobs.get(tx, workspace, job_id)
    assert letter is not None
    assert (letter["job_id"], letter["category"], letter["attempts"]) == (job_id, "auth", 1)
    assert (letter["kind"], letter["kind_version"]) == ("test.job", 1)
    assert (letter["queue"], letter["region"]) == ("default", "default")
    assert (letter["error_type"], letter["message"]) == ("Denied", "no entry")
    assert letter["fingerprint"] == fingerprint("test.job", Category.AUTH, "Denied", "no entry")
    assert letter["replayed_as"] is None
    assert job is not None
    assert (job.status, job.error) == (
        "failed",
        {"category": "auth", "error": "no entry", "error_type": "Denied"},
    )


async def test_an_end_without_a_result_leaves_none(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    await write(engine, asked(workspace))
    held = await worker.claim_one()

    assert await worker.end(held, Completed(result=None))

    async with engine.database.system() as tx:
        count = await tx.connection.fetchval(
            "select count(*) from job_results where workspace_id = $1", workspace
        )
    assert count == 0


async def test_a_record_numbers_its_event_and_moves_the_row(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-FR3a."""
    (job_id,) = await write(engine, asked(workspace))
    held = await worker.claim_one()

    answer = await engine.attempts.record([(hold_of(held), EventType.PROGRESS, {"progress": 0.5})])

    assert answer[held.key].address != held.address
    assert await words(engine, workspace, job_id) == ["queued 0", "running 1", "progress 1"]


async def test_a_job_due_in_the_past_is_claimed_when_made_due(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    (job_id,) = await write(engine, asked(workspace, delay=timedelta(hours=5)))
    assert await worker.claim() == []

    await make_due(engine, workspace)

    assert (await worker.claim_one()).job_id == job_id
