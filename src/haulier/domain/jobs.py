"""A job: what was asked, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.kinds import KindRef
from haulier.domain.states import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that passed every check and may be written down."""

    workspace_id: WorkspaceId
    kind: KindRef
    queue: str
    priority: int
    args: bytes
    """JSON text."""
    max_attempts: int
    timeout: timedelta
    created_by: str
    run_at: datetime | None = None
    """None: at once, or after `delay`."""
    delay: timedelta | None = None
    """From now on, by the database's clock; `run_at` wins."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    trace_context: str | None = None
    """W3C traceparent of the request; the worker carries it on."""
    retried_from: JobId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The last progress that the running attempt told."""

    fraction: float
    """0 to 1, never going back within an attempt."""
    message: str = ""
    data: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as people read it: a row of the view `jobs_current`."""

    workspace_id: WorkspaceId
    id: JobId
    kind: KindRef
    queue: str
    priority: int
    status: Status
    attempt: int
    max_attempts: int
    timeout: timedelta
    args: Mapping[str, object] | None
    """None for a reader without `payloads:read`."""
    labels: Mapping[str, str]
    created_by: str
    created_at: datetime
    run_at: datetime | None
    """When it is due; None when running, waiting or final."""
    started_at: datetime | None
    """When the present attempt began."""
    finished_at: datetime | None
    locked_by: UUID | None
    progress: Progress | None
    error: Mapping[str, object] | None
    """Category, text and type of the last failure; None unless failed."""
    retried_from: JobId | None
    trace_context: str | None
