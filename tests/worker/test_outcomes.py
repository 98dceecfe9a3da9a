"""What becomes of a job, by what its handler did; through a whole worker."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
import pytest

from haulier import JobContext, Permanent, Retry, Snooze, handler
from haulier.domain.access import Origin
from haulier.domain.ids import WorkspaceId, parse_job_id
from haulier.domain.kinds import KindRef
from haulier.errors import Unavailable
from haulier.handlers.base import Handler
from haulier.services.requests import JobRequest
from haulier.services.results import INLINE_MAX_BYTES
from support.engine import Engine, principal_of
from support.held import asked, claimant, expire_leases, make_due, write
from support.waiting import eventually
from support.workers import ended, history, running_worker, status_of, with_config, words

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Args:
    n: int = 0


def raising(error: Callable[[], BaseException]) -> Handler:
    @handler("test.job", backoff="1ms")
    async def job(job: JobContext, args: Args) -> None:
        raise error()

    return job


async def test_a_result_is_stored_with_the_end(engine: Engine, workspace: WorkspaceId) -> None:
    """S1-1.5, S0-EX2: queued, running, completed."""

    @handler("test.job")
    async def job(job: JobContext, args: Args) -> dict[str, int]:
        return {"twice": args.n * 2, "attempt": job.attempt}

    (job_id,) = await write(engine, asked(workspace, args=b'{"n":21}'))
    async with running_worker(engine, [job]):
        found = await ended(engine, workspace, job_id)

    assert words(found) == ["queued", "running", "completed"]
    result = (await engine.results.get(principal_of(workspace), job_id)).result
    assert result.body == '{"twice":42,"attempt":1}'


async def test_nothing_returned_completes_without_a_result(
    engine: Engine, workspace: WorkspaceId
) -> None:
    @handler("test.job")
    async def job(job: JobContext) -> None:
        pass

    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job]):
        assert words(await ended(engine, workspace, job_id))[-1] == "completed"


async def test_a_large_result_goes_through_the_blob_store(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S1-2.4: streamed back byte for byte."""
    text = "x" * INLINE_MAX_BYTES

    @handler("test.job")
    async def job(job: JobContext) -> str:
        return text

    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job]):
        await ended(engine, workspace, job_id)

    found = await engine.results.get(principal_of(workspace), job_id)
    assert found.chunks is not None
    assert found.result.body is None
    assert b"".join([chunk async for chunk in found.chunks]) == f'"{text}"'.encode()


async def test_a_snoozed_job_runs_again_uncharged(engine: Engine, workspace: WorkspaceId) -> None:
    seen: list[int] = []

    @handler("test.job", max_attempts=1)
    async def job(job: JobContext) -> Snooze | None:
        seen.append(job.attempt)
        return Snooze(timedelta(0), "not yet") if len(seen) < 3 else None

    (job_id,) = await write(engine, asked(workspace, max_attempts=1))
    async with running_worker(engine, [job]):
        found = await ended(engine, workspace, job_id)

    assert seen == [1, 1, 1]
    assert words(found).count("snoozed") == 2


@pytest.mark.parametrize("delay", [timedelta.max, timedelta(days=-1)])
async def test_a_snooze_of_any_length_ends_no_worker(
    engine: Engine, workspace: WorkspaceId, delay: timedelta
) -> None:
    @handler("test.job")
    async def job(job: JobContext, args: Args) -> Snooze | None:
        return Snooze(delay) if args.n == 0 and job.attempt == 1 and not again else None

    again: list[int] = []
    first, second = await write(engine, asked(workspace), asked(workspace, args=b'{"n":1}'))
    async with running_worker(engine, [job]):
        await ended(engine, workspace, second)
        await eventually(
            lambda: history(engine, workspace, first), until=lambda seen: "snoozed" in words(seen)
        )
        again.append(1)


