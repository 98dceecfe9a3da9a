"""Handlers in processes of their own, through a whole worker: real processes, real signals."""

import asyncio
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from haulier.domain.access import Origin
from haulier.domain.events import Event
from haulier.domain.ids import JobId, WorkspaceId
from haulier.errors import ConfigurationInvalid
from haulier.handlers.base import Handler, handler
from haulier.store import events
from haulier.worker.config import WorkerConfig
from haulier.worker.isolation.attempt import modules_of
from haulier.worker.worker import Worker
from support.engine import Engine, open_engine, principal_of
from support.held import asked, write
from support.postgres import Database
from support.waiting import eventually
from worker import isolated_jobs

HANDLERS = {
    value.kind.ref: value for value in vars(isolated_jobs).values() if isinstance(value, Handler)
}
CONFIG = WorkerConfig(
    slots=4,
    heartbeat=timedelta(seconds=0.2),
    poll=timedelta(seconds=0.1),
    shutdown_grace=timedelta(seconds=0.1),
)
SECRET = "hlr_" + "s3cr3t" * 6


@contextlib.asynccontextmanager
async def running(engine: Engine) -> AsyncGenerator[Worker]:
    worker = Worker(engine.worker_services, HANDLERS, CONFIG)
    ready = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(worker.run(ready.set))
        await ready.wait()
        try:
            yield worker
        finally:
            worker.stop()
            async with asyncio.timeout(20):
                await asyncio.wait([run])


@pytest.fixture(scope="module")
async def busy_engine(
    module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Engine]:
    """One worker for all tests of this module, started with a secret in its environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAULIER_DATABASE_URL", SECRET)
        patch.setenv("SHOP_API_KEY", SECRET)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        async with (
            open_engine(module_database.url, tmp_path_factory.mktemp("blobs")) as engine,
            running(engine),
        ):
            yield engine


async def ask(
    engine: Engine, workspace: WorkspaceId, job_handler: Handler, *, mark: object = "", n: int = 0
) -> JobId:
    new = asked(
        workspace,
        kind=job_handler.kind.ref,
        args=msgspec.json.encode({"mark": str(mark), "n": n}),
        max_attempts=job_handler.kind.retry.max_attempts,
    )
    (job,) = await write(engine, replace(new, timeout=job_handler.kind.timeout))
    return job


async def history(engine: Engine, workspace: WorkspaceId, job: JobId) -> list[Event]:
    async with engine.database.system_statement() as tx:
        return await events.list_after(tx, workspace, job, 0, 1000)


async def ended(engine: Engine, workspace: WorkspaceId, job: JobId) -> list[Event]:
    return await eventually(
        lambda: history(engine, workspace, job),
        until=lambda seen: seen and seen[-1].type.is_final,
    )


async def last(
    engine: Engine, workspace: WorkspaceId, job_handler: Handler, *, mark: object = "", n: int = 0
) -> tuple[str, dict[str, object]]:
    """The word and the data of the last event of such a job."""
    job = await ask(engine, workspace, job_handler, mark=mark, n=n)
    event = (await ended(engine, workspace, job))[-1]
    return event.type.value, dict(event.data)


async def result_of(engine: Engine, workspace: WorkspaceId, job: JobId) -> bytes:
    found = await engine.results.get(principal_of(workspace), job)
    if found.chunks is not None:
        return b"".join([chunk async for chunk in found.chunks])
    return (found.result.body or "null").encode()


def is_alive(pid: int) -> bool:
    """Runs: neither gone nor a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def text_of(path: Path) -> str:
    return path.read_text()


async def marked(mark: Path) -> int:
    """The process id that the handler wrote."""
    text = await eventually(lambda: mark.read_text() if mark.exists() else "")
    return int(text)


async def test_a_process_has_no_secret_and_no_database(
    busy_engine: Engine, workspace: WorkspaceId
) -> None:
    """S2-H12: what the worker knows stays with the worker."""
    job = await ask(busy_engine, workspace, isolated_jobs.fine)

    seen = (await ended(busy_engine, workspace, job))[-1]
    found = msgspec.json.decode(
        await result_of(busy_engine, workspace, job), type=isolated_jobs.Seen
    )

    assert seen.type.value == "completed"
    assert found.pid != os.getpid()
    assert not is_alive(found.pid)
    assert (found.attempt, found.workspace_id) == (1, workspace)
    assert SECRET not in found.initial
    assert not [name for name in found.environment if name.startswith(("HAULIER", "SHOP"))]
    assert SECRET not in found.environment.values()
    assert "PATH" in found.environment
    assert not {"asyncpg", "haulier.store", "haulier.services"} & set(found.modules)


