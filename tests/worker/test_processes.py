"""Workers as processes of their own: killed, stopped, blocked. The ledger is the witness."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from haulier.domain.ids import WorkspaceId, format_job_id
from haulier.domain.kinds import KindRef
from support.engine import Engine, principal_of
from support.held import asked, write
from support.waiting import eventually
from support.workers import ended, words

SCRIPT = Path(__file__).with_name("ledger_worker.py")
LEASE = 1.5


@contextmanager
def worker_process(engine: Engine, folder: Path) -> Generator[subprocess.Popen[bytes]]:
    """A worker of its own; whatever became of it, it is gone afterwards."""
    paths = os.pathsep.join(path for path in sys.path if path)
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), engine.url, str(folder), str(LEASE)],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(15)
        finally:
            process.kill()
            process.wait()


def ledger(folder: Path) -> list[list[str]]:
    path = folder / "ledger"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def lines(folder: Path, word: str) -> list[list[str]]:
    return [line for line in ledger(folder) if line[0] == word]


async def ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    await eventually((folder / f"ready-{process.pid}").exists, within=30)


async def test_a_killed_workers_job_is_finished_by_another(
    engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """S0-NFR1b, S0-FR4c: kill -9 in mid job; attempt + 1, one final event, one result."""
    (job_id,) = await write(engine, asked(workspace, kind=KindRef("test.slow")))
    with worker_process(engine, tmp_path) as first:
        await eventually(lambda: lines(tmp_path, "began"), within=30)
        first.kill()
        first.wait()
        with worker_process(engine, tmp_path):
            found = await ended(engine, workspace, job_id)

    assert words(found) == ["queued", "running", "lease_lost", "running", "completed"]
    assert [line[2] for line in lines(tmp_path, "began")] == ["1", "2"]
    result = (await engine.results.get(principal_of(workspace), job_id)).result
    assert result.body == '"attempt 2"'


async def test_a_worker_stopped_past_its_lease_changes_nothing_when_it_goes_on(
    engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """S0-FR2d, S0-NFR1b: SIGSTOP, another one finishes, SIGCONT."""
    (job_id,) = await write(engine, asked(workspace, kind=KindRef("test.slow")))
    with worker_process(engine, tmp_path) as first:
        await eventually(lambda: lines(tmp_path, "began"), within=30)
        first.send_signal(signal.SIGSTOP)
        with worker_process(engine, tmp_path):
            before = await ended(engine, workspace, job_id)
            (tmp_path / "go").touch()
            first.send_signal(signal.SIGCONT)
            (probe,) = await write(engine, asked(workspace))
            await ended(engine, workspace, probe)
        (second_probe,) = await write(engine, asked(workspace))
        await ended(engine, workspace, second_probe)

    assert await ended(engine, workspace, job_id) == before
    result = (await engine.results.get(principal_of(workspace), job_id)).result
    assert result.body == '"attempt 2"'


async def test_2000_jobs_over_two_workers_run_once_each(
    engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """S0-NFR1a, S1-AC2."""
    with worker_process(engine, tmp_path) as one, worker_process(engine, tmp_path) as other:
        await ready(tmp_path, one)
        await ready(tmp_path, other)
        ids = await write(engine, *[asked(workspace) for _ in range(2000)])
        await eventually(lambda: _left(engine), until=lambda count: count == 0, within=60)

    ran = lines(tmp_path, "ran")
    assert Counter(line[1] for line in ran) == Counter(map(format_job_id, ids))
    assert len({line[3] for line in ran}) == 2
    async with engine.database.system() as tx:
        finals = await tx.connection.fetchval(
            "select count(*) from job_events where type = 'completed' and attempt = 1 and seq = 3"
        )
    assert finals == 2000


async def _left(engine: Engine) -> int:
    async with engine.database.system_statement() as tx:
        return int(await tx.connection.fetchval("select count(*) from queue_entries"))


async def test_a_blocked_event_loop_keeps_its_lease(
    engine: Engine, workspace: WorkspaceId, tmp_path: Path
) -> None:
    """S1-1.6: another worker stands by, and does not take the job over."""
    (job_id,) = await write(engine, asked(workspace, kind=KindRef("test.blocking")))
    with worker_process(engine, tmp_path), worker_process(engine, tmp_path):
        found = await ended(engine, workspace, job_id)

    assert words(found) == ["queued", "running", "completed"]
    assert len(lines(tmp_path, "began")) == 1
