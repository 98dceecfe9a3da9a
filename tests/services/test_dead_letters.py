"""Dead letters: seen, grouped, removed; by their own workspace alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from haulier.domain.access import ALL_PERMISSIONS, Origin, Permission
from haulier.domain.dead_letters import DeadLetter, LetterFilter, fingerprint
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.kinds import KindRef
from haulier.domain.outcomes import Category
from haulier.errors import Forbidden, NotFound
from haulier.services.dead_letters import Pace
from support.engine import Engine, fresh_workspace, principal_of
from support.failing import audit_of, fail, fail_together, failed
from support.held import Claimant, asked, claimant, dump_workspace

EVERYTHING = LetterFilter()
KIND = KindRef("test.other")


async def listed(
    engine: Engine, workspace: WorkspaceId, wanted: LetterFilter = EVERYTHING
) -> list[JobId]:
    page = await engine.dead_letters.list_page(principal_of(workspace), wanted, None, 0, 100)
    return [letter.job_id for letter in page]


async def test_a_letter_tells_what_failed_and_why(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S2-H10, S2-DLQ, S2-T2: the letter is there as soon as the job is failed."""
    (job_id,) = await fail(engine, worker, [asked(workspace, args=b'{"a": 1}')], failed("no 7"))

    letter = await engine.dead_letters.get(principal_of(workspace), job_id)

    assert letter == DeadLetter(
        workspace_id=workspace,
        job_id=job_id,
        kind=asked(workspace).kind,
        queue="default",
        region="default",
        category="auth",
        fingerprint=fingerprint("test.job", Category.AUTH, "Denied", "no 8"),
        error_type="Denied",
        message="no 7",
        attempts=1,
        failed_at=letter.failed_at,
        replayed_as=None,
        replayed_at=None,
        args={"a": 1},
    )


