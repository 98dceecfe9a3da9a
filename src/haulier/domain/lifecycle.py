"""What may follow what, and what an attempt's outcome makes of its job.

`next_step` is the whole decision, pure: the claimer, the crash path and the tests share it. Times
are delays, because only the database's clock counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias, assert_never

from haulier.domain.dead_letters import fingerprint
from haulier.domain.kinds import KindRef
from haulier.domain.outcomes import (
    Cancelled,
    Category,
    Completed,
    Failed,
    Interrupted,
    Outcome,
    Snoozed,
    StoredResult,
)
from haulier.domain.retries import RetryPolicy, backoff, policy_for
from haulier.domain.states import EventType, Status
from haulier.errors import IllegalTransition

JsonFields: TypeAlias = Mapping[str, str | int | float | bool | None]

MAX_DELAY: Final = timedelta(days=365)
"""No job waits longer for its next attempt, whatever a handler or another server asks for."""

TRANSITIONS: Final[Mapping[Status, frozenset[Status]]] = {
    Status.SCHEDULED: frozenset({Status.QUEUED, Status.CANCELLED}),
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELLED}),
    Status.RUNNING: frozenset(
        {
            Status.RUNNING,  # taken over after the lease was lost
            Status.QUEUED,  # handed back by a stopping worker
            Status.SCHEDULED,  # retry or snooze
            Status.WAITING,
            Status.CANCELLING,
            Status.COMPLETED,
            Status.FAILED,
            Status.CANCELLED,
        }
    ),
    Status.WAITING: frozenset({Status.QUEUED, Status.CANCELLED}),
    Status.CANCELLING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""Every legal change of status; the final ones lead nowhere."""


def require_transition(job_id: str, source: Status, target: Status) -> None:
    """Raises IllegalTransition unless `target` may follow `source`."""
    if target not in TRANSITIONS[source]:
        raise IllegalTransition(job_id, source, target)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts:
    """What `next_step` knows of the job."""

    kind: KindRef
    attempt: int
    """The number of the attempt that ended, from 1."""
    retry: RetryPolicy
    cancel_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The job ends: its queue entry goes, this event is its last."""

    event: EventType
    data: JsonFields
    result: StoredResult | None = None
    category: Category | None = None
    """Set when it failed: the dead letter goes by it."""
    fingerprint: str | None = None
    """Set when it failed: alike failures share it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """The job goes back to its queue and may be claimed again after `delay`."""

    event: EventType
    data: JsonFields
    delay: timedelta
    charged: bool
    """False gives the attempt back."""


Step: TypeAlias = Finish | Reschedule


def next_step(facts: AttemptFacts, outcome: Outcome, jitter: float) -> Step:
    """What becomes of a job whose attempt came to `outcome`.

    `jitter` is an even draw from [0, 1) and moves nothing but the length of a retry delay.
    """
    match outcome:
        case Completed(result=result):
            return Finish(event=EventType.COMPLETED, data={}, result=result)
        case Cancelled(reason=reason):
            return Finish(event=EventType.CANCELLED, data={"reason": reason})
        case Failed():
            return _after_failure(facts, outcome, jitter)
        case Snoozed(delay=delay, reason=reason):
            if facts.cancel_asked:
                return Finish(event=EventType.CANCELLED, data={"reason": reason})
            return _reschedule(EventType.SNOOZED, {"reason": reason}, delay, charged=False)
        case Interrupted(reason=reason):
            if facts.cancel_asked:
                return Finish(event=EventType.CANCELLED, data={"reason": reason})
            none = timedelta(0)
            return _reschedule(EventType.INTERRUPTED, {"reason": reason}, none, charged=False)
        case _:
            assert_never(outcome)


def _after_failure(facts: AttemptFacts, failure: Failed, jitter: float) -> Step:
    data: JsonFields = {
        "category": failure.category,
        "error": failure.error,
        "error_type": failure.error_type,
    }
    if facts.cancel_asked:
        return Finish(event=EventType.CANCELLED, data=data)
    policy = policy_for(facts.retry, failure.category)
    if failure.permanent or facts.attempt >= policy.max_attempts:
        return Finish(
            event=EventType.FAILED,
            data=data,
            category=failure.category,
            fingerprint=fingerprint(
                facts.kind.name, failure.category, failure.error_type, failure.error
            ),
        )
    delay = failure.retry_after
    if delay is None:
        delay = backoff(policy, facts.attempt, jitter)
    return _reschedule(EventType.RETRYING, data, delay, charged=True)


def _reschedule(
    event: EventType, data: JsonFields, delay: timedelta, *, charged: bool
) -> Reschedule:
    bounded = min(max(delay, timedelta(0)), MAX_DELAY)
    rounded = timedelta(milliseconds=bounded // timedelta(milliseconds=1))
    return Reschedule(
        event=event,
        data={**data, "delay_seconds": rounded.total_seconds()},
        delay=rounded,
        charged=charged,
    )
