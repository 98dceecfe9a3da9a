"""Threads of handlers that do not stop."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from haulier import handler
from haulier.domain.ids import WorkspaceId
from haulier.worker.threads import HandlerThreads
from haulier.worker.worker import Worker
from support.engine import Engine
from support.held import asked, write
from support.waiting import eventually
from support.workers import ended, with_config


async def cancelled(threads: HandlerThreads, release: threading.Event) -> None:
    """An attempt that waits for the event, cancelled once it runs."""
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        loop.call_soon_threadsafe(begun.set)
        release.wait()

    async with asyncio.TaskGroup() as tasks:
        attempt = tasks.create_task(threads.run(wait))
        await begun.wait()
        attempt.cancel()


async def test_threads_that_go_on_are_counted_until_they_end() -> None:
    """S2-H12."""
    spent: list[bool] = []
    threads = HandlerThreads(1, lambda: spent.append(True))
    release = threading.Event()

    await cancelled(threads, release)
    assert (threads.written_off, spent) == (1, [])
    await cancelled(threads, release)
    await cancelled(threads, release)
    assert (threads.written_off, spent) == (3, [True])

    assert await threads.run(lambda: "still works") == "still works"
    release.set()
    await eventually(lambda: threads.written_off == 0)


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3)])
async def test_what_the_function_raises_is_raised(error: BaseException) -> None:
    threads = HandlerThreads(1, lambda: None)

    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        await threads.run(fail)
    assert caught.value is error


async def test_stop_iteration_does_not_hang_the_attempt() -> None:
    threads = HandlerThreads(1, lambda: None)

    with pytest.raises(RuntimeError, match="StopIteration"):
        await threads.run(lambda: next(iter(())))


async def test_a_worker_with_too_many_lost_threads_goes_on_and_then_stops(
    engine: Engine, workspace: WorkspaceId
) -> None:
    """S2-H12: one slot; the second thread that never ends is one too many."""
    release = threading.Event()

    @handler("test.job", timeout="100ms", max_attempts=1)
    def stuck(_job: object) -> None:
        release.wait()

    worker = Worker(engine.worker_services, {stuck.kind.ref: stuck}, with_config(slots=1))
    one = replace(asked(workspace, max_attempts=1), timeout=timedelta(milliseconds=100))
    jobs = await write(engine, one, one)

    try:
        async with asyncio.timeout(60):
            await worker.run()
    finally:
        release.set()

    assert worker.is_spent
    for job in jobs:
        assert (await ended(engine, workspace, job))[-1].data["category"] == "timeout"
