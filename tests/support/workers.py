"""A worker in this process, for the length of a block."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from haulier.domain.events import Event
from haulier.domain.ids import JobId, WorkspaceId
from haulier.handlers.base import Handler
from haulier.store import events, jobs
from haulier.worker.config import WorkerConfig
from haulier.worker.worker import Worker, WorkerServices
from support.engine import Engine
from support.waiting import eventually

CONFIG = WorkerConfig(
    slots=4,
    lease=timedelta(seconds=20),
    heartbeat=timedelta(seconds=0.2),
    poll=timedelta(seconds=0.1),
    shutdown_grace=timedelta(seconds=0.2),
)


@asynccontextmanager
async def running_worker(
    engine: Engine,
    handlers: Iterable[Handler],
    config: WorkerConfig = CONFIG,
    *,
    services: WorkerServices | None = None,
) -> AsyncGenerator[Worker]:
    """Works while the block runs, then stops it cleanly, within a deadline."""
    known = {handler.kind.ref: handler for handler in handlers}
    worker = Worker(services or engine.worker_services, known, config)
    ready = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        run = tasks.create_task(worker.run(ready.set))
        await ready.wait()
        try:
            yield worker
        finally:
            worker.stop()
            if not run.done():
                async with asyncio.timeout(20):
                    await asyncio.wait([run])


def with_config(**fields: object) -> WorkerConfig:
    """The tests' configuration with other values."""
    return replace(CONFIG, **fields)


async def history(engine: Engine, workspace_id: WorkspaceId, job_id: JobId) -> list[Event]:
    """The job's events."""
    async with engine.database.system_statement() as tx:
        return await events.list_after(tx, workspace_id, job_id, 0, 10_000)


async def ended(engine: Engine, workspace_id: WorkspaceId, job_id: JobId) -> list[Event]:
    """The job's events once it has ended: numbered without gap, one final event, the last."""
    found = await eventually(
        lambda: history(engine, workspace_id, job_id),
        until=lambda seen: seen and seen[-1].type.is_final,
    )
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    assert [event.type.is_final for event in found].count(True) == 1
    return found


async def status_of(engine: Engine, workspace_id: WorkspaceId, job_id: JobId) -> str:
    """Where the job stands."""
    async with engine.database.system_statement() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
    assert job is not None
    return job.status


def words(found: Iterable[Event]) -> list[str]:
    """The types of the events."""
    return [event.type.value for event in found]