async def test_args_need_a_permission_of_their_own(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    (job_id,) = await fail(engine, worker, [asked(workspace, args=b'{"a": 1}')])
    reader = principal_of(workspace, [Permission.DLQ_READ])

    assert (await engine.dead_letters.get(reader, job_id)).args is None


async def test_pages_go_by_place_and_by_offset(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S2-DLQ, S2-SCH: limit with offset, and limit with a place; both see every letter once."""
    ids = await fail(engine, worker, [asked(workspace) for _ in range(7)])
    who = principal_of(workspace)
    by_place: list[DeadLetter] = []
    by_offset: list[DeadLetter] = []

    for _ in range(4):
        after = (by_place[-1].failed_at, by_place[-1].job_id) if by_place else None
        by_place += await engine.dead_letters.list_page(who, EVERYTHING, after, 0, 2)
        by_offset += await engine.dead_letters.list_page(who, EVERYTHING, None, len(by_offset), 2)

    assert [letter.job_id for letter in by_place] == ids[::-1]
    assert by_place == by_offset


async def test_letters_of_one_commit_are_all_listed(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """They share their time; the job's id decides."""
    ids = await fail_together(engine, worker, [asked(workspace) for _ in range(4)])
    who = principal_of(workspace)
    found = await engine.dead_letters.list_page(who, EVERYTHING, None, 0, 2)
    after = (found[-1].failed_at, found[-1].job_id)

    found += await engine.dead_letters.list_page(who, EVERYTHING, after, 0, 10)

    assert [letter.job_id for letter in found] == ids[::-1]
    assert len({letter.failed_at for letter in found}) == 1


async def test_every_filter_narrows(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S2-DLQ, S2-IDX3, S2-IDX4."""
    wide = replace(worker, kinds=(worker.kinds[0], KIND), queues=("default", "slow"))
    (plain,) = await fail(engine, worker, [asked(workspace)])
    between = datetime.now(UTC)
    (other,) = await fail(engine, wide, [asked(workspace, kind=KIND)], failed("no entry"))
    (slow,) = await fail(
        engine, wide, [asked(workspace, queue="slow")], failed(category=Category.TIMEOUT)
    )
    alike = fingerprint("test.other", Category.AUTH, "Denied", "no entry")
    who = principal_of(workspace)
    made = await engine.dead_letters.replay(who, plain, None, Origin())

    expected = {
        LetterFilter(): [slow, other, plain],
        LetterFilter(category=Category.TIMEOUT): [slow],
        LetterFilter(category=Category.AUTH): [other, plain],
        LetterFilter(category=Category.AUTH, kind="test.other"): [other],
        LetterFilter(kind="test.other"): [other],
        LetterFilter(queue="slow"): [slow],
        LetterFilter(region="default"): [slow, other, plain],
        LetterFilter(region="eu"): [],
        LetterFilter(fingerprint=alike): [other],
        LetterFilter(fingerprint=alike, category=Category.TIMEOUT): [],
        LetterFilter(failed_after=between): [slow, other],
        LetterFilter(failed_before=between): [plain],
        LetterFilter(older_than=timedelta(hours=1)): [],
        LetterFilter(older_than=timedelta(0)): [slow, other, plain],
        LetterFilter(replayed=True): [plain],
        LetterFilter(replayed=False): [slow, other],
    }

    assert made.acknowledgement.status == "queued"
    for wanted, ids in expected.items():
        assert await listed(engine, workspace, wanted) == ids, wanted


async def test_alike_failures_are_one_group(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    for number in range(3):
        await fail(engine, worker, [asked(workspace)], failed(f"row {number} is broken"))
    (single,) = await fail(engine, worker, [asked(workspace)], failed("no entry"))
    who = principal_of(workspace)
    await engine.dead_letters.replay(who, single, None, Origin())

    many, one = await engine.dead_letters.groups(who, EVERYTHING, None, 10)

    assert (many.count, many.open, many.sample.message) == (3, 3, "row 2 is broken")
    assert many.first_seen < many.last_seen == many.sample.failed_at
    assert (one.count, one.open, one.sample.job_id) == (1, 0, single)
    assert one.first_seen == one.last_seen
    after = (many.count, many.fingerprint)
    assert await engine.dead_letters.groups(who, EVERYTHING, None, 1) == [many]
    assert await engine.dead_letters.groups(who, EVERYTHING, after, 10) == [one]
    assert await engine.dead_letters.groups(who, LetterFilter(replayed=True), None, 9) == [one]


async def test_a_groups_sample_fits_the_filter(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """Letters of one commit share their time; the filter decides between them."""
    wide = replace(worker, queues=("default", "slow"))
    await fail_together(engine, wide, [asked(workspace, queue="slow"), asked(workspace)])

    (group,) = await engine.dead_letters.groups(
        principal_of(workspace), LetterFilter(queue="slow"), None, 10
    )

    assert (group.count, group.sample.queue) == (1, "slow")


async def test_a_letter_is_removed_and_its_job_stays_failed(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    gone, kept = await fail(engine, worker, [asked(workspace), asked(workspace)])
    who = principal_of(workspace)

    await engine.dead_letters.delete(who, gone, Origin())

    assert await listed(engine, workspace) == [kept]
    assert (await engine.jobs.get(who, gone)).status == "failed"
    assert await audit_of(engine, workspace) == [("dead_letter.delete", str(gone))]
    with pytest.raises(NotFound):
        await engine.dead_letters.delete(who, gone, Origin())
    with pytest.raises(NotFound):
        await engine.dead_letters.get(who, gone)
    assert len(await audit_of(engine, workspace)) == 1


async def test_a_purge_goes_by_age_and_filter(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S2-DLQ: purge()."""
    (old,) = await fail(engine, worker, [asked(workspace)])
    (late,) = await fail(engine, worker, [asked(workspace)], failed(category=Category.TIMEOUT))
    who = principal_of(workspace)
    young = LetterFilter(older_than=timedelta(hours=1))
    by_category = LetterFilter(older_than=timedelta(0), category=Category.AUTH)

    assert (await engine.dead_letters.purge(who, young, Origin())).count == 0
    assert await listed(engine, workspace) == [late, old]
    done = await engine.dead_letters.purge(who, by_category, Origin())

    assert (done.count, done.has_more) == (1, False)
    assert await listed(engine, workspace) == [late]
    assert await audit_of(engine, workspace) == [("dead_letter.purge", "*")] * 2


async def test_another_workspace_sees_changes_and_replays_nothing(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S4-ISO1: the same answer as for letters that never were."""
    (job_id,) = await fail(engine, worker, [asked(workspace)])
    stranger = principal_of(fresh_workspace())
    before = await dump_workspace(engine, workspace)
    letters = engine.dead_letters

    assert await letters.list_page(stranger, EVERYTHING, None, 0, 10) == []
    assert await letters.groups(stranger, EVERYTHING, None, 10) == []
    for refused in (
        letters.get(stranger, job_id),
        letters.replay(stranger, job_id, None, Origin()),
        letters.delete(stranger, job_id, Origin()),
    ):
        with pytest.raises(NotFound):
            await refused
    assert (await letters.count_replayable(stranger, EVERYTHING, Pace())).matched == 0
    assert (await letters.replay_all(stranger, EVERYTHING, Pace(), Origin())).replayed == 0
    assert (await letters.purge(stranger, EVERYTHING, Origin())).count == 0
    assert await dump_workspace(engine, workspace) == before


async def test_row_level_security_stands_behind_a_forgotten_predicate(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S4-ISO2: a request's transaction sees and removes its own letters whatever it asks for."""
    await fail(engine, worker, [asked(workspace)])
    stranger = claimant(engine, fresh_workspace())
    (own,) = await fail(engine, stranger, [asked(stranger.workspace_id)])

    async with engine.database.workspace(stranger.workspace_id) as tx:
        seen = await tx.connection.fetch("select job_id from dead_letters")
        gone = await tx.connection.fetch("delete from dead_letters returning job_id")

    assert [row["job_id"] for row in seen] == [row["job_id"] for row in gone] == [own]
    assert len(await listed(engine, workspace)) == 1


@pytest.mark.parametrize("missing", [Permission.DLQ_READ, Permission.DLQ_WRITE])
async def test_letters_need_their_permissions(
    engine: Engine, workspace: WorkspaceId, missing: Permission
) -> None:
    who = principal_of(workspace, sorted(ALL_PERMISSIONS - {missing}))
    job_id, letters = JobId(UUID(int=1)), engine.dead_letters
    reads = [
        lambda: letters.list_page(who, EVERYTHING, None, 0, 1),
        lambda: letters.get(who, job_id),
        lambda: letters.groups(who, EVERYTHING, None, 1),
    ]
    writes = [
        lambda: letters.replay(who, job_id, None, Origin()),
        lambda: letters.count_replayable(who, EVERYTHING, Pace()),
        lambda: letters.replay_all(who, EVERYTHING, Pace(), Origin()),
        lambda: letters.delete(who, job_id, Origin()),
        lambda: letters.purge(who, EVERYTHING, Origin()),
    ]

    for call in reads if missing is Permission.DLQ_READ else writes:
        with pytest.raises(Forbidden):
            await call()