@pytest.mark.parametrize(
    ("error", "category", "last"),
    [
        (lambda: Permanent("no", category="auth"), "auth", "failed"),
        (lambda: Permanent("no"), "internal", "failed"),
        (lambda: Retry("later"), "transient", "retrying"),
        (lambda: ValueError("odd"), "internal", "retrying"),
        (lambda: ConnectionResetError("cut"), "network", "retrying"),
        (TimeoutError, "timeout", "retrying"),
        (lambda: SystemExit(3), "internal", "retrying"),
        (asyncio.CancelledError, "internal", "retrying"),
        (lambda: ExceptionGroup("both", [ValueError("a")]), "internal", "retrying"),
    ],
    ids=[
        "permanent", "plain", "retry", "value", "connection", "timeout", "exit", "cancelled",
        "group",
    ],
)  # fmt: skip
async def test_what_a_handler_raises_decides(
    engine: Engine,
    workspace: WorkspaceId,
    error: Callable[[], BaseException],
    category: str,
    last: str,
) -> None:
    """S0-NFR1c: and the worker lives on, whatever it was."""
    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [raising(error)], with_config(slots=1)):
        found = await eventually(
            lambda: history(engine, workspace, job_id), until=lambda seen: len(seen) >= 3
        )

    assert found[2].type == last
    assert found[2].data["category"] == category


