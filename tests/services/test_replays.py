"""Failed jobs run again: once, whoever asks and however often."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import asyncpg
import pytest

from haulier.domain.access import Origin
from haulier.domain.dead_letters import LetterFilter
from haulier.domain.ids import JobId, WorkspaceId, parse_job_id
from haulier.domain.jobs import Job
from haulier.domain.kinds import Kind, KindRef
from haulier.domain.outcomes import Category
from haulier.errors import Gone, IdempotencyMismatch, InvalidInput, NotFound, ValidationFailed
from haulier.services.dead_letters import Pace
from haulier.services.requests import Enqueued
from haulier.store import dead_letters
from haulier.store.jobs import JobFilter
from support.engine import Engine, principal_of
from support.failing import audit_of, fail, failed
from support.held import Claimant, asked, completed, dump_workspace
from support.postgres import Database

EVERYTHING = LetterFilter()
WIDE = JobFilter()
STRICT = Kind(
    ref=KindRef("test.strict"),
    args_schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
)


@pytest.fixture(autouse=True)
async def _kinds(engine: Engine) -> None:
    await engine.kinds.declare([STRICT, Kind(ref=KindRef("test.job"))])


async def jobs_of(engine: Engine, workspace: WorkspaceId) -> list[Job]:
    """Every job of the workspace, oldest first."""
    found = await engine.jobs.list_page(principal_of(workspace), WIDE, None, 200)
    return found[::-1]


async def replay(
    engine: Engine, workspace: WorkspaceId, job_id: JobId, args: dict[str, object] | None = None
) -> Enqueued:
    return await engine.dead_letters.replay(principal_of(workspace), job_id, args, Origin())


def id_of(enqueued: Enqueued) -> JobId:
    return parse_job_id(enqueued.acknowledgement.id)


async def test_a_replay_is_a_new_job_and_both_know_each_other(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S2-DLQ, S2-T2."""
    (job_id,) = await fail(engine, worker, [asked(workspace, priority=3, args=b'{"a": [1]}')])
    who = principal_of(workspace)

    made = id_of(await replay(engine, workspace, job_id))

    old, new = await engine.jobs.get(who, job_id), await engine.jobs.get(who, made)
    letter = await engine.dead_letters.get(who, job_id)
    assert (new.retried_from, letter.replayed_as) == (job_id, made)
    assert letter.replayed_at == new.created_at
    assert (old.status, new.status, new.attempt) == ("failed", "queued", 0)
    assert (new.args, new.kind, new.queue, new.priority) == (old.args, old.kind, old.queue, 3)
    assert await audit_of(engine, workspace) == [("dead_letter.replay", str(job_id))]
    claimed = await worker.claim_one()
    assert (claimed.job_id, await worker.end(claimed, completed())) == (made, True)