async def test_a_busy_loop_is_ended_at_its_deadline(
    busy_engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """S2-H12: the code stops, not only the waiting for it."""
    word, data = await last(busy_engine, workspace, isolated_jobs.busy, mark=tmp_path / "pid")

    assert (word, data["category"], data["error_type"]) == ("failed", "timeout", "Timeout")
    assert not is_alive(await marked(tmp_path / "pid"))


async def test_cancel_ends_code_that_ignores_sigterm(
    busy_engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """S2-H8, S2-H12: asked first, killed then."""
    job = await ask(busy_engine, workspace, isolated_jobs.deaf, mark=tmp_path / "pid")
    pid = await marked(tmp_path / "pid")

    await busy_engine.jobs.cancel(principal_of(workspace), job, "", Origin())

    assert (await ended(busy_engine, workspace, job))[-1].type.value == "cancelled"
    assert not is_alive(pid)


async def test_cancel_lets_a_handler_tidy_up(
    busy_engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """S2-H8."""
    mark = tmp_path / "pid"
    job = await ask(busy_engine, workspace, isolated_jobs.tidy, mark=mark)
    pid = await marked(mark)

    await busy_engine.jobs.cancel(principal_of(workspace), job, "", Origin())

    assert (await ended(busy_engine, workspace, job))[-1].type.value == "cancelled"
    assert mark.read_text() == "tidied, cancelled=True"
    assert not is_alive(pid)


async def test_memory_is_capped(busy_engine: Engine, workspace: WorkspaceId) -> None:
    """S2-H12: MemoryError in the process, a failed job, and trying again would not help."""
    word, data = await last(busy_engine, workspace, isolated_jobs.hog, n=500)
    within, _ = await last(busy_engine, workspace, isolated_jobs.hog, n=16)

    assert (word, data["category"], data["error_type"]) == (
        "failed",
        "limit_exceeded",
        "MemoryError",
    )
    assert within == "completed"


async def test_a_segfault_costs_its_attempts_and_then_is_poison(
    busy_engine: Engine, workspace: WorkspaceId
) -> None:
    job = await ask(busy_engine, workspace, isolated_jobs.segfault)

    seen = await ended(busy_engine, workspace, job)

    ends = [
        (event.type.value, event.data["category"]) for event in seen if "category" in event.data
    ]
    assert ends == [("retrying", "internal"), ("failed", "poison")]
    assert "SIGSEGV" in str(seen[-1].data["error"])


@pytest.mark.parametrize(
    ("job_handler", "n", "says"),
    [
        (isolated_jobs.abort, 0, "SIGABRT"),
        (isolated_jobs.leave, 0, "exit status 0"),
        (isolated_jobs.leave, 3, "exit status 3"),
        (isolated_jobs.system_exit, 0, "SystemExit"),
        (isolated_jobs.closed, 0, ""),
        (isolated_jobs.garbage, 1, ""),
        (isolated_jobs.garbage, 100, ""),
    ],
)
async def test_a_process_that_dies_takes_nobody_along(
    busy_engine: Engine,
    workspace: WorkspaceId,
    tmp_path: Path,
    job_handler: Handler,
    n: int,
    says: str,
) -> None:
    """However it dies, the jobs beside it go on in their first attempt, and the next ones run."""
    beside = await ask(busy_engine, workspace, isolated_jobs.tidy, mark=tmp_path / "pid")
    pid = await marked(tmp_path / "pid")

    word, data = await last(busy_engine, workspace, job_handler, n=n)
    after, _ = await last(busy_engine, workspace, isolated_jobs.fine)

    assert (word, data["category"], data["error_type"]) == ("failed", "poison", "ProcessDied")
    assert says in str(data["error"])
    assert after == "completed"
    assert is_alive(pid)
    await busy_engine.jobs.cancel(principal_of(workspace), beside, "", Origin())
    assert (await ended(busy_engine, workspace, beside))[-1].attempt == 1


@pytest.mark.parametrize("waits", [0, 1])
async def test_what_a_handler_started_goes_with_it(
    busy_engine: Engine, workspace: WorkspaceId, tmp_path: Path, waits: int
) -> None:
    job = await ask(busy_engine, workspace, isolated_jobs.parent, mark=tmp_path / "pid", n=waits)
    pid = await marked(tmp_path / "pid")
    if waits:
        await busy_engine.jobs.cancel(principal_of(workspace), job, "", Origin())

    word = (await ended(busy_engine, workspace, job))[-1].type.value

    assert word == ("cancelled" if waits else "completed")
    assert not is_alive(pid)


async def test_progress_lines_and_steps_come_from_the_process(
    busy_engine: Engine, workspace: WorkspaceId
) -> None:
    job = await ask(busy_engine, workspace, isolated_jobs.talk, n=4)

    seen = await ended(busy_engine, workspace, job)

    assert await result_of(busy_engine, workspace, job) == b"[40,50]"
    assert [event.type.value for event in seen if event.attempt == 1][-1] == "retrying"
    (first, *_) = [event.data for event in seen if event.type.value == "progress"]
    assert (first["progress"], first["message"], first["rows"]) == (0.25, "begun", 3)
    lines = [event.data for event in seen if event.type.value == "log"]
    assert [(line["message"], line["attempt"]) for line in lines] == [
        ("between", 1),
        ("between", 2),
    ]
    assert text_of(Path(os.environ["HOME"], "steps")) == "4\n5\n"


@pytest.mark.parametrize(
    ("job_handler", "n", "category", "says"),
    [
        (isolated_jobs.raises, 0, "not_found", "no such customer"),
        (isolated_jobs.odd, 0, "internal", "odd"),
        (isolated_jobs.unstorable, 0, "internal", "lock"),
        (isolated_jobs.large, 65 << 20, "limit_exceeded", "too long"),
    ],
)
async def test_what_a_handler_raises_or_cannot_return_fails_the_job(
    busy_engine: Engine,
    workspace: WorkspaceId,
    job_handler: Handler,
    n: int,
    category: str,
    says: str,
) -> None:
    word, data = await last(busy_engine, workspace, job_handler, n=n)

    assert (word, data["category"]) == ("failed", category)
    assert says in str(data["error"])


async def test_a_step_that_raises_raises_its_own_exception(
    busy_engine: Engine, workspace: WorkspaceId
) -> None:
    job = await ask(busy_engine, workspace, isolated_jobs.broken_step)

    await ended(busy_engine, workspace, job)

    assert await result_of(busy_engine, workspace, job) == b'"caught division by zero"'


async def test_a_large_result_arrives_whole(busy_engine: Engine, workspace: WorkspaceId) -> None:
    job = await ask(busy_engine, workspace, isolated_jobs.large, n=5 << 20)

    await ended(busy_engine, workspace, job)

    assert len(await result_of(busy_engine, workspace, job)) == (5 << 20) + 2


async def test_a_refused_fetch_is_refused_in_the_process(
    busy_engine: Engine, workspace: WorkspaceId
) -> None:
    """The worker's policy decides; the category is that of the refusal."""
    word, data = await last(busy_engine, workspace, isolated_jobs.fetch, mark="http://127.0.0.1:1/")

    assert (word, data["category"], data["error_type"]) == ("failed", "egress_denied", "Refused")


async def test_args_that_do_not_fit_fail_in_the_process(
    busy_engine: Engine, workspace: WorkspaceId
) -> None:
    new = asked(workspace, kind=isolated_jobs.fine.kind.ref, args=b'{"n": "four"}')
    (job,) = await write(busy_engine, new)

    seen = await ended(busy_engine, workspace, job)

    assert seen[-1].data["category"] == "validation"


async def test_a_snooze_comes_back_uncharged(busy_engine: Engine, workspace: WorkspaceId) -> None:
    job = await ask(busy_engine, workspace, isolated_jobs.snooze)

    seen = await eventually(
        lambda: history(busy_engine, workspace, job),
        until=lambda found: found[-1].type.value == "snoozed",
    )

    assert seen[-1].data["reason"] == "not yet"


async def test_a_worker_that_stops_hands_back_uncharged_and_leaves_no_process(
    database: Database, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """S2-H8: within the grace and a second, though the handler ignores SIGTERM."""
    async with open_engine(database.url, tmp_path / "blobs") as engine:
        before = descendants()
        async with running(engine) as worker:
            job = await ask(engine, workspace, isolated_jobs.deaf, mark=tmp_path / "pid")
            pid = await marked(tmp_path / "pid")
            forkers = descendants() - before
            loop = asyncio.get_running_loop()
            began = loop.time()
            worker.stop()
            seen = await eventually(
                lambda: history(engine, workspace, job),
                until=lambda found: found[-1].type.value == "interrupted",
            )
            took = loop.time() - began

        assert not is_alive(pid)
        assert forkers
        assert not [one for one in forkers if is_alive(one)]
        assert seen[-1].attempt in {0, 1}
        assert took < CONFIG.shutdown_grace.total_seconds() + 5
        async with engine.database.system_statement() as tx:
            left = await tx.connection.fetchval("select attempt from queue_entries")
        assert left == 0


def descendants() -> set[int]:
    return {
        int(pid)
        for thread in Path("/proc/self/task").iterdir()
        for pid in (thread / "children").read_text().split()
    }


async def forked_by(engine: Engine, workspace: WorkspaceId, mark: Path) -> tuple[int, int, JobId]:
    """The forker, a child of it that runs, and the child's job."""
    job = await ask(engine, workspace, isolated_jobs.tidy, mark=mark)
    pid = await marked(mark)
    return parent_of(pid), pid, job


async def test_a_lost_forker_fails_what_it_ran_and_is_replaced(
    busy_engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    forker, pid, job = await forked_by(busy_engine, workspace, tmp_path / "pid")

    os.kill(forker, signal.SIGKILL)

    seen = await eventually(
        lambda: history(busy_engine, workspace, job),
        until=lambda found: found[-1].type.value == "retrying",
    )
    assert seen[-1].data["error_type"] == "ProcessDied"
    await eventually(lambda: not is_alive(pid))
    assert (await last(busy_engine, workspace, isolated_jobs.fine))[0] == "completed"


async def test_a_signal_meant_for_the_worker_stops_no_attempt(
    busy_engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """A service manager may send SIGTERM to every process: jobs are the worker's to stop."""
    forker, pid, job = await forked_by(busy_engine, workspace, tmp_path / "pid")

    for one in (forker, pid):
        os.kill(one, signal.SIGTERM)
        os.kill(one, signal.SIGINT)
    after, _ = await last(busy_engine, workspace, isolated_jobs.fine)

    assert after == "completed"
    assert is_alive(pid)
    await busy_engine.jobs.cancel(principal_of(workspace), job, "", Origin())
    assert (await ended(busy_engine, workspace, job))[-1].attempt == 1


def test_a_killed_worker_leaves_no_process() -> None:
    """Its handlers and what they started are gone with it, however it went."""
    script = (
        "import asyncio, json, os, socket, sys\n"
        "sys.path[:] = json.loads(sys.argv[1])\n"
        "from haulier.worker.isolation.children import Children\n"
        "async def main():\n"
        "    ours, theirs = socket.socketpair()\n"
        "    children = Children([])\n"
        "    child = await children.fork(theirs)\n"
        "    print(child.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", script, json.dumps(sys.path)], stdout=subprocess.PIPE
    )
    with worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        assert is_alive(pid)
        watch = os.pidfd_open(pid)
        worker.kill()

    assert select.select([watch], [], [], 15) == ([watch], [], [])
    os.close(watch)


def _job(job: object, args: isolated_jobs.Args) -> None:
    """Of the kinds declared below."""


async def _async_job(job: object, args: isolated_jobs.Args) -> None:
    """Of the kinds declared below."""


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (_async_job, {"executor": "process"}),
        (_job, {"executor": "async"}),
        (_job, {"executor": "fork"}),
        (_job, {"memory": "64MB"}),
        (_job, {"executor": "thread", "memory": "64MB"}),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(
    function: Callable[..., object], options: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationInvalid):
        handler("isolated.odd", **options)(function)  # pyright: ignore[reportArgumentType]


def test_a_handler_that_no_child_would_find_is_refused_at_the_start() -> None:
    hidden = handler("isolated.hidden", executor="process")(_job)

    with pytest.raises(ConfigurationInvalid, match=r"isolated\.hidden@1"):
        modules_of([isolated_jobs.fine, hidden])


def test_only_handlers_of_processes_are_loaded_ahead() -> None:
    handlers = [isolated_jobs.fine, isolated_jobs.hog, isolated_jobs.neighbour]

    assert modules_of(handlers) == ["worker.isolated_jobs"]
    assert modules_of([isolated_jobs.neighbour]) == []
    assert isolated_jobs.hog.memory_bytes == 64 << 20
