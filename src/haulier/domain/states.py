"""The words for where a job stands and what happened to it.

PostgreSQL holds the same event words as the enum `event_type`; a test keeps both equal.
"""

from enum import StrEnum
from typing import Final

from haulier.errors import InvalidInput


class Status(StrEnum):
    """Where a job stands. Never stored: derived from its queue entry or its last event."""

    SCHEDULED = "scheduled"
    """Its run_at lies ahead: asked for later, or between two attempts."""
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """Parked without an end of its own."""
    CANCELLING = "cancelling"
    """Running, and told to stop."""
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Nothing happens to the job after this."""
        return self in FINAL_STATUSES


FINAL_STATUSES: Final = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})

_ALIASES: Final = {
    "created": Status.QUEUED,
    "processing": Status.RUNNING,
    "done": Status.COMPLETED,
    "succeeded": Status.COMPLETED,
    "canceled": Status.CANCELLED,
}


class EventType(StrEnum):
    """A fact about a job. The last three end it, exactly one of them, exactly once."""

    QUEUED = "queued"
    RUNNING = "running"
    PROGRESS = "progress"
    STEP = "step"
    """A durable step was completed and remembered."""
    LOG = "log"
    WAITING = "waiting"
    RESUMED = "resumed"
    RETRYING = "retrying"
    """An attempt failed; another one is due after the delay in `data`."""
    SNOOZED = "snoozed"
    """The handler asked to be called again later; the attempt is not charged."""
    INTERRUPTED = "interrupted"
    """The worker stopped and handed the job back; the attempt is not charged."""
    LEASE_LOST = "lease_lost"
    """The holder let its lease expire; somebody else took the job over."""
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """The job's last event."""
        return self in FINAL_EVENTS


FINAL_EVENTS: Final = frozenset({EventType.COMPLETED, EventType.FAILED, EventType.CANCELLED})


def parse_status(text: str) -> Status:
    """A status word or one of its aliases (`done`, `processing`, ...).

    Raises InvalidInput for other words.
    """
    word = text.strip().lower()
    if word in _ALIASES:
        return _ALIASES[word]
    try:
        return Status(word)
    except ValueError:
        known = ", ".join(Status)
        raise InvalidInput(f"There is no status {word[:40]!r}. Known: {known}.") from None
