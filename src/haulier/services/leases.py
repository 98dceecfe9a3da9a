"""Keeping the leases of running attempts, from a connection that nothing else uses."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from haulier.store import attempts, workers
from haulier.store.attempts import Held, Hold, Key
from haulier.store.database import Database, SystemTx


class LeaseConnection:
    """One connection that renews. Belongs to the event loop that opened it. System."""

    def __init__(self, tx: SystemTx) -> None:
        self._tx = tx

    async def renew(
        self, worker_id: UUID, holds: Sequence[Hold], lease: timedelta
    ) -> Mapping[Key, Held]:
        """Extends the leases; returns those still held. Also says that the worker is there.

        Raises what the driver raises when the connection is lost: open another one.
        """
        await workers.beat(self._tx, worker_id)
        if not holds:
            return {}
        return await attempts.renew(self._tx, holds, lease)


class Leases:
    """The use case of the lease keeper. System."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[LeaseConnection]:
        """Opens a connection outside all pools, so that nobody can starve it."""
        connection = await self._database.connect()
        try:
            yield LeaseConnection(SystemTx(connection))
        finally:
            connection.terminate()
