"""One worker process for tests that kill it: `ledger_worker.py URL FOLDER LEASE_SECONDS`.

Its handler writes what it does to a ledger outside the product, one line per call, appended.
"""

import asyncio
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from haulier import JobContext, handler
from haulier.worker.config import WorkerConfig
from haulier.worker.worker import Worker
from support.engine import open_engine
from support.waiting import eventually

FOLDER = Path(sys.argv[2])


def note(word: str, job: JobContext) -> None:
    """One line, in one write: no two processes mix theirs."""
    line = f"{word} {job.job_id} {job.attempt} {os.getpid()}\n".encode()
    ledger = os.open(FOLDER / "ledger", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(ledger, line)
    finally:
        os.close(ledger)


@handler("test.job", backoff="1ms")
async def quick(job: JobContext) -> None:
    """Writes its line and ends."""
    note("ran", job)


@handler("test.slow", backoff="1ms")
async def slow(job: JobContext) -> str:
    """The first process that comes waits to be killed or stopped; later ones end at once."""
    note("began", job)
    if job.attempt == 1:
        await eventually((FOLDER / "go").exists, within=600)
    note("ended", job)
    return f"attempt {job.attempt}"


@handler("test.blocking", backoff="1ms")
async def blocking(job: JobContext) -> None:
    """Blocks the loop for two leases."""
    note("began", job)
    time.sleep(2 * float(sys.argv[3]))  # noqa: ASYNC251 - the point
    note("ended", job)


async def main(url: str, lease: float) -> None:
    """Works until SIGTERM."""
    config = WorkerConfig(
        slots=8,
        lease=timedelta(seconds=lease),
        heartbeat=timedelta(seconds=lease / 5),
        poll=timedelta(seconds=0.1),
        shutdown_grace=timedelta(seconds=1),
    )
    async with open_engine(url, FOLDER / "blobs") as engine:
        handlers = {one.kind.ref: one for one in (quick, slow, blocking)}
        worker = Worker(engine.worker_services, handlers, config)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        await worker.run((FOLDER / f"ready-{os.getpid()}").touch)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[3])))
