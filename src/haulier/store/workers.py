"""Worker processes, for people to see. Leases never depend on these rows."""

from collections.abc import Sequence
from uuid import UUID

from haulier.domain.kinds import KindRef
from haulier.store.database import SystemTx
from haulier.store.statements import statement


async def register(
    tx: SystemTx,
    worker_id: UUID,
    *,
    hostname: str,
    pid: int,
    queues: Sequence[str],
    kinds: Sequence[KindRef],
    slots: int,
    version: str,
) -> None:
    """A worker says that it is there."""
    await tx.connection.execute(
        statement("workers/register"),
        worker_id,
        hostname,
        pid,
        list(queues),
        [str(kind) for kind in kinds],
        slots,
        version,
    )


async def beat(tx: SystemTx, worker_id: UUID) -> None:
    """A worker is still there."""
    await tx.connection.execute(statement("workers/beat"), worker_id)


async def remove(tx: SystemTx, worker_id: UUID | None) -> None:
    """A worker left; None removes those that have been silent for an hour."""
    await tx.connection.execute(statement("workers/remove"), worker_id)
