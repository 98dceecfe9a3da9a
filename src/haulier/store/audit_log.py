"""The audit log: who did what, when, to which resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from haulier.domain.access import Origin
from haulier.domain.ids import WorkspaceId
from haulier.store.database import SystemTx, WorkspaceTx
from haulier.store.records import dump
from haulier.store.statements import statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry."""

    workspace_id: WorkspaceId
    actor: str
    action: str
    """`noun.verb`."""
    resource_type: str
    resource_id: str
    origin: Origin
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    details: Mapping[str, object] = field(default_factory=dict[str, object])


async def append(tx: SystemTx | WorkspaceTx, entry: Entry) -> None:
    """Adds the entry to the transaction that makes the change."""
    await tx.connection.execute(
        statement("audit_log/append"),
        entry.workspace_id,
        entry.actor,
        entry.action,
        entry.resource_type,
        entry.resource_id,
        entry.from_state,
        entry.to_state,
        entry.reason,
        dump(entry.details) if entry.details else None,
        entry.origin.ip_address,
        entry.origin.user_agent,
        entry.origin.request_id,
        entry.origin.trace_id,
    )
