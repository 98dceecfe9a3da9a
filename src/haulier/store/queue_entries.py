"""The live row of an unfinished job, as a request sees and changes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from haulier.domain.ids import JobId
from haulier.domain.states import Status
from haulier.store.database import SystemTx, WorkspaceTx
from haulier.store.records import dump, read
from haulier.store.statements import statement


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedEntry:
    """An entry that the transaction holds until its end."""

    status: Status
    is_running: bool
    cancel_asked: bool


async def lock(tx: WorkspaceTx, job_id: JobId) -> LockedEntry | None:
    """Holds the entry; None when the job has ended or does not exist."""
    row = await tx.connection.fetchrow(statement("queue_entries/lock"), tx.workspace_id, job_id)
    if row is None:
        return None
    is_running = row["locked_by"] is not None
    cancel_asked = read(row, "cancel_asked", bool)
    if is_running:
        status = Status.CANCELLING if cancel_asked else Status.RUNNING
    else:
        status = Status.SCHEDULED if row["is_ahead"] else Status.QUEUED
    return LockedEntry(status=status, is_running=is_running, cancel_asked=cancel_asked)


async def cancel(tx: WorkspaceTx, job_id: JobId, reason: str) -> bool:
    """Ends a job that is not running; False when it is."""
    seq: object = await tx.connection.fetchval(
        statement("queue_entries/cancel"), tx.workspace_id, job_id, dump({"reason": reason})
    )
    return seq is not None


async def ask_cancel(tx: WorkspaceTx, job_id: JobId, reason: str) -> bool:
    """Tells a running job to stop; False when it was told before or does not run."""
    seq: object = await tx.connection.fetchval(
        statement("queue_entries/ask_cancel"), tx.workspace_id, job_id, dump({"reason": reason})
    )
    return seq is not None


async def wake(tx: SystemTx, lanes: Sequence[str]) -> None:
    """Tells listening workers that there may be work in these lanes ("queue workspace")."""
    await tx.connection.execute(statement("queue_entries/wake"), list(lanes))
