"""Workspaces: the isolation unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from haulier.domain.ids import WorkspaceId
from haulier.store.database import SystemTx
from haulier.store.records import dump, read, read_object
from haulier.store.statements import statement

if TYPE_CHECKING:
    from asyncpg import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A row of `workspaces`."""

    workspace_id: WorkspaceId
    name: str
    fetch_policy: Mapping[str, object]
    """What its operator opened or closed for fetching; {} is the safe default."""
    created_at: datetime


async def create(tx: SystemTx, workspace_id: WorkspaceId, name: str) -> Workspace | None:
    """Makes a workspace; None when it exists."""
    row = await tx.connection.fetchrow(statement("workspaces/create"), workspace_id, name)
    return None if row is None else _workspace(row)


async def get(tx: SystemTx, workspace_id: WorkspaceId) -> Workspace | None:
    """The workspace, or None."""
    row = await tx.connection.fetchrow(statement("workspaces/get"), workspace_id)
    return None if row is None else _workspace(row)


async def list_page(tx: SystemTx, after: str, limit: int) -> list[Workspace]:
    """Workspaces by id, those above `after`."""
    rows = await tx.connection.fetch(statement("workspaces/list"), after, limit)
    return [_workspace(row) for row in rows]


async def set_fetch_policy(
    tx: SystemTx, workspace_id: WorkspaceId, policy: Mapping[str, object]
) -> dict[str, object] | None:
    """Replaces the fetch policy; returns the old one, None when there is no such workspace."""
    row = await tx.connection.fetchrow(
        statement("workspaces/set_fetch_policy"), workspace_id, dump(policy)
    )
    return None if row is None else read_object(row, "fetch_policy")


def _workspace(row: "Record") -> Workspace:
    return Workspace(
        workspace_id=WorkspaceId(read(row, "workspace_id", str)),
        name=read(row, "name", str),
        fetch_policy=read_object(row, "fetch_policy"),
        created_at=read(row, "created_at", datetime),
    )
