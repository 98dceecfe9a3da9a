"""API keys, as an operator makes and ends them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from haulier.domain.access import ALL_PERMISSIONS, Origin, Permission
from haulier.domain.ids import WorkspaceId, format_id
from haulier.errors import InvalidInput, NotFound
from haulier.security.keys import mint_key
from haulier.store import api_keys, audit_log, workspaces
from haulier.store.api_keys import ApiKey
from haulier.store.database import Database

OPERATOR: Final = "operator"
_MAX_LISTED: Final = 1000
_MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made; `text` is shown this once and stored nowhere."""

    id: str
    text: str
    workspace_id: WorkspaceId
    permissions: frozenset[Permission]
    expires_at: datetime | None


class ApiKeys:
    """The use cases of API keys. All are system: whoever reaches the database is the operator."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        workspace_id: WorkspaceId,
        name: str,
        permissions: Iterable[Permission] = ALL_PERMISSIONS,
        lives_for: timedelta | None = None,
    ) -> NewKey:
        """Makes a key for a workspace. Raises NotFound for an unknown workspace, InvalidInput."""
        if not 1 <= len(name) <= _MAX_NAME:
            raise InvalidInput(f"A key's name has 1 to {_MAX_NAME} characters.")
        granted = frozenset(permissions)
        key = mint_key()
        async with self._database.system() as tx:
            if await workspaces.get(tx, workspace_id) is None:
                raise NotFound(f"There is no workspace {workspace_id}.")
            expires_at = await api_keys.create(
                tx, workspace_id, key.id, name, key.digest, sorted(granted), lives_for
            )
            await audit_log.append(tx, _entry(workspace_id, "api_key.create", key.id))
        return NewKey(
            id=format_id("key", key.id),
            text=key.text,
            workspace_id=workspace_id,
            permissions=granted,
            expires_at=expires_at,
        )

    async def list_all(self, workspace_id: WorkspaceId) -> list[ApiKey]:
        """A workspace's keys, newest first, at most a thousand."""
        async with self._database.system_statement() as tx:
            return await api_keys.list_all(tx, workspace_id, _MAX_LISTED)

    async def revoke(self, workspace_id: WorkspaceId, key_id: UUID) -> None:
        """Ends a key; it stops working within a second everywhere. Raises NotFound."""
        async with self._database.system() as tx:
            if not await api_keys.revoke(tx, workspace_id, key_id):
                raise NotFound("There is no such key in this workspace.")
            await audit_log.append(tx, _entry(workspace_id, "api_key.revoke", key_id))


def _entry(workspace_id: WorkspaceId, action: str, key_id: UUID) -> audit_log.Entry:
    return audit_log.Entry(
        workspace_id=workspace_id,
        actor=OPERATOR,
        action=action,
        resource_type="api_key",
        resource_id=str(key_id),
        origin=Origin(),
    )
