"""Who asks, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from haulier.domain.ids import WorkspaceId
from haulier.errors import Forbidden


class Permission(StrEnum):
    """`noun:verb`; an API key carries a set of them."""

    JOBS_CREATE = "jobs:create"
    JOBS_READ = "jobs:read"
    JOBS_CANCEL = "jobs:cancel"
    JOBS_WRITE = "jobs:write"
    """Retry."""
    DLQ_READ = "dlq:read"
    DLQ_WRITE = "dlq:write"
    """Replay, delete and purge dead letters."""
    PAYLOADS_READ = "payloads:read"
    """Args and results: what customers gave and got."""


ALL_PERMISSIONS: Final = frozenset(Permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whoever a credential stands for, in the one workspace that it is bound to."""

    workspace_id: WorkspaceId
    actor: str
    """For the audit log: `key_...` for an API key, `operator` for the command line."""
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request came from, for the audit log. Nothing here grants anything."""

    request_id: str = ""
    trace_id: str = ""
    ip_address: str | None = None
    user_agent: str | None = None


def require(principal: Principal, permission: Permission) -> None:
    """Raises Forbidden when the principal lacks the permission."""
    if permission not in principal.permissions:
        raise Forbidden(f"This needs the permission {permission}.")
