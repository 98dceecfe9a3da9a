"""The lease keeper: renews from a thread, a loop and a connection of its own.

A blocked event loop or an exhausted pool is therefore not taken for death; a worker that cannot
renew stops its jobs by its own clock before anybody else may claim them.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import copy_context
from uuid import UUID

import structlog

from haulier.redact import redact_exception
from haulier.services.attempts import Held, Hold, Key
from haulier.services.leases import LeaseConnection, Leases
from haulier.worker.config import WorkerConfig
from haulier.worker.running import Holdings, Interruption

_log = structlog.stdlib.get_logger()


class LeaseKeeper:
    """Renews all leases of one worker. `running()` starts and ends its thread."""

    def __init__(
        self, leases: Leases, holdings: Holdings, worker_id: UUID, config: WorkerConfig
    ) -> None:
        self._leases = leases
        self._holdings = holdings
        self._worker_id = worker_id
        self._config = config
        self._stop = threading.Event()
        self._tell: Callable[[Sequence[Hold], Mapping[Key, Held] | None], None] = self._ignore

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keeps leases while the block runs."""
        main = asyncio.get_running_loop()

        def tell(asked: Sequence[Hold], held: Mapping[Key, Held] | None) -> None:
            with contextlib.suppress(RuntimeError):  # the main loop has ended
                main.call_soon_threadsafe(self._apply, asked, held)

        self._tell = tell
        # The context marks the thread as the worker's own, to the egress guard.
        thread = threading.Thread(
            target=copy_context().run,
            args=(lambda: asyncio.run(self._keep()),),
            name="lease-keeper",
            daemon=True,
        )
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            await asyncio.to_thread(thread.join, 5.0)

    async def _keep(self) -> None:
        renewed_at = time.monotonic()
        while not self._stop.is_set():
            try:
                async with self._leases.connect() as connection:
                    while not self._stop.is_set():
                        renewed_at = await self._renew(connection)
                        await self._pause(self._config.heartbeat.total_seconds())
            except Exception as error:  # noqa: BLE001 - losing the database is what this is for
                _log.warning("lease.renew_failed", error=redact_exception(error))
                self._fence(renewed_at)
                await self._pause(min(1.0, self._config.heartbeat.total_seconds()))

    async def _renew(self, connection: LeaseConnection) -> float:
        """Renews once; returns when the renewal was asked for, the safe side of its start."""
        asked_at = time.monotonic()
        holds = self._holdings.holds()
        async with asyncio.timeout(self._config.lease.total_seconds() / 3):
            held = await connection.renew(self._worker_id, holds, self._config.lease)
        self._tell(holds, held)
        return asked_at

    def _fence(self, renewed_at: float) -> None:
        """Gives everything up when the leases are about to end by our own clock."""
        left = self._config.lease.total_seconds() - (time.monotonic() - renewed_at)
        if left < self._config.heartbeat.total_seconds() / 2:
            self._tell(self._holdings.holds(), None)

    async def _pause(self, seconds: float) -> None:
        await asyncio.to_thread(self._stop.wait, seconds)

    def _apply(self, asked: Sequence[Hold], held: Mapping[Key, Held] | None) -> None:
        """On the worker's loop: what the renewal told."""
        for hold in asked:
            job = self._holdings.by_key.get(hold.key)
            if job is None or job.hold.lease_token != hold.lease_token:
                continue
            answer = None if held is None else held.get(hold.key)
            if answer is None:
                job.interrupt(Interruption.LOST)
            else:
                job.heard(answer)

    @staticmethod
    def _ignore(_asked: Sequence[Hold], _held: Mapping[Key, Held] | None) -> None:
        """Before `running` there is nobody to tell."""
