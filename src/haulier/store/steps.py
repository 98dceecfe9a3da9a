"""Durable steps: what a job has done already."""

from haulier.domain.ids import JobId, WorkspaceId
from haulier.store.attempts import Held, Hold
from haulier.store.database import SystemTx
from haulier.store.records import dump, read
from haulier.store.statements import statement


async def get(
    tx: SystemTx, workspace_id: WorkspaceId, job_id: JobId, path: str, item_key: str
) -> str | None:
    """The remembered result as JSON text; None when the step was not completed."""
    row = await tx.connection.fetchrow(statement("steps/get"), workspace_id, job_id, path, item_key)
    return None if row is None else read(row, "result", str)


async def remember(tx: SystemTx, hold: Hold, path: str, item_key: str, result: str) -> Held | None:
    """Writes the step and its event; None when the lease token is stale."""
    row = await tx.connection.fetchrow(
        statement("steps/remember"),
        hold.workspace_id,
        hold.job_id,
        hold.lease_token,
        path,
        item_key,
        result,
        dump({"step": path, "item": item_key} if item_key else {"step": path}),
    )
    if row is None:
        return None
    return Held(key=hold.key, address=row["ctid"], cancel_asked=row["cancel_asked"])
