"""Claims, leases and ends: the statements of the hot path.

Every write names the lease token and changes nothing where it is stale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.kinds import KindRef
from haulier.domain.lifecycle import Finish, Reschedule
from haulier.domain.states import EventType
from haulier.store.database import SystemTx
from haulier.store.records import dump, read, read_optional, read_uuid
from haulier.store.statements import statement

if TYPE_CHECKING:
    from asyncpg import Record

Address: TypeAlias = tuple[int, int]
"""Where an entry's row lies (its ctid); it moves with every update of the row."""

Key: TypeAlias = tuple[WorkspaceId, JobId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Where jobs line up: one workspace's part of one queue."""

    queue: str
    workspace_id: WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A job that this worker holds now."""

    workspace_id: WorkspaceId
    job_id: JobId
    kind: KindRef
    queue: str
    args: str
    """JSON text."""
    attempt: int
    max_attempts: int
    lease_token: int
    address: Address
    timeout: timedelta
    created_at: datetime
    trace_context: str | None
    cancel_asked: bool
    """Its former holder was told to cancel and fell silent: end it as cancelled."""
    runs: bool
    """False: attempts are used up (or cancel was asked): end it, do not run it."""

    @property
    def key(self) -> Key:
        """What names the job among all workspaces."""
        return (self.workspace_id, self.job_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What a write of an attempt must name."""

    workspace_id: WorkspaceId
    job_id: JobId
    lease_token: int

    @property
    def key(self) -> Key:
        """What names the job among all workspaces."""
        return (self.workspace_id, self.job_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A hold that was found good, with the row's new address."""

    key: Key
    address: Address
    cancel_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A job to end."""

    hold: Hold
    step: Finish
    processing_time_ms: int
    kept_for: timedelta
    """How long its result is kept."""
    address: Address | None
    """None when the row has moved since the claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A job to put back into its queue."""

    hold: Hold
    step: Reschedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What one cycle brought."""

    claimed: tuple[Claimed, ...]
    missing: frozenset[Key]
    """Endings whose entry was not at its address: try `finish`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a worker wants to claim."""

    worker_id: UUID
    lanes: tuple[Lane, ...]
    per_lane: int
    kinds: tuple[KindRef, ...]
    lease: timedelta


async def cycle(tx: SystemTx, endings: Sequence[Ending], demand: Demand) -> Cycle:
    """Ends the jobs at their addresses and claims the next, in one statement and one commit."""
    columns = _ending_columns(endings)
    rows = await tx.connection.fetch(
        statement("attempts/cycle"),
        [lane.queue for lane in demand.lanes],
        [lane.workspace_id for lane in demand.lanes],
        demand.per_lane,
        [str(kind) for kind in demand.kinds],
        demand.worker_id,
        demand.lease,
        *columns[:3],
        [ending.address for ending in endings],
        *columns[3:],
    )
    claimed = [
        (row["priority"], row["run_at"], _claimed(row)) for row in rows if not row["missing"]
    ]
    claimed.sort(key=lambda item: (item[0], item[1], item[2].job_id))
    return Cycle(
        claimed=tuple(job for _, _, job in claimed),
        missing=frozenset(_key(row) for row in rows if row["missing"]),
    )


async def finish(tx: SystemTx, endings: Sequence[Ending]) -> set[Key]:
    """Ends jobs wherever their entries lie; returns those that ended. The rest were taken over."""
    rows = await tx.connection.fetch(statement("attempts/finish"), *_ending_columns(endings))
    return {_key(row) for row in rows}


async def reschedule(tx: SystemTx, returns: Sequence[Return]) -> dict[Key, bool]:
    """Puts jobs back; returns those held, True where cancel was asked and nothing was done."""
    rows = await tx.connection.fetch(
        statement("attempts/reschedule"),
        *_hold_columns([item.hold for item in returns]),
        [item.step.event for item in returns],
        [dump(item.step.data) for item in returns],
        [item.step.delay for item in returns],
        [item.step.charged for item in returns],
    )
    return {_key(row): read(row, "cancel_asked", bool) for row in rows}


async def renew(tx: SystemTx, holds: Sequence[Hold], lease: timedelta) -> dict[Key, Held]:
    """Extends leases; returns the entries still held. What is missing was taken over."""
    rows = await tx.connection.fetch(statement("attempts/renew"), *_hold_columns(holds), lease)
    return {_key(row): _held(row) for row in rows}


async def record(tx: SystemTx, facts: Sequence[tuple[Hold, EventType, str]]) -> dict[Key, Held]:
    """Appends one event per job, data as JSON text; returns the entries still held."""
    rows = await tx.connection.fetch(
        statement("attempts/record"),
        *_hold_columns([hold for hold, _, _ in facts]),
        [event for _, event, _ in facts],
        [data for _, _, data in facts],
    )
    return {_key(row): _held(row) for row in rows}


async def lanes(tx: SystemTx, queues: Sequence[str]) -> list[Lane]:
    """The lanes that hold any entry, future ones included."""
    rows = await tx.connection.fetch(statement("attempts/lanes"), list(queues))
    return [
        Lane(
            queue=read(row, "queue", str), workspace_id=WorkspaceId(read(row, "workspace_id", str))
        )
        for row in rows
    ]


def _hold_columns(holds: Sequence[Hold]) -> tuple[list[object], ...]:
    return (
        [hold.workspace_id for hold in holds],
        [hold.job_id for hold in holds],
        [hold.lease_token for hold in holds],
    )


def _ending_columns(endings: Sequence[Ending]) -> tuple[list[object], ...]:
    results = [ending.step.result for ending in endings]
    return (
        *_hold_columns([ending.hold for ending in endings]),
        [ending.step.event for ending in endings],
        [dump(ending.step.data) if ending.step.data else None for ending in endings],
        [ending.processing_time_ms for ending in endings],
        [result.body if result else None for result in results],
        [result.output_uri if result else None for result in results],
        [result.content_type if result else None for result in results],
        [result.size_bytes if result else None for result in results],
        [result.sha256 if result else None for result in results],
        [result.extracted_text if result else None for result in results],
        [result.quality_score if result else None for result in results],
        [ending.kept_for for ending in endings],
        [ending.step.category for ending in endings],
        [ending.step.fingerprint for ending in endings],
    )


def _key(row: "Record") -> Key:
    return (WorkspaceId(row["workspace_id"]), JobId(read_uuid(row, "job_id")))


def _held(row: "Record") -> Held:
    return Held(key=_key(row), address=row["ctid"], cancel_asked=row["cancel_asked"])


def _claimed(row: "Record") -> Claimed:
    return Claimed(
        workspace_id=WorkspaceId(row["workspace_id"]),
        job_id=JobId(read_uuid(row, "job_id")),
        kind=KindRef(row["kind"], row["kind_version"]),
        queue=row["queue"],
        args=row["args"],
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        lease_token=row["lease_token"],
        address=row["ctid"],
        timeout=row["timeout"],
        created_at=row["created_at"],
        trace_context=read_optional(row, "trace_context", str),
        cancel_asked=row["cancel_asked"],
        runs=row["runs"],
    )