async def test_a_failing_job_is_tried_as_often_as_asked(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-NFR1c."""
    (job_id,) = await write(engine, asked(workspace, max_attempts=3))
    async with running_worker(engine, [raising(lambda: ValueError("odd"))]):
        found = await ended(engine, workspace, job_id)

    assert [event.attempt for event in found if event.type == "running"] == [1, 2, 3]
    assert words(found)[-1] == "failed"


async def test_retry_after_is_heeded(engine: Engine, workspace: WorkspaceId) -> None:
    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(
        engine, [raising(lambda: Retry("busy", after=timedelta(hours=2), category="rate_limited"))]
    ):
        found = await eventually(
            lambda: history(engine, workspace, job_id), until=lambda seen: len(seen) >= 3
        )

    assert found[2].data["delay_seconds"] == 7200
    assert await status_of(engine, workspace, job_id) == "scheduled"


@pytest.mark.parametrize("kind", ["async", "thread"])
async def test_an_attempt_is_stopped_at_its_deadline(
    engine: Engine, workspace: WorkspaceId, kind: str
) -> None:
    release = threading.Event()

    @handler("test.job", timeout="100ms", max_attempts=1)
    async def slow(job: JobContext) -> None:
        await asyncio.sleep(60)

    @handler("test.job", timeout="100ms", max_attempts=1)
    def blocking(job: JobContext) -> None:
        release.wait(20)

    await engine.kinds.declare([slow.kind])
    me = principal_of(workspace)
    made = await engine.jobs.enqueue(me, JobRequest(kind="test.job"))
    job_id = parse_job_id(made.acknowledgement.id)
    async with running_worker(engine, [slow if kind == "async" else blocking]):
        found = await ended(engine, workspace, job_id)
        release.set()

    assert found[-1].data["category"] == "timeout"


async def test_args_that_do_not_decode_fail_the_job(engine: Engine, workspace: WorkspaceId) -> None:
    @handler("test.job")
    async def job(job: JobContext, args: Args) -> None:
        raise AssertionError("never called")

    (job_id,) = await write(engine, asked(workspace, args=b'{"n":"text"}'))
    async with running_worker(engine, [job]):
        found = await ended(engine, workspace, job_id)

    assert words(found) == ["queued", "running", "failed"]
    assert found[-1].data["category"] == "validation"


@pytest.mark.parametrize(
    "value",
    [msgspec.Raw(b"{not json"), {"quality_score": 1e300, "extracted_text": "x"}],
    ids=["raw", "score"],
)
async def test_a_result_that_cannot_be_stored_fails_its_job_alone(
    engine: Engine, workspace: WorkspaceId, value: object
) -> None:
    @handler("test.job")
    async def job(job: JobContext, args: Args) -> object:
        return value if args.n == 0 else {"n": args.n}

    ids = await write(engine, *[asked(workspace, args=b'{"n":%d}' % n) for n in range(4)])
    async with running_worker(engine, [job]):
        ends = [(await ended(engine, workspace, job_id))[-1].type for job_id in ids]

    assert ends == ["failed", "completed", "completed", "completed"]


@pytest.mark.parametrize("value", [object(), {1, 2}.__iter__(), "\ud800", 2**70])
async def test_a_result_that_is_no_json_fails_the_attempt(
    engine: Engine, workspace: WorkspaceId, value: object
) -> None:
    @handler("test.job", max_attempts=1)
    async def job(job: JobContext) -> object:
        return value

    (job_id,) = await write(engine, asked(workspace, max_attempts=1))
    async with running_worker(engine, [job]):
        assert words(await ended(engine, workspace, job_id))[-1] in {"failed", "completed"}


async def test_nul_in_results_and_errors_is_stored_somehow(
    engine: Engine, workspace: WorkspaceId
) -> None:
    @handler("test.job", max_attempts=1)
    async def job(job: JobContext, args: Args) -> dict[str, str]:
        await job.progress(0.5, "half \x00 way", odd="\x00\ud800")
        if args.n:
            raise Permanent("bad \x00 \ud800 thing")
        return {"extracted_text": "a\x00b", "text": "c\x00d"}

    first, second = await write(engine, asked(workspace), asked(workspace, args=b'{"n":1}'))
    async with running_worker(engine, [job]):
        assert words(await ended(engine, workspace, first))[-1] == "completed"
        assert words(await ended(engine, workspace, second))[-1] == "failed"
    result = (await engine.results.get(principal_of(workspace), first)).result
    assert result.extracted_text == "a\ufffdb"


async def test_an_unknown_kind_is_left_alone(engine: Engine, workspace: WorkspaceId) -> None:
    """S0-FR2c."""

    @handler("test.job")
    async def job(job: JobContext) -> None:
        pass

    other, known = await write(
        engine, asked(workspace, kind=KindRef("test.other")), asked(workspace)
    )
    async with running_worker(engine, [job]):
        await ended(engine, workspace, known)

    assert words(await history(engine, workspace, other)) == ["queued"]


async def test_a_plain_function_runs_in_a_thread_with_the_same_words(
    engine: Engine, workspace: WorkspaceId
) -> None:
    @handler("test.job")
    def job(job: JobContext, args: Args) -> dict[str, object]:
        job.progress(0.5, "half")  # pyright: ignore[reportUnusedCoroutine]
        rows = job.step("rows", make_rows, 3)
        job.log("counted", rows=3)  # pyright: ignore[reportUnusedCoroutine]
        return {"rows": rows, "main": threading.current_thread() is threading.main_thread()}

    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job]):
        found = await ended(engine, workspace, job_id)

    assert set(words(found)) == {"queued", "running", "progress", "step", "log", "completed"}
    result = (await engine.results.get(principal_of(workspace), job_id)).result
    assert result.body == '{"rows":[0,1,2],"main":false}'


def make_rows(count: int) -> list[int]:
    return list(range(count))


class Row(msgspec.Struct):
    n: int


def future_row() -> "Row":
    return Row(n=5)


async def test_a_step_in_a_thread_comes_back_in_its_own_type(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """Also where annotations are text, as under `from __future__ import annotations`."""

    @handler("test.job")
    def job(job: JobContext) -> str:
        return type(job.step("row", future_row)).__name__

    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job]):
        await ended(engine, workspace, job_id)

    result = (await engine.results.get(principal_of(workspace), job_id)).result
    assert result.body == '"Row"'


async def test_a_step_is_skipped_in_the_second_attempt(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-FR4c, S1-1.4c."""
    calls: list[str] = []

    async def first() -> list[int]:
        calls.append("first")
        return [1, 2]

    def second() -> Row:
        calls.append("second")
        return Row(n=7)

    @handler("test.job", backoff="1ms")
    async def job(job: JobContext) -> list[object]:
        rows = await job.step("first", first)
        if job.attempt == 1:
            raise ValueError("once")
        row = await job.step("second", second)
        return [rows, type(row).__name__, row.n]

    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job]):
        found = await ended(engine, workspace, job_id)

    assert calls == ["first", "second"]
    assert words(found) == [
        "queued", "running", "step", "retrying", "running", "step", "completed",
    ]  # fmt: skip
    result = (await engine.results.get(principal_of(workspace), job_id)).result
    assert result.body == '[[1,2],"Row",7]'


