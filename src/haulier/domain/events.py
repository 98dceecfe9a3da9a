"""A job's events, and the fold that tells from them alone where the job stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.states import EventType, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact about one job; `seq` counts 1..n without gap per job."""

    workspace_id: WorkspaceId
    job_id: JobId
    seq: int
    type: EventType
    attempt: int
    """The attempt it belongs to; 0 before the first one."""
    at: datetime
    data: dict[str, object]
    worker_id: UUID | None = None
    """Who runs the attempt; on `running` only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a job stands according to its events."""

    status: Status
    attempt: int
    due_at: datetime | None = None
    """When it may be claimed; None unless it waits in a queue."""


_SIMPLE = {
    EventType.RUNNING: Status.RUNNING,
    EventType.WAITING: Status.WAITING,
    EventType.CANCELLING: Status.CANCELLING,
    EventType.COMPLETED: Status.COMPLETED,
    EventType.FAILED: Status.FAILED,
    EventType.CANCELLED: Status.CANCELLED,
}
_DELAYED = {
    EventType.QUEUED,
    EventType.RESUMED,
    EventType.RETRYING,
    EventType.SNOOZED,
    EventType.INTERRUPTED,
}
_GIVEN_BACK = {EventType.SNOOZED, EventType.INTERRUPTED}


def fold(events: Iterable[Event], now: datetime) -> Standing:
    """Where the job stands at `now`, from its events in order of `seq`.

    Raises ValueError for an empty history: a job begins with `queued`.
    """
    standing: Standing | None = None
    for event in events:
        standing = _apply(standing, event)
    if standing is None:
        raise ValueError("a job has at least its queued event")
    if standing.due_at is not None and standing.due_at > now:
        return Standing(status=Status.SCHEDULED, attempt=standing.attempt, due_at=standing.due_at)
    return standing


def _apply(before: Standing | None, event: Event) -> Standing:
    if event.type in _SIMPLE:
        return Standing(status=_SIMPLE[event.type], attempt=event.attempt)
    if event.type in _DELAYED:
        attempt = event.attempt - 1 if event.type in _GIVEN_BACK else event.attempt
        return Standing(status=Status.QUEUED, attempt=attempt, due_at=_due(event))
    if before is None:
        raise ValueError("a job's first event is queued")
    return before


def _due(event: Event) -> datetime:
    delay = event.data.get("delay_seconds")
    return event.at + timedelta(seconds=delay if isinstance(delay, int | float) else 0)
