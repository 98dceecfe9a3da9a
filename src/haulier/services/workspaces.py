"""Workspaces, as an operator makes and sets them up."""

from collections.abc import Mapping
from typing import Final

from haulier.domain.access import Origin
from haulier.domain.ids import WorkspaceId
from haulier.errors import Conflict, NotFound
from haulier.services.fetch_policies import parse_fetch_policy
from haulier.store import audit_log, workspaces
from haulier.store.database import Database
from haulier.store.workspaces import Workspace

_OPERATOR: Final = "operator"
_MAX_LISTED: Final = 200


class Workspaces:
    """The use cases of workspaces. All are system: whoever reaches the database is the operator."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, workspace_id: WorkspaceId, name: str) -> Workspace:
        """Makes a workspace. Raises Conflict when it exists."""
        async with self._database.system() as tx:
            made = await workspaces.create(tx, workspace_id, name)
            if made is None:
                raise Conflict(f"There is a workspace {workspace_id} already.")
            await audit_log.append(tx, _entry(workspace_id, "workspace.create", {}))
        return made

    async def get(self, workspace_id: WorkspaceId) -> Workspace:
        """Raises NotFound."""
        async with self._database.system_statement() as tx:
            found = await workspaces.get(tx, workspace_id)
        if found is None:
            raise NotFound(f"There is no workspace {workspace_id}.")
        return found

    async def list_page(self, after: str = "", limit: int = _MAX_LISTED) -> list[Workspace]:
        """Workspaces by id, those above `after`."""
        async with self._database.system_statement() as tx:
            return await workspaces.list_page(tx, after, limit)

    async def set_fetch_policy(
        self, workspace_id: WorkspaceId, policy: Mapping[str, object]
    ) -> None:
        """Opens or closes addresses and ports for a workspace's fetches.

        Written to the audit log with what stood before. Raises NotFound, InvalidInput.
        """
        parse_fetch_policy(policy)
        async with self._database.system() as tx:
            before = await workspaces.set_fetch_policy(tx, workspace_id, policy)
            if before is None:
                raise NotFound(f"There is no workspace {workspace_id}.")
            details = {"before": before, "after": dict(policy)}
            await audit_log.append(tx, _entry(workspace_id, "workspace.set_fetch_policy", details))


def _entry(
    workspace_id: WorkspaceId, action: str, details: Mapping[str, object]
) -> audit_log.Entry:
    return audit_log.Entry(
        workspace_id=workspace_id,
        actor=_OPERATOR,
        action=action,
        resource_type="workspace",
        resource_id=workspace_id,
        details=details,
        origin=Origin(),
    )
