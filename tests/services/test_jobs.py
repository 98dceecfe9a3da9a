"""Jobs as a workspace's callers use them: enqueue, repeat, cancel, retry, read."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from haulier.domain.access import Origin, Permission, Principal
from haulier.domain.ids import JobId, WorkspaceId, parse_job_id
from haulier.domain.kinds import Dedupe, KindRef
from haulier.domain.outcomes import Category, Failed
from haulier.domain.states import Status
from haulier.errors import (
    DuplicateJob,
    Forbidden,
    IdempotencyInProgress,
    IdempotencyMismatch,
    IllegalTransition,
    InvalidInput,
    NotFound,
    UnknownKind,
    ValidationFailed,
)
from haulier.redact import redact_text
from haulier.services.jobs import Jobs
from haulier.services.requests import Enqueued, JobRequest
from haulier.store.jobs import JobFilter
from support.engine import Engine, any_kind, fresh_workspace, open_engine, principal_of
from support.held import Claimant, asked, completed, expire_leases, write

Call = Callable[[], Awaitable[object]]
HERE = Origin(request_id="req-1")
GONE = Failed(category=Category.AUTH, error=redact_text("no"), error_type="No", permanent=True)


@pytest.fixture(autouse=True)
async def kinds(engine: Engine) -> None:
    plain = any_kind()
    strict = replace(
        any_kind("test.strict"),
        args_schema={
            "type": "object",
            "properties": {"a/b": {"type": "integer"}},
            "additionalProperties": False,
        },
    )
    same = replace(any_kind("test.same"), dedupe=Dedupe(window=timedelta(hours=1)))
    await engine.kinds.declare([plain, strict, same])


def request(kind: str = "test.job", **args: object) -> JobRequest:
    return JobRequest(kind=kind, args=args, origin=HERE)


def id_of(enqueued: Enqueued) -> JobId:
    return parse_job_id(enqueued.acknowledgement.id)


async def count(engine: Engine, workspace: WorkspaceId, table: str = "jobs") -> int:
    async with engine.database.workspace(workspace) as tx:
        return int(await tx.connection.fetchval(f"select count(*) from {table}"))


async def test_an_enqueued_job_is_there_when_the_answer_comes(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-FR1a, S0-FR1c."""
    me = principal_of(workspace)

    enqueued = await engine.jobs.enqueue(me, request(n=1))

    job = await engine.jobs.get(me, id_of(enqueued))
    assert (job.status, job.args, job.created_by) == (Status.QUEUED, {"n": 1}, "key_test")
    assert enqueued.acknowledgement.status is Status.QUEUED
    assert not enqueued.acknowledgement.duplicate
    assert not enqueued.replayed


