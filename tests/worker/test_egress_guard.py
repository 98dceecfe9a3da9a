"""The worker with its egress guard on, against a real database."""

import asyncio
import socket
import threading
import urllib.request
from collections.abc import Generator

import pytest
import uvloop
from structlog.testing import capture_logs

from haulier import JobContext, handler
from haulier.domain.events import Event
from haulier.domain.ids import JobId, WorkspaceId
from haulier.errors import ConfigurationInvalid
from haulier.handlers.base import Handler
from haulier.worker.config import WorkerConfig
from haulier.worker.egress import EgressGuard
from haulier.worker.fetchers import Fetchers
from haulier.worker.worker import Worker
from support.engine import Engine, fresh_workspace, principal_of
from support.held import asked, write


@pytest.fixture
def listener() -> Generator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def _is_reached(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


async def _run(engine: Engine, workspace_id: WorkspaceId, one: Handler) -> list[Event]:
    """Runs one job of the kind to its end; returns its events."""
    new = asked(workspace_id, kind=one.kind.ref, queue=one.kind.queue, max_attempts=1)
    (job_id,) = await write(engine, new)
    worker = Worker(
        engine.worker_services,
        {one.kind.ref: one},
        WorkerConfig(egress_guard=True, slots=2, queues=(one.kind.queue,)),
    )
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        events = await _until_final(engine, workspace_id, job_id)
        worker.stop()
    return events


async def _until_final(engine: Engine, workspace_id: WorkspaceId, job_id: JobId) -> list[Event]:
    while True:
        events = await engine.events.list_after(principal_of(workspace_id), job_id, 0, 1000)
        if events[-1].type.value in {"completed", "failed"}:
            return events
        await asyncio.sleep(0.02)


async def test_a_denied_socket_of_a_thread_handler_fails_its_job_and_is_told(
    engine: Engine, workspace: WorkspaceId, listener: socket.socket
) -> None:
    """S0-BR4, S0-FR6b."""
    port = listener.getsockname()[1]

    @handler("guard.urllib", queue="guard.urllib")
    def ask(_job: JobContext) -> None:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/secret-path")

    with capture_logs() as lines:
        events = await _run(engine, workspace, ask)

    log, failed = events[-2:]
    assert log.type.value == "log"
    assert log.data["message"] == "egress denied"
    assert (log.data["operation"], log.data["reason"]) == ("look_up", "loopback")
    assert failed.type.value == "failed"
    assert failed.data["category"] == "egress_denied"
    assert {"event": "egress.denied", "log_level": "warning"}.items() <= next(
        line.items() for line in lines if line["event"] == "egress.denied"
    )
    assert "secret-path" not in str(log.data)
    assert not _is_reached(listener)


async def test_a_denied_stream_of_an_async_handler_fails_its_job(
    engine: Engine, workspace: WorkspaceId, listener: socket.socket
) -> None:
    """S0-BR4."""

    @handler("guard.streams", queue="guard.streams")
    async def ask(_job: JobContext) -> None:
        await asyncio.open_connection(*listener.getsockname())

    events = await _run(engine, workspace, ask)

    assert [event.type.value for event in events] == ["queued", "running", "log", "failed"]
    assert events[-1].data["category"] == "egress_denied"
    assert not _is_reached(listener)


async def test_a_thread_that_a_handler_started_does_not_get_out(
    engine: Engine, workspace: WorkspaceId, listener: socket.socket
) -> None:
    """S0-BR4."""
    caught: list[OSError] = []

    def get_out() -> None:
        try:
            socket.create_connection(listener.getsockname())
        except OSError as error:
            caught.append(error)

    @handler("guard.threads", queue="guard.threads")
    def ask(_job: JobContext) -> None:
        thread = threading.Thread(target=get_out)
        thread.start()
        thread.join()

    events = await _run(engine, workspace, ask)

    assert events[-1].type.value == "completed"
    assert len(caught) == 1
    assert not _is_reached(listener)


async def test_what_the_workspace_opened_can_be_reached(
    engine: Engine, listener: socket.socket
) -> None:
    """S0-NFR3a."""
    workspace_id = fresh_workspace()
    port = listener.getsockname()[1]
    await engine.workspaces.create(workspace_id, "opened")
    await engine.workspaces.set_fetch_policy(
        workspace_id, {"allow": ["127.0.0.1/32"], "ports": [port]}
    )

    @handler("guard.opened", queue="guard.opened")
    def ask(_job: JobContext) -> None:
        socket.create_connection(("127.0.0.1", port)).close()

    events = await _run(engine, workspace_id, ask)

    assert [event.type.value for event in events] == ["queued", "running", "completed"]
    assert _is_reached(listener)


async def test_the_job_s_own_words_to_the_database_pass_the_guard(
    engine: Engine, workspace: WorkspaceId
) -> None:
    @handler("guard.words", queue="guard.words")
    async def work(job: JobContext) -> int:
        await job.progress(0.5, "half")
        await job.log("a line")
        # A pool without a connection left would open one from within the handler.
        await engine.database._system.expire_connections()
        return await job.step("three", lambda: 3)

    events = await _run(engine, workspace, work)

    assert events[-1].type.value == "completed"
    assert "log" in {event.type.value for event in events}


async def test_a_flood_of_denials_is_told_a_few_times_only(
    engine: Engine, workspace: WorkspaceId
) -> None:
    @handler("guard.flood", queue="guard.flood")
    def ask(_job: JobContext) -> None:
        for _ in range(100):
            try:
                socket.create_connection(("10.0.0.1", 80))
            except OSError:
                continue

    events = await _run(engine, workspace, ask)

    assert sum(event.type.value == "log" for event in events) == 20
    assert events[-1].type.value == "completed"


async def test_a_loop_that_opens_sockets_past_the_guard_is_refused(engine: Engine) -> None:
    async def watch() -> None:
        with EgressGuard(Fetchers(engine.policies, None)).watching():
            raise AssertionError

    def on_uvloop() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(watch())

    with pytest.raises(ConfigurationInvalid, match="event loop"):
        await asyncio.to_thread(on_uvloop)