async def test_progress_is_joined_kept_in_order_and_told_before_the_end(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-FR3a, S0-NFR2c: at most four a second; the last one always."""

    @handler("test.job")
    async def job(job: JobContext) -> None:
        for n in range(500):
            await job.progress(n / 499, f"row {n}", n=n)
        await job.progress(0.2, "back")

    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job]):
        found = await ended(engine, workspace, job_id)

    told = [event for event in found if event.type == "progress"]
    fractions = [float(str(event.data["progress"])) for event in told]
    assert 1 <= len(told) <= 5
    assert fractions == sorted(fractions)
    assert told[-1].data == {"progress": 1.0, "message": "back"}
    assert found[-2].type == "progress"


async def test_logs_are_all_kept_up_to_a_bound(engine: Engine, workspace: WorkspaceId) -> None:
    @handler("test.job")
    async def job(job: JobContext) -> None:
        for n in range(1200):
            await job.log(f"line {n}")

    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job]):
        found = await ended(engine, workspace, job_id)

    lines = [str(event.data["message"]) for event in found if event.type == "log"]
    assert lines[:3] == ["line 0", "line 1", "line 2"]
    assert len(lines) == 1000
    assert lines[-1] == "Further lines of this attempt are not kept."


async def test_no_secret_of_a_handler_reaches_the_database(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-BR5, S0-NFR3b, S0-FR6b: errors, progress, logs and snoozes, and cut at every bound."""

    @handler("test.job", max_attempts=1)
    async def job(job: JobContext, args: Args) -> Snooze:
        await job.progress(0.5, f"with {SECRET}", token=SECRET, nested=[{"a": SECRET}])
        await job.log(f"with {SECRET}", **{SECRET: SECRET})
        await job.log("x" * (2000 - args.n) + SECRET)
        if args.n % 3 == 0:
            raise ValueError(f"with {SECRET}")
        if args.n % 3 == 1:
            raise Permanent("y" * (4000 - args.n) + " " + SECRET)
        return Snooze(timedelta(hours=1), f"with {SECRET}")

    ids = await write(
        engine, *[asked(workspace, args=b'{"n":%d}' % n, max_attempts=1) for n in range(0, 42, 2)]
    )
    async with running_worker(engine, [job]):
        for job_id in ids:
            await eventually(
                lambda job_id=job_id: history(engine, workspace, job_id),
                until=lambda seen: words(seen)[-1] in {"failed", "snoozed"},
            )

    core = SECRET[10:]
    async with engine.database.system() as tx:
        for table in ("job_events", "dead_letters", "job_results", "queue_entries"):
            for row in await tx.connection.fetch(f"select t::text from {table} t"):
                for start in range(len(core) - 11):
                    assert core[start : start + 12] not in row[0]


async def test_cancel_reaches_a_running_handler_by_notification(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """The heartbeat is an hour away: only the notification can tell."""
    await _cancel_running(engine, workspace, deaf=False)


async def test_cancel_reaches_a_running_handler_by_heartbeat_alone(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """Nothing can be heard: the next renewal reads it from the row."""
    await _cancel_running(engine, workspace, deaf=True)


async def _cancel_running(engine: Engine, workspace: WorkspaceId, *, deaf: bool) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    @handler("test.job")
    async def job(job: JobContext) -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            assert job.cancelled
            stopped.set()

    async def cut() -> object:
        raise Unavailable

    services = engine.worker_services
    config = with_config(heartbeat=timedelta(hours=1), lease=timedelta(hours=9))
    if deaf:
        services = replace(services, connect_listener=cut)
        config = with_config()
    (job_id,) = await write(engine, asked(workspace))
    async with running_worker(engine, [job], config, services=services):
        async with asyncio.timeout(15):
            await started.wait()
            await engine.jobs.cancel(principal_of(workspace), job_id, "enough", Origin())
            await stopped.wait()
        found = await ended(engine, workspace, job_id)

    assert words(found) == ["queued", "running", "cancelling", "cancelled"]


async def test_a_cancel_that_a_step_finds_out_stops_the_job_and_no_other(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """One slot: whoever is told to stop by its own write must not stop the job after it."""
    told = asyncio.Event()

    async def cut() -> object:
        raise Unavailable

    @handler("test.job")
    async def job(job: JobContext, args: Args) -> str:
        if args.n == 0:
            await told.wait()
            await job.step("rows", make_rows, 1)
        return "done"

    services = replace(engine.worker_services, connect_listener=cut)
    first, second, third = await write(
        engine,
        asked(workspace),
        asked(workspace, args=b'{"n":1}'),
        asked(workspace, args=b'{"n":2}'),
    )
    config = with_config(slots=1, heartbeat=timedelta(hours=1), lease=timedelta(hours=9))
    async with running_worker(engine, [job], config, services=services):
        await eventually(
            lambda: status_of(engine, workspace, first), until=lambda s: s == "running"
        )
        await engine.jobs.cancel(principal_of(workspace), first, "", Origin())
        told.set()
        assert words(await ended(engine, workspace, first))[-1] == "cancelled"
        assert words(await ended(engine, workspace, second)) == ["queued", "running", "completed"]
        assert words(await ended(engine, workspace, third)) == ["queued", "running", "completed"]


async def test_a_handler_that_swallows_its_cancellation_spoils_nothing_for_the_next(
    engine: Engine, workspace: WorkspaceId
) -> None:
    started = asyncio.Event()

    @handler("test.job", max_attempts=1)
    async def job(job: JobContext, args: Args) -> str:
        if args.n == 0:
            started.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return "stubborn"
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_raise())
        return "never"

    first, second = await write(
        engine, asked(workspace), asked(workspace, args=b'{"n":1}', max_attempts=1)
    )
    async with running_worker(engine, [job], with_config(slots=1)):
        async with asyncio.timeout(15):
            await started.wait()
        await engine.jobs.cancel(principal_of(workspace), first, "", Origin())
        assert words(await ended(engine, workspace, first))[-1] == "completed"
        assert words(await ended(engine, workspace, second))[-1] == "failed"


async def _raise() -> None:
    raise ValueError("in a child")


async def test_a_job_that_lost_its_workers_is_ended_without_being_run(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-NFR1b: the poison job."""

    @handler("test.job")
    async def job(job: JobContext) -> None:
        raise AssertionError("never called")

    (job_id,) = await write(engine, asked(workspace, max_attempts=1))
    dead = claimant(engine, workspace)
    await dead.claim_one()
    await expire_leases(engine, workspace)
    async with running_worker(engine, [job]):
        found = await ended(engine, workspace, job_id)

    assert words(found) == ["queued", "running", "lease_lost", "failed"]
    assert found[-1].data["category"] == "poison"


async def test_a_due_job_of_a_quiet_queue_is_found_by_polling_alone(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S0-FR2a: no notification is sent for it at all."""

    @handler("test.job")
    async def job(job: JobContext) -> None:
        pass

    (job_id,) = await write(engine, asked(workspace, delay=timedelta(hours=1)))
    async with running_worker(engine, [job]):
        await make_due(engine, workspace)
        assert words(await ended(engine, workspace, job_id))[-1] == "completed"
