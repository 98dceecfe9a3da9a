"""The fold: where a job stands, told from its events alone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from haulier.domain.events import Event, fold
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.states import EventType, Status

START = datetime(2026, 1, 1, tzinfo=UTC)


def history(*facts: tuple[EventType, int] | tuple[EventType, int, float]) -> list[Event]:
    return [
        Event(
            workspace_id=WorkspaceId("alpha"),
            job_id=JobId(UUID(int=1)),
            seq=seq,
            type=fact[0],
            attempt=fact[1],
            at=START,
            data={"delay_seconds": fact[2]} if len(fact) == 3 else {},
        )
        for seq, fact in enumerate(facts, 1)
    ]


E = EventType


@pytest.mark.parametrize(
    ("events", "status", "attempt"),
    [
        (history((E.QUEUED, 0)), Status.QUEUED, 0),
        (history((E.QUEUED, 0, 60.0)), Status.SCHEDULED, 0),
        (history((E.QUEUED, 0), (E.RUNNING, 1)), Status.RUNNING, 1),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.PROGRESS, 1)), Status.RUNNING, 1),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.STEP, 1), (E.LOG, 1)), Status.RUNNING, 1),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.RETRYING, 1, 30.0)), Status.SCHEDULED, 1),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.RETRYING, 1, 0.0)), Status.QUEUED, 1),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.SNOOZED, 1, 30.0)), Status.SCHEDULED, 0),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.INTERRUPTED, 1, 0.0)), Status.QUEUED, 0),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.LEASE_LOST, 1)), Status.RUNNING, 1),
        (
            history((E.QUEUED, 0), (E.RUNNING, 1), (E.LEASE_LOST, 1), (E.RUNNING, 2)),
            Status.RUNNING,
            2,
        ),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.CANCELLING, 1)), Status.CANCELLING, 1),
        (
            history((E.QUEUED, 0), (E.RUNNING, 1), (E.CANCELLING, 1), (E.PROGRESS, 1)),
            Status.CANCELLING,
            1,
        ),
        (history((E.QUEUED, 0), (E.CANCELLED, 0)), Status.CANCELLED, 0),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.COMPLETED, 1)), Status.COMPLETED, 1),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.FAILED, 1)), Status.FAILED, 1),
        (history((E.QUEUED, 0), (E.RUNNING, 1), (E.WAITING, 1)), Status.WAITING, 1),
        (history((E.QUEUED, 0), (E.WAITING, 0), (E.RESUMED, 0)), Status.QUEUED, 0),
    ],
)
def test_the_last_telling_event_says_where_the_job_stands(
    events: list[Event], status: Status, attempt: int
) -> None:
    """S0-FR3c."""
    standing = fold(events, START + timedelta(seconds=1))

    assert (standing.status, standing.attempt) == (status, attempt)


def test_a_scheduled_job_is_queued_once_its_time_has_come() -> None:
    events = history((E.QUEUED, 0, 60.0))

    assert fold(events, START + timedelta(seconds=59)).status is Status.SCHEDULED
    assert fold(events, START + timedelta(seconds=60)).status is Status.QUEUED


def test_a_job_without_events_is_no_job() -> None:
    with pytest.raises(ValueError, match="queued event"):
        fold([], START)


def test_a_history_begins_with_queued() -> None:
    with pytest.raises(ValueError, match="queued"):
        fold(history((E.PROGRESS, 1)), START)
