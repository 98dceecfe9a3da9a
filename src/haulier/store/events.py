"""Events: what happened to a job."""

from datetime import datetime

from haulier.domain.events import Event
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.states import EventType
from haulier.store.database import SystemTx, WorkspaceTx
from haulier.store.records import read, read_object, read_optional_uuid, read_uuid
from haulier.store.statements import statement


async def list_after(
    tx: WorkspaceTx | SystemTx, workspace_id: WorkspaceId, job_id: JobId, seq: int, limit: int
) -> list[Event]:
    """The job's events numbered above `seq`, oldest first, at most `limit`."""
    rows = await tx.connection.fetch(statement("events/list"), workspace_id, job_id, seq, limit)
    return [
        Event(
            workspace_id=WorkspaceId(read(row, "workspace_id", str)),
            job_id=JobId(read_uuid(row, "job_id")),
            seq=read(row, "seq", int),
            type=EventType(read(row, "type", str)),
            attempt=read(row, "attempt", int),
            at=read(row, "at", datetime),
            data=read_object(row, "data"),
            worker_id=read_optional_uuid(row, "worker_id"),
        )
        for row in rows
    ]
