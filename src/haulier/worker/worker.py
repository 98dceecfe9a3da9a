"""One worker: all its parts, from start to a clean end."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from uuid import UUID

import structlog

from haulier import __version__
from haulier.dispatch.listener import Connect, listen
from haulier.domain.kinds import KindRef
from haulier.errors import Unavailable
from haulier.handlers.base import Handler
from haulier.services.attempts import Attempts, WorkerFacts
from haulier.services.fetch_policies import FetchPolicies
from haulier.services.kinds import KindCatalogue
from haulier.services.leases import Leases
from haulier.services.maintenance import Maintenance
from haulier.services.results import Results
from haulier.worker.claimer import Claimer
from haulier.worker.config import WorkerConfig
from haulier.worker.egress import EgressGuard
from haulier.worker.executor import Executor
from haulier.worker.fetchers import Fetchers
from haulier.worker.isolation.attempt import modules_of
from haulier.worker.isolation.children import Children
from haulier.worker.leases import LeaseKeeper
from haulier.worker.loops import every
from haulier.worker.recorder import Recorder
from haulier.worker.running import Holdings, Interruption
from haulier.worker.slots import Slots
from haulier.worker.threads import HandlerThreads

_log = structlog.stdlib.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerServices:
    """What a worker needs of the floors below."""

    attempts: Attempts
    leases: Leases
    results: Results
    kinds: KindCatalogue
    policies: FetchPolicies
    maintenance: Maintenance
    connect_listener: Connect


class Worker:
    """Claims and runs jobs of the given kinds. `run` does everything."""

    def __init__(
        self, services: WorkerServices, handlers: Mapping[KindRef, Handler], config: WorkerConfig
    ) -> None:
        # Random per process start, so that nobody mistakes a new process for a dead one.
        self.id = UUID(bytes=secrets.token_bytes(16), version=4)
        self._services = services
        self._handlers = handlers
        self._config = config
        self._holdings = Holdings()
        self._stop = asyncio.Event()
        self.is_spent = False
        """It stopped because too many of its threads never end: start a new process."""
        queues = {handler.kind.queue for handler in handlers.values()}
        self._queues = config.queues or tuple(sorted(queues))
        self._claimer = Claimer(
            services.attempts,
            self._holdings,
            {ref: handler.kind.retry for ref, handler in handlers.items()},
            self._queues,
            self.id,
            config,
        )

    def stop(self) -> None:
        """Takes no new job, lets running ones finish within the grace, hands back the rest.

        A second call hands them back at once.
        """
        if self._stop.is_set():
            self._interrupt_all()
        self._stop.set()

    async def run(self, on_ready: Callable[[], None] | None = None) -> None:
        """Works until `stop` was called and everything held is written down."""
        services, config = self._services, self._config
        await services.kinds.declare([handler.kind for handler in self._handlers.values()])
        await services.attempts.register(self._facts())
        keeper = LeaseKeeper(services.leases, self._holdings, self.id, config)
        recorder = Recorder(services.attempts)
        fetchers = Fetchers(services.policies, config.trust_file)
        threads = HandlerThreads(config.slots, self._recycle)
        egress = EgressGuard(fetchers) if config.egress_guard else None
        children = Children(modules_of(self._handlers.values()))
        executor = Executor(self._handlers, services.results, threads, children, egress)
        slots = Slots(self._claimer, executor, services.attempts, recorder, fetchers)
        _log.info("worker.started", worker_id=str(self.id), queues=list(self._queues))
        try:
            async with (
                _watched(egress),
                keeper.running(),
                children.running(),
                _cancelled_at_end() as background,
            ):
                background(listen(services.connect_listener, self._claimer.hear))
                background(every(config.maintenance, services.maintenance.run_once, "maintenance"))
                background(recorder.run())
                for _ in range(config.slots):
                    background(slots.run())
                background(self._wait_for_stop())
                if on_ready is not None:
                    on_ready()
                await self._claimer.run()
        finally:
            await fetchers.aclose()
        await self._leave()

    def _recycle(self) -> None:
        """Too many threads never end: a new process has none of them."""
        self.is_spent = True
        _log.error("worker.recycled", worker_id=str(self.id), slots=self._config.slots)
        self._stop.set()

    async def _wait_for_stop(self) -> None:
        await self._stop.wait()
        _log.info("worker.stopping", running=len(self._holdings.by_key))
        self._claimer.stop()
        await asyncio.sleep(self._config.shutdown_grace.total_seconds())
        self._interrupt_all()

    def _interrupt_all(self) -> None:
        self._claimer.give_up()
        for job in list(self._holdings.by_key.values()):
            job.interrupt(Interruption.STOPPING)

    async def _leave(self) -> None:
        try:
            await self._services.attempts.leave(self.id)
        except Unavailable:
            _log.info("worker.left_unsaid", worker_id=str(self.id))
        _log.info("worker.stopped", worker_id=str(self.id))

    def _facts(self) -> WorkerFacts:
        return WorkerFacts(
            id=self.id,
            hostname=socket.gethostname(),
            pid=os.getpid(),
            queues=self._queues,
            kinds=tuple(self._handlers),
            slots=self._config.slots,
            version=__version__,
        )


@asynccontextmanager
async def _watched(egress: EgressGuard | None) -> AsyncGenerator[None]:
    with nullcontext() if egress is None else egress.watching():
        yield


@asynccontextmanager
async def _cancelled_at_end() -> AsyncGenerator[Callable[[Coroutine[None, None, None]], None]]:
    """A task group whose tasks serve the block and end with it."""
    started: list[asyncio.Task[None]] = []

    async with asyncio.TaskGroup() as tasks:

        def start(work: Coroutine[None, None, None]) -> None:
            started.append(tasks.create_task(work))

        try:
            yield start
        finally:
            for task in started:
                task.cancel()
