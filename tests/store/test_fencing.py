"""Fencing: whoever does not hold the lease changes nothing, with any statement."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from haulier.domain.ids import WorkspaceId
from haulier.domain.lifecycle import Finish, Reschedule
from haulier.domain.outcomes import Category, Failed, Interrupted
from haulier.domain.states import EventType
from haulier.redact import redact_text
from haulier.services.attempts import Claimed
from haulier.store import attempts
from support.engine import Engine
from support.failing import failed
from support.held import (
    Claimant,
    asked,
    claimant,
    completed,
    dump_workspace,
    ending,
    expire_leases,
    hold_of,
    make_due,
    step_of,
    write,
)

LATE = Failed(category=Category.INTERNAL, error=redact_text("late"), error_type="Late")
BACK = Interrupted(reason=redact_text("late"))

Write = Callable[[Claimant, Claimed], Awaitable[bool]]


async def cycle(worker: Claimant, claimed: Claimed) -> bool:
    return await worker.end(claimed, completed())


async def finish(worker: Claimant, claimed: Claimed) -> bool:
    return await worker.end(claimed, completed(), moved=True)


async def fail(worker: Claimant, claimed: Claimed) -> bool:
    return await worker.end(claimed, failed("late"), moved=True)


async def retry(worker: Claimant, claimed: Claimed) -> bool:
    step = Reschedule(event=EventType.RETRYING, data={}, delay=timedelta(0), charged=True)
    return await worker.put_back(claimed, step) is not None


async def hand_back(worker: Claimant, claimed: Claimed) -> bool:
    return await worker.end(claimed, BACK)


async def renew(worker: Claimant, claimed: Claimed) -> bool:
    async with worker.engine.database.system_statement() as tx:
        return bool(await attempts.renew(tx, [hold_of(claimed)], timedelta(hours=1)))


async def record(worker: Claimant, claimed: Claimed) -> bool:
    fact = (hold_of(claimed), EventType.PROGRESS, {"progress": 1.0})
    return bool(await worker.engine.attempts.record([fact]))


async def remember(worker: Claimant, claimed: Claimed) -> bool:
    return (
        await worker.engine.attempts.remember_step(hold_of(claimed), "rows", "", "[]") is not None
    )


WRITES = [cycle, finish, fail, retry, hand_back, renew, record, remember]


@pytest.mark.parametrize("late", WRITES)
async def test_whoever_lost_its_lease_changes_nothing(
    engine: Engine, workspace: WorkspaceId, worker: Claimant, late: Write
) -> None:
    """S0-FR2d, S0-NFR1b: another one holds the job now."""
    await write(engine, asked(workspace))
    stale = await worker.claim_one()
    await expire_leases(engine, workspace)
    await claimant(engine, workspace).claim_one()
    before = await dump_workspace(engine, workspace)

    assert not await late(worker, stale)

    assert await dump_workspace(engine, workspace) == before


@pytest.mark.parametrize("late", WRITES)
async def test_whoever_handed_its_job_back_changes_nothing(
    engine: Engine, workspace: WorkspaceId, worker: Claimant, late: Write
) -> None:
    """S0-FR2d: the token is still the last one, but nobody holds the job."""
    await write(engine, asked(workspace))
    stale = await worker.claim_one()
    assert await worker.end(stale, BACK)
    before = await dump_workspace(engine, workspace)

    assert not await late(worker, stale)

    assert await dump_workspace(engine, workspace) == before


@pytest.mark.parametrize("late", WRITES)
async def test_whoever_ended_its_job_changes_nothing_more(
    engine: Engine, workspace: WorkspaceId, worker: Claimant, late: Write
) -> None:
    """S0-FR2d: one end, one result, one dead letter at most."""
    await write(engine, asked(workspace))
    stale = await worker.claim_one()
    assert await worker.end(stale, completed())
    before = await dump_workspace(engine, workspace)

    assert not await late(worker, stale)

    assert await dump_workspace(engine, workspace) == before


@pytest.mark.parametrize("late", WRITES)
async def test_an_expired_lease_that_nobody_took_over_still_counts(
    engine: Engine, workspace: WorkspaceId, worker: Claimant, late: Write
) -> None:
    """The token decides, not the clock: nobody else has begun the job."""
    await write(engine, asked(workspace))
    held = await worker.claim_one()
    await expire_leases(engine, workspace)

    assert await late(worker, held)


async def test_the_same_worker_cannot_write_with_its_earlier_token(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-FR2d: the lease is of the attempt, not of the worker."""
    await write(engine, asked(workspace))
    first = await worker.claim_one()
    await worker.end(first, LATE)
    await make_due(engine, workspace)
    second = await worker.claim_one()
    before = await dump_workspace(engine, workspace)

    for late in WRITES:
        assert not await late(worker, first)

    assert await dump_workspace(engine, workspace) == before
    assert await worker.end(second, completed())


async def test_one_stale_end_does_not_keep_the_others_from_ending(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    await write(engine, asked(workspace), asked(workspace))
    lost, kept = await worker.claim(2)
    async with engine.database.system_statement() as tx:
        await tx.connection.execute(
            "update queue_entries set lease_expires_at = '-infinity' where job_id = $1", lost.job_id
        )
    await claimant(engine, workspace).claim_one()
    steps = [(claimed, step_of(claimed, completed())) for claimed in (lost, kept)]
    endings = [ending(claimed, step) for claimed, step in steps if isinstance(step, Finish)]

    nothing = attempts.Demand(
        worker_id=worker.id, lanes=(), per_lane=0, kinds=(), lease=timedelta(1)
    )
    result = await engine.attempts.cycle(endings, nothing)

    assert result.lost == {lost.key}


async def test_a_token_only_rises(engine: Engine, workspace: WorkspaceId, worker: Claimant) -> None:
    """Also where an attempt is not charged."""
    await write(engine, asked(workspace))
    seen: list[tuple[int, int]] = []
    for outcome in (BACK, BACK, LATE, BACK):
        await make_due(engine, workspace)
        held = await worker.claim_one()
        seen.append((held.attempt, held.lease_token))
        assert await worker.end(held, outcome)

    assert seen == [(1, 1), (1, 2), (1, 3), (2, 4)]
