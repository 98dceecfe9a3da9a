"""What happened to a job, for whoever may read it."""

from haulier.domain.access import Permission, Principal, require
from haulier.domain.events import Event
from haulier.domain.ids import JobId
from haulier.errors import NotFound
from haulier.store import events, jobs
from haulier.store.database import Database


class Events:
    """The use cases of events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_after(
        self, principal: Principal, job_id: JobId, seq: int, limit: int
    ) -> list[Event]:
        """Events numbered above `seq`, oldest first. Raises NotFound for an unknown job."""
        require(principal, Permission.JOBS_READ)
        workspace_id = principal.workspace_id
        async with self._database.workspace(workspace_id) as tx:
            found = await events.list_after(tx, workspace_id, job_id, seq, limit)
            if not found and await jobs.get(tx, workspace_id, job_id) is None:
                raise NotFound
        return found