async def test_twenty_parallel_replays_make_one_job(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S2-DLQ: retries and replays, by letter and by filter, among them."""
    (job_id,) = await fail(engine, worker, [asked(workspace, args=b'{"a": 1}')])
    who = principal_of(workspace)
    letters = engine.dead_letters

    async with asyncio.TaskGroup() as tasks:
        replays = [tasks.create_task(replay(engine, workspace, job_id)) for _ in range(20)]
        same = [tasks.create_task(replay(engine, workspace, job_id, {"a": 1})) for _ in range(5)]
        retries = [tasks.create_task(engine.jobs.retry(who, job_id, Origin())) for _ in range(5)]
        pace = Pace()
        every = [
            tasks.create_task(letters.replay_all(who, EVERYTHING, pace, Origin())) for _ in range(5)
        ]

    old, new = await jobs_of(engine, workspace)
    asked_for = [task.result() for task in (*replays, *same, *retries)]
    assert {id_of(told) for told in asked_for} == {new.id}
    fresh = sum(not told.acknowledgement.duplicate for told in asked_for)
    assert fresh + sum(task.result().replayed for task in every) == 1
    assert (old.id, new.retried_from) == (job_id, job_id)
    replayed = [entry for entry in await audit_of(engine, workspace) if entry[1] != "*"]
    assert replayed == [("dead_letter.replay", str(job_id))]


async def test_parallel_replays_by_filter_share_the_letters(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """None twice, none left out, although each takes what the others do not hold."""
    ids = await fail(engine, worker, [asked(workspace) for _ in range(60)])
    who = principal_of(workspace)

    async with asyncio.TaskGroup() as tasks:
        every = [
            tasks.create_task(engine.dead_letters.replay_all(who, EVERYTHING, Pace(), Origin()))
            for _ in range(6)
        ]

    new = [job for job in await jobs_of(engine, workspace) if job.retried_from]
    assert sorted(job.retried_from for job in new if job.retried_from) == ids
    assert sum(task.result().replayed for task in every) == 60


async def test_edited_args_make_a_job_of_their_own(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    (job_id,) = await fail(engine, worker, [asked(workspace, args=b'{"n": 1}')])
    who = principal_of(workspace)

    plain = id_of(await replay(engine, workspace, job_id))
    edited = id_of(await replay(engine, workspace, job_id, {"n": 2}))
    again = await replay(engine, workspace, job_id, {"n": 2})

    assert len({job_id, plain, edited}) == 3
    assert (id_of(again), again.acknowledgement.duplicate) == (edited, True)
    assert (await engine.jobs.get(who, edited)).args == {"n": 2}
    assert (await engine.jobs.get(who, edited)).retried_from == job_id
    assert (await engine.dead_letters.get(who, job_id)).replayed_as == edited


async def test_edited_args_are_checked_by_the_kinds_schema(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    worker.kinds = (STRICT.ref,)
    (job_id,) = await fail(engine, worker, [asked(workspace, kind=STRICT.ref, args=b'{"n": 1}')])
    before = await dump_workspace(engine, workspace)

    with pytest.raises(ValidationFailed) as refused:
        await replay(engine, workspace, job_id, {"n": "two"})

    assert [problem.pointer for problem in refused.value.problems] == ["/args/n"]
    assert await dump_workspace(engine, workspace) == before
    assert (await replay(engine, workspace, job_id, {"n": 2})).acknowledgement.status == "queued"


async def test_what_has_no_letter_is_not_replayed(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    (job_id,) = await fail(engine, worker, [asked(workspace)])
    await engine.dead_letters.delete(principal_of(workspace), job_id, Origin())

    with pytest.raises(NotFound):
        await replay(engine, workspace, job_id)
    retried = await engine.jobs.retry(principal_of(workspace), job_id, Origin())

    assert retried.acknowledgement.status == "queued"


async def test_a_letter_that_outlived_its_job_is_read_but_not_replayed(
    engine: Engine, workspace: WorkspaceId, worker: Claimant, module_database: Database
) -> None:
    """Jobs go with their week; a job that ran long leaves a letter that is younger."""
    (job_id,) = await fail(engine, worker, [asked(workspace)])
    owner = await asyncpg.connect(module_database.superuser_url)
    await owner.execute("delete from jobs where id = $1", job_id)
    await owner.close()
    who = principal_of(workspace)

    with pytest.raises(Gone):
        await replay(engine, workspace, job_id)

    assert (await engine.dead_letters.get(who, job_id)).args is None
    assert (await engine.dead_letters.count_replayable(who, EVERYTHING, Pace())).matched == 0
    assert (await engine.dead_letters.replay_all(who, EVERYTHING, Pace(), Origin())).replayed == 0


async def test_a_dry_run_counts_and_changes_nothing(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S2-DLQ."""
    await fail(engine, worker, [asked(workspace) for _ in range(5)])
    await fail(engine, worker, [asked(workspace)], failed(category=Category.TIMEOUT))
    before = await dump_workspace(engine, workspace)

    report = await engine.dead_letters.count_replayable(
        principal_of(workspace), LetterFilter(category=Category.AUTH), Pace(limit=3, per_second=2)
    )

    assert (report.matched, report.replayed, report.remaining) == (5, 0, 5)
    assert report.spread_seconds == 1.0
    assert await dump_workspace(engine, workspace) == before


async def test_a_replay_by_filter_spreads_its_jobs_over_time(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S2-DLQ: the earliest failure first, and no more at once than the rate allows."""
    ids = await fail(engine, worker, [asked(workspace) for _ in range(60)])

    report = await engine.dead_letters.replay_all(
        principal_of(workspace), EVERYTHING, Pace(per_second=0.5), Origin()
    )

    assert (report.matched, report.replayed, report.remaining) == (60, 60, 0)
    assert report.spread_seconds == 118.0
    new = [job for job in await jobs_of(engine, workspace) if job.retried_from]
    new.sort(key=lambda job: job.run_at or datetime.max.replace(tzinfo=UTC))
    times = [job.run_at for job in new if job.run_at]
    assert [job.retried_from for job in new] == ids
    steps = {later - earlier for earlier, later in pairwise(times)}
    assert steps == {timedelta(seconds=2)}
    assert (new[0].status, new[1].status) == ("queued", "scheduled")
    assert len(await worker.claim(100)) == 1


async def test_a_replay_by_filter_is_bounded_and_goes_on_where_it_stopped(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    ids = await fail(engine, worker, [asked(workspace) for _ in range(5)])
    await fail(engine, worker, [asked(workspace)], failed(category=Category.TIMEOUT))
    who = principal_of(workspace)
    wanted, pace = LetterFilter(category=Category.AUTH), Pace(limit=3)

    reports = [await engine.dead_letters.replay_all(who, wanted, pace, Origin()) for _ in range(3)]

    assert [(report.matched, report.replayed) for report in reports] == [(5, 3), (2, 2), (0, 0)]
    assert [report.remaining for report in reports] == [2, 0, 0]
    new = [job.retried_from for job in await jobs_of(engine, workspace) if job.retried_from]
    assert sorted(new) == ids
    actions = [action for action, _ in await audit_of(engine, workspace)]
    assert actions.count("dead_letter.replay") == 5
    assert actions.count("dead_letter.replay_all") == 3


async def test_a_repeated_request_to_replay_is_told_the_same(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """A lost answer that is asked for again must not replay the next thousand."""
    await fail(engine, worker, [asked(workspace) for _ in range(4)])
    who, pace = principal_of(workspace), Pace(limit=2)
    letters = engine.dead_letters

    async with asyncio.TaskGroup() as tasks:
        told = [
            tasks.create_task(letters.replay_all(who, EVERYTHING, pace, Origin(), "once"))
            for _ in range(5)
        ]
    with pytest.raises(IdempotencyMismatch):
        await letters.replay_all(who, EVERYTHING, Pace(limit=1), Origin(), "once")
    with pytest.raises(InvalidInput):
        await letters.replay_all(who, EVERYTHING, pace, Origin(), "not one")

    assert {(task.result().matched, task.result().replayed) for task in told} == {(4, 2)}
    assert len([job for job in await jobs_of(engine, workspace) if job.retried_from]) == 2


async def test_a_letter_that_somebody_holds_is_left_to_them(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    held, free = await fail(engine, worker, [asked(workspace), asked(workspace)])
    who = principal_of(workspace)

    async with engine.database.system() as tx:
        assert await dead_letters.lock(tx, workspace, held)
        report = await engine.dead_letters.replay_all(who, EVERYTHING, Pace(), Origin())

    assert (report.matched, report.replayed, report.remaining) == (2, 1, 1)
    assert (await engine.dead_letters.get(who, free)).replayed_as is not None
    assert (await engine.dead_letters.get(who, held)).replayed_as is None


async def test_a_replay_that_fails_again_leaves_a_letter_of_its_own(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    (job_id,) = await fail(engine, worker, [asked(workspace)])
    made = id_of(await replay(engine, workspace, job_id))
    assert await worker.end(await worker.claim_one(), failed())

    third = id_of(await replay(engine, workspace, made))

    who = principal_of(workspace)
    assert (await engine.jobs.get(who, third)).retried_from == made
    assert (await engine.dead_letters.get(who, made)).replayed_as == third
    assert id_of(await replay(engine, workspace, job_id)) == made
