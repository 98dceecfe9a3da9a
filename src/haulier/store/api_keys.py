"""API keys: digests of secrets, never the secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from haulier.domain.access import Permission
from haulier.domain.ids import WorkspaceId
from haulier.store.database import SystemTx
from haulier.store.records import read, read_optional_time, read_uuid
from haulier.store.statements import statement

if TYPE_CHECKING:
    from asyncpg import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A row of `api_keys` without its digest."""

    workspace_id: WorkspaceId
    id: UUID
    name: str
    permissions: frozenset[Permission]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """What authentication compares with."""

    key: ApiKey
    digest: bytes
    usable: bool
    """Neither revoked nor expired, by the database's clock."""


async def create(
    tx: SystemTx,
    workspace_id: WorkspaceId,
    key_id: UUID,
    name: str,
    digest: bytes,
    permissions: Sequence[Permission],
    lives_for: timedelta | None,
) -> datetime | None:
    """Stores a key; returns when it expires, None for never."""
    row = await tx.connection.fetchrow(
        statement("api_keys/create"),
        workspace_id,
        key_id,
        name,
        digest,
        sorted(permissions),
        lives_for,
    )
    return None if row is None else read_optional_time(row, "expires_at")


async def get(tx: SystemTx, key_id: UUID) -> StoredKey | None:
    """The key that a credential names, or None."""
    row = await tx.connection.fetchrow(statement("api_keys/get"), key_id)
    if row is None:
        return None
    return StoredKey(
        key=_api_key(row), digest=read(row, "digest", bytes), usable=read(row, "usable", bool)
    )


async def touch(tx: SystemTx, key_id: UUID) -> None:
    """Notes that the key was used; `last_used_at` is exact to a minute."""
    await tx.connection.execute(statement("api_keys/touch"), key_id)


async def list_all(tx: SystemTx, workspace_id: WorkspaceId, limit: int) -> list[ApiKey]:
    """A workspace's keys, newest first."""
    rows = await tx.connection.fetch(statement("api_keys/list"), workspace_id, limit)
    return [_api_key(row) for row in rows]


async def revoke(tx: SystemTx, workspace_id: WorkspaceId, key_id: UUID) -> bool:
    """Ends a key; False when there is none."""
    found: object = await tx.connection.fetchval(statement("api_keys/revoke"), workspace_id, key_id)
    return found is not None


def _api_key(row: "Record") -> ApiKey:
    known = {permission.value for permission in Permission}
    return ApiKey(
        workspace_id=WorkspaceId(read(row, "workspace_id", str)),
        id=read_uuid(row, "id"),
        name=read(row, "name", str),
        permissions=frozenset(Permission(word) for word in row["permissions"] if word in known),
        created_at=read(row, "created_at", datetime),
        expires_at=read_optional_time(row, "expires_at"),
        revoked_at=read_optional_time(row, "revoked_at"),
        last_used_at=read_optional_time(row, "last_used_at"),
    )