async def test_100_identical_requests_over_two_processes_make_one_job(
    engine: Engine, workspace: WorkspaceId, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """S0-BR3, S0-FR4b: one job, and 99 answers that name it."""
    me = principal_of(workspace)
    answers: list[Enqueued] = []

    async def ask(jobs: Jobs) -> None:
        answers.append(await jobs.enqueue(me, request("test.same", url="x")))

    async with (
        open_engine(engine.url, tmp_path_factory.mktemp("other")) as other,
        asyncio.TaskGroup() as tasks,
    ):
        for turn in range(100):
            tasks.create_task(ask((engine if turn % 2 else other).jobs))

    assert len({answer.acknowledgement.id for answer in answers}) == 1
    assert sum(answer.acknowledgement.duplicate for answer in answers) == 99
    for table in ("jobs", "queue_entries", "job_events", "job_keys", "audit_logs"):
        assert await count(engine, workspace, table) == 1


async def test_many_different_requests_at_once_are_all_written(
    engine: Engine, workspace: WorkspaceId
) -> None:
    me = principal_of(workspace)
    answers: list[Enqueued] = []

    async def ask(n: int) -> None:
        item = replace(request(n=n), idempotency_key=f"k{n}" if n % 2 else None)
        answers.append(await engine.jobs.enqueue(me, item))

    async with asyncio.TaskGroup() as tasks:
        for n in range(300):
            tasks.create_task(ask(n))

    assert len({answer.acknowledgement.id for answer in answers}) == 300
    assert await count(engine, workspace) == 300


async def test_a_repeated_idempotency_key_gets_the_first_answer_again(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    me = principal_of(workspace)
    item = replace(request(n=1), idempotency_key="once", delay=timedelta(seconds=90))
    first = await engine.jobs.enqueue(me, item)

    again = await engine.jobs.enqueue(me, item)

    assert again.replayed
    assert again.acknowledgement == first.acknowledgement
    assert await count(engine, workspace) == 1


async def test_the_answer_is_the_same_after_the_job_has_ended(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    me = principal_of(workspace)
    item = replace(request(n=1), idempotency_key="once")
    first = await engine.jobs.enqueue(me, item)
    assert await worker.end(await worker.claim_one(), GONE)

    assert (await engine.jobs.enqueue(me, item)).acknowledgement == first.acknowledgement


@pytest.mark.parametrize(
    "other",
    [
        {"args": {"n": 2}},
        {"queue": "elsewhere"},
        {"priority": 1},
        {"labels": {"a": "b"}},
        {"delay": timedelta(seconds=1)},
        {"run_at": datetime(2030, 1, 1, tzinfo=UTC)},
        {"max_attempts": 1},
        {"timeout": timedelta(seconds=7)},
        {"dedupe": False},
        {"dedupe_key": "mine"},
        {"kind": "test.same"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_an_idempotency_key_with_another_body_is_refused(
    engine: Engine, workspace: WorkspaceId, other: dict[str, object]
) -> None:
    me = principal_of(workspace)
    item = replace(request(n=1), idempotency_key="once")
    await engine.jobs.enqueue(me, item)

    with pytest.raises(IdempotencyMismatch):
        await engine.jobs.enqueue(me, replace(item, **other))
    assert await count(engine, workspace) == 1


async def test_an_idempotency_key_in_flight_is_refused(
    engine: Engine, workspace: WorkspaceId
) -> None:
    me = principal_of(workspace)
    item = replace(request(n=1), idempotency_key="once")
    refused: list[IdempotencyInProgress] = []

    async def ask() -> None:
        try:
            await engine.jobs.enqueue(me, item)
        except IdempotencyInProgress as error:
            refused.append(error)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(ask())

    assert len(refused) == 9
    assert (await engine.jobs.enqueue(me, item)).replayed


async def test_keys_of_two_workspaces_do_not_meet(engine: Engine, workspace: WorkspaceId) -> None:
    """S3-MT."""
    item = replace(request("test.same", n=1), idempotency_key="once")

    one = await engine.jobs.enqueue(principal_of(workspace), item)
    other = await engine.jobs.enqueue(principal_of(fresh_workspace()), item)

    assert one.acknowledgement.id != other.acknowledgement.id
    assert not other.replayed


async def test_a_duplicate_can_be_refused_or_asked_for_all_the_same(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-FR4b."""
    me = principal_of(workspace)
    first = await engine.jobs.enqueue(me, request("test.same", n=1))

    with pytest.raises(DuplicateJob, match=first.acknowledgement.id):
        await engine.jobs.enqueue(me, replace(request("test.same", n=1), on_duplicate="reject"))
    anew = await engine.jobs.enqueue(me, replace(request("test.same", n=1), dedupe=False))
    assert anew.acknowledgement.id != first.acknowledgement.id


async def test_a_key_of_its_own_makes_a_duplicate_of_any_kind(
    engine: Engine, workspace: WorkspaceId
) -> None:
    me = principal_of(workspace)
    first = await engine.jobs.enqueue(me, replace(request(n=1), dedupe_key="mine"))

    second = await engine.jobs.enqueue(me, replace(request(n=2), dedupe_key="mine"))

    assert second.acknowledgement.id == first.acknowledgement.id
    assert second.acknowledgement.duplicate


async def test_work_whose_job_failed_may_be_asked_for_again(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-FR4b: a failed job does not keep its natural key; the one after it does."""
    me = principal_of(workspace)
    worker.kinds = (KindRef("test.same"),)
    first = await engine.jobs.enqueue(me, request("test.same", n=1))
    assert await worker.end(await worker.claim_one(), GONE)
    answers: list[Enqueued] = []

    async def ask() -> None:
        answers.append(await engine.jobs.enqueue(me, request("test.same", n=1)))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(ask())

    ids = {answer.acknowledgement.id for answer in answers}
    assert len(ids) == 1
    assert ids != {first.acknowledgement.id}
    assert sum(answer.acknowledgement.duplicate for answer in answers) == 9


async def test_20_retries_at_once_make_one_job(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-FR4c."""
    me = principal_of(workspace)
    first = await engine.jobs.enqueue(me, replace(request(n=1), labels={"a": "b"}, priority=1))
    assert await worker.end(await worker.claim_one(), GONE)
    answers: list[Enqueued] = []

    async def ask() -> None:
        answers.append(await engine.jobs.retry(me, id_of(first), HERE))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(20):
            tasks.create_task(ask())

    assert len({answer.acknowledgement.id for answer in answers}) == 1
    assert await count(engine, workspace) == 2
    job = await engine.jobs.get(me, id_of(answers[0]))
    assert (job.retried_from, job.args, job.labels, job.priority) == (
        id_of(first), {"n": 1}, {"a": "b"}, 1,
    )  # fmt: skip


async def test_only_a_failed_or_cancelled_job_is_retried(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    me = principal_of(workspace)
    job_id = id_of(await engine.jobs.enqueue(me, request()))
    with pytest.raises(IllegalTransition):
        await engine.jobs.retry(me, job_id, HERE)
    held = await worker.claim_one()
    with pytest.raises(IllegalTransition):
        await engine.jobs.retry(me, job_id, HERE)
    assert await worker.end(held, completed())
    with pytest.raises(IllegalTransition):
        await engine.jobs.retry(me, job_id, HERE)


async def test_cancelling_a_job_that_waits_ends_it(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    me = principal_of(workspace)
    for delay in (None, timedelta(hours=1)):
        job_id = id_of(await engine.jobs.enqueue(me, replace(request(), delay=delay)))

        answer = await engine.jobs.cancel(me, job_id, "not needed", HERE)
        again = await engine.jobs.cancel(me, job_id, "not needed", HERE)

        assert (answer.job.status, answer.accepted) == (Status.CANCELLED, False)
        assert (again.job.status, again.accepted) == (Status.CANCELLED, False)
        found = await engine.events.list_after(me, job_id, 0, 10)
        assert [event.type for event in found] == ["queued", "cancelled"]
        assert found[-1].data == {"reason": "not needed"}
    assert await worker.claim() == []


async def test_cancelling_a_running_job_tells_it_once(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    me = principal_of(workspace)
    job_id = id_of(await engine.jobs.enqueue(me, request()))
    held = await worker.claim_one()

    for _ in range(3):
        answer = await engine.jobs.cancel(me, job_id, "", HERE)
        assert (answer.job.status, answer.accepted) == (Status.CANCELLING, True)

    assert await worker.end(held, completed())
    answer = await engine.jobs.cancel(me, job_id, "", HERE)
    assert (answer.job.status, answer.accepted) == (Status.COMPLETED, False)
    found = await engine.events.list_after(me, job_id, 0, 10)
    assert [event.type for event in found] == ["queued", "running", "cancelling", "completed"]
    entries = await count(engine, workspace, "audit_logs")
    assert entries == 2


async def test_a_job_told_to_cancel_is_not_put_back(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """The race between a retry and a cancel: its holder hears of it and ends it."""
    me = principal_of(workspace)
    job_id = id_of(await engine.jobs.enqueue(me, request()))
    held = await worker.claim_one()
    await engine.jobs.cancel(me, job_id, "", HERE)

    late = Failed(category=Category.NETWORK, error=redact_text("x"), error_type="X")
    assert await worker.end(held, late)

    assert (await engine.jobs.get(me, job_id)).status is Status.CANCELLING


async def test_cancel_and_end_at_once_leave_one_end(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    """S0-FR3c: whoever is first, the history is one that folds."""
    me = principal_of(workspace)
    for _ in range(25):
        job_id = id_of(await engine.jobs.enqueue(me, request()))
        held = await worker.claim_one()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(engine.jobs.cancel(me, job_id, "", HERE))
            tasks.create_task(worker.end(held, completed()))
        found = await engine.events.list_after(me, job_id, 0, 10)
        assert [event.seq for event in found] == list(range(1, len(found) + 1))
        assert [event.type for event in found if event.type.is_final] == ["completed"]


async def test_cancel_and_claim_at_once_leave_one_history(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    me = principal_of(workspace)
    for _ in range(25):
        job_id = id_of(await engine.jobs.enqueue(me, request()))
        async with asyncio.TaskGroup() as tasks:
            cancelled = tasks.create_task(engine.jobs.cancel(me, job_id, "", HERE))
            claimed = tasks.create_task(worker.claim())
        status = (await engine.jobs.get(me, job_id)).status
        if claimed.result():
            assert status in {Status.RUNNING, Status.CANCELLING}
        assert cancelled.result().job.status in {Status.CANCELLED, Status.CANCELLING}
        await expire_leases(engine, workspace)
        for left in await worker.claim():
            await worker.end(left, GONE)


async def test_a_cancels_reason_is_redacted_and_storable(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-FR6b."""
    me = principal_of(workspace)
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    job_id = id_of(await engine.jobs.enqueue(me, request()))

    await engine.jobs.cancel(me, job_id, f"it was \x00 {secret} \ud800", HERE)

    async with engine.database.workspace(workspace) as tx:
        logged = await tx.connection.fetchval(
            "select reason from audit_logs where action = 'job.cancel'"
        )
    (_, event) = await engine.events.list_after(me, job_id, 0, 10)
    for text in (str(logged), str(event.data["reason"])):
        assert text.startswith("it was")
        assert secret not in text


async def test_another_workspaces_job_is_an_unknown_job(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S4-ISO1: for every method, in the same words."""
    (foreign,) = await write(engine, asked(fresh_workspace()))
    unknown = JobId(UUID(int=foreign.int ^ 1))
    me = principal_of(workspace)
    for job_id in (foreign, unknown):
        for call in (
            engine.jobs.get(me, job_id),
            engine.jobs.cancel(me, job_id, "", HERE),
            engine.jobs.retry(me, job_id, HERE),
            engine.events.list_after(me, job_id, 0, 10),
            engine.results.get(me, job_id),
        ):
            with pytest.raises(NotFound) as caught:
                await call
            assert (type(caught.value), caught.value.detail) == (NotFound, NotFound().detail)


def calls(engine: Engine, me: Principal, job_id: JobId) -> dict[Permission, list[Call]]:
    """What each permission is asked for."""
    jobs, results, letters = engine.jobs, engine.results, engine.dead_letters
    return {
        Permission.JOBS_CREATE: [lambda: jobs.enqueue(me, request())],
        Permission.JOBS_READ: [
            lambda: jobs.get(me, job_id),
            lambda: jobs.list_page(me, JobFilter(), None, 5),
            lambda: engine.events.list_after(me, job_id, 0, 5),
            lambda: results.get(me, job_id),
        ],
        Permission.JOBS_CANCEL: [lambda: jobs.cancel(me, job_id, "", HERE)],
        Permission.JOBS_WRITE: [lambda: jobs.retry(me, job_id, HERE)],
        Permission.DLQ_READ: [lambda: letters.get(me, job_id)],
        Permission.DLQ_WRITE: [lambda: letters.delete(me, job_id, HERE)],
        Permission.PAYLOADS_READ: [lambda: results.get(me, job_id)],
    }


@pytest.mark.parametrize("missing", Permission)
async def test_every_method_asks_for_its_permission(
    engine: Engine, workspace: WorkspaceId, missing: Permission
) -> None:
    job_id = id_of(await engine.jobs.enqueue(principal_of(workspace), request()))
    me = principal_of(workspace, [word for word in Permission if word is not missing])

    for call in calls(engine, me, job_id)[missing]:
        with pytest.raises(Forbidden):
            await call()


async def test_args_are_hidden_from_who_may_not_read_payloads(
    engine: Engine, workspace: WorkspaceId
) -> None:
    job_id = id_of(await engine.jobs.enqueue(principal_of(workspace), request(secret="x")))
    me = principal_of(workspace, [Permission.JOBS_READ, Permission.JOBS_CANCEL])

    assert (await engine.jobs.get(me, job_id)).args is None
    assert [job.args for job in await engine.jobs.list_page(me, JobFilter(), None, 5)] == [None]
    assert (await engine.jobs.cancel(me, job_id, "", HERE)).job.args is None


@pytest.mark.parametrize(
    ("args", "pointer"),
    [({"a/b": "x"}, "/args/a~1b"), ({"other": 1}, "/args"), ({"a/b": 1.5}, "/args/a~1b")],
)
async def test_args_that_break_the_schema_are_refused_with_a_pointer(
    engine: Engine, workspace: WorkspaceId, args: dict[str, object], pointer: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await engine.jobs.enqueue(
            principal_of(workspace), JobRequest(kind="test.strict", args=args)
        )
    assert [problem.pointer for problem in caught.value.problems] == [pointer]


@pytest.mark.parametrize(
    "hostile",
    [
        {"args": {"text": "a\x00b"}},
        {"args": {"text\x00": 1}},
        {"args": {"text": "\ud800"}},
        {"args": {"n": float("nan")}},
        {"args": {"n": float("inf")}},
        {"max_attempts": 0},
        {"max_attempts": -1},
        {"max_attempts": 1001},
        {"max_attempts": 10**9},
        {"timeout": timedelta(seconds=-1)},
        {"timeout": timedelta.max},
        {"delay": timedelta(seconds=-1)},
        {"delay": timedelta.max},
        {"run_at": datetime.max.replace(tzinfo=UTC)},
        {"run_at": datetime(2030, 1, 1)},  # noqa: DTZ001 - no zone, which is the point
        {"priority": 10},
        {"priority": "soon"},
        {"queue": "No such"},
        {"queue": ""},
        {"labels": {"": "x"}},
        {"labels": {"x": "y" * 201}},
        {"labels": {str(n): "" for n in range(33)}},
        {"idempotency_key": "a b"},
        {"dedupe_key": ""},
        {"kind": "Nonsense"},
    ],
    ids=lambda hostile: f"{next(iter(hostile))}",
)
async def test_hostile_requests_are_the_callers_fault(
    engine: Engine, workspace: WorkspaceId, hostile: dict[str, object]
) -> None:
    """Refused in words, and nothing is written: never an error of the database."""
    with pytest.raises(InvalidInput):
        await engine.jobs.enqueue(
            principal_of(workspace),
            replace(request(), **hostile),
        )
    assert await count(engine, workspace) == 0


async def test_an_unknown_kind_is_refused(engine: Engine, workspace: WorkspaceId) -> None:
    for kind in ("test.unknown", "test.job@2"):
        with pytest.raises(UnknownKind):
            await engine.jobs.enqueue(principal_of(workspace), request(kind))


async def test_requests_that_come_while_kinds_are_read_for_the_first_time_find_them(
    engine: Engine, workspace: WorkspaceId, tmp_path_factory: pytest.TempPathFactory
) -> None:
    me = principal_of(workspace)
    async with (
        open_engine(engine.url, tmp_path_factory.mktemp("fresh")) as fresh,
        asyncio.TaskGroup() as tasks,
    ):
        for n in range(20):
            tasks.create_task(fresh.jobs.enqueue(me, request(n=n)))

    assert await count(engine, workspace) == 20


async def test_a_kind_declared_anew_counts_at_once_in_its_own_process(engine: Engine) -> None:
    name = f"test.{fresh_workspace()}"
    await engine.kinds.declare([any_kind(name)])
    assert (await engine.kinds.find(name)).queue == "default"

    await engine.kinds.declare([replace(any_kind(name), queue="other")])

    assert (await engine.kinds.find(name)).queue == "other"


async def test_lists_narrow_by_what_is_asked(
    engine: Engine, workspace: WorkspaceId, worker: Claimant
) -> None:
    me = principal_of(workspace)
    done = id_of(await engine.jobs.enqueue(me, request()))
    failed = id_of(await engine.jobs.enqueue(me, request()))
    running = id_of(await engine.jobs.enqueue(me, request()))
    assert await worker.end(await worker.claim_one(), completed())
    assert await worker.end(await worker.claim_one(), GONE)
    await worker.claim_one()
    ahead = id_of(await engine.jobs.enqueue(me, replace(request(), delay=timedelta(hours=1))))
    other = id_of(
        await engine.jobs.enqueue(
            me, replace(request("test.same"), queue="side", labels={"team": "a", "x": "y"})
        )
    )
    gone = id_of(await engine.jobs.enqueue(me, request()))
    await engine.jobs.cancel(me, gone, "", HERE)
    old = datetime(1900, 1, 1, tzinfo=UTC)
    now = (await engine.jobs.get(me, done)).created_at

    async def listed(**fields: object) -> list[JobId]:
        wanted = JobFilter(**fields)  # pyright: ignore[reportArgumentType]
        return [job.id for job in await engine.jobs.list_page(me, wanted, None, 100)]

    every = [gone, other, ahead, running, failed, done]
    assert await listed() == every
    assert await listed(statuses=(Status.COMPLETED,)) == [done]
    assert await listed(statuses=(Status.FAILED, Status.CANCELLED)) == [gone, failed]
    assert await listed(statuses=(Status.RUNNING, Status.COMPLETED)) == [
        running, done,
    ]  # fmt: skip
    assert await listed(statuses=(Status.SCHEDULED,)) == [ahead]
    assert await listed(statuses=(Status.QUEUED,)) == [other]
    assert await listed(statuses=tuple(Status)) == every
    assert await listed(kind="test.same") == [other]
    assert await listed(queue="side", statuses=(Status.QUEUED,)) == [other]
    assert await listed(labels=(("team", "a"),)) == [other]
    assert await listed(labels=(("team", "b"),)) == []
    assert await listed(created_after=old) == every
    assert await listed(created_before=old) == []
    assert await listed(created_before=old, statuses=tuple(Status)) == []
    assert await listed(created_after=now + timedelta(days=1)) == []
    assert await listed(created_before=now + timedelta(days=1)) == every


@pytest.mark.parametrize("statuses", [(), (Status.QUEUED, Status.COMPLETED)])
async def test_pages_miss_and_repeat_nothing_while_jobs_are_added(
    engine: Engine, workspace: WorkspaceId, worker: Claimant, statuses: tuple[Status, ...]
) -> None:
    me = principal_of(workspace)
    there = set(await write(engine, *[asked(workspace) for _ in range(23)]))
    for held in await worker.claim(9):
        assert await worker.end(held, completed())
    seen: list[JobId] = []
    below: JobId | None = None

    while page := await engine.jobs.list_page(me, JobFilter(statuses=statuses), below, 5):
        seen += [job.id for job in page]
        below = seen[-1]
        await write(engine, asked(workspace))

    assert seen == sorted(there, reverse=True)
