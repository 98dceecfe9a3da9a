"""What an attempt's outcome makes of its job."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.domain.kinds import KindRef
from haulier.domain.lifecycle import (
    MAX_DELAY,
    TRANSITIONS,
    AttemptFacts,
    Finish,
    Reschedule,
    next_step,
    require_transition,
)
from haulier.domain.outcomes import (
    NEVER_RETRIED,
    Cancelled,
    Category,
    Completed,
    Failed,
    Interrupted,
    Outcome,
    Snoozed,
)
from haulier.domain.retries import NEVER, Retries, RetryPolicy, policy_for
from haulier.domain.states import FINAL_STATUSES, EventType, Status
from haulier.errors import IllegalTransition
from haulier.redact import redact_text

TEXT = redact_text("because")
POLICY = RetryPolicy(max_attempts=3, base=timedelta(seconds=1), cap=timedelta(minutes=1))

spans = st.timedeltas(timedelta(milliseconds=1), timedelta(days=7))
retries = st.builds(
    Retries,
    max_attempts=st.none() | st.integers(1, 1000),
    base=st.none() | spans,
    cap=st.none() | spans,
)
policies = st.builds(
    RetryPolicy,
    categories=st.dictionaries(st.sampled_from(Category), retries),
    max_attempts=st.integers(1, 1000),
    base=st.timedeltas(timedelta(milliseconds=1), timedelta(hours=1)),
    cap=st.timedeltas(timedelta(milliseconds=1), timedelta(days=7)),
)
facts = st.builds(
    AttemptFacts,
    kind=st.just(KindRef("test.job")),
    attempt=st.integers(1, 1000),
    retry=policies,
    cancel_asked=st.booleans(),
)
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.just(Completed(result=None)),
    st.builds(
        Failed,
        category=st.sampled_from(Category),
        error=st.just(TEXT),
        error_type=st.just("Error"),
        permanent=st.booleans(),
        retry_after=st.none() | st.timedeltas(),
    ),
    st.builds(Snoozed, delay=st.timedeltas(), reason=st.just(TEXT)),
    st.just(Cancelled(reason=TEXT)),
    st.just(Interrupted(reason=TEXT)),
)
jitters = st.floats(0, 1, exclude_max=True)


def ended(attempt: int = 1, *, cancel_asked: bool = False) -> AttemptFacts:
    return AttemptFacts(
        kind=KindRef("test.job"), attempt=attempt, retry=POLICY, cancel_asked=cancel_asked
    )


def failed(category: Category = Category.TRANSIENT, **fields: object) -> Failed:
    known: dict[str, object] = {"permanent": False, "retry_after": None, **fields}
    after = known["retry_after"]
    return Failed(
        category=category,
        error=TEXT,
        error_type="Error",
        permanent=bool(known["permanent"]),
        retry_after=after if isinstance(after, timedelta) else None,
    )


@pytest.mark.parametrize(
    ("facts", "outcome", "event"),
    [
        (ended(), Completed(result=None), EventType.COMPLETED),
        (ended(cancel_asked=True), Completed(result=None), EventType.COMPLETED),
        (ended(), Cancelled(reason=TEXT), EventType.CANCELLED),
        (ended(), failed(), EventType.RETRYING),
        (ended(2), failed(), EventType.RETRYING),
        (ended(3), failed(), EventType.FAILED),
        (ended(), failed(permanent=True), EventType.FAILED),
        (ended(cancel_asked=True), failed(), EventType.CANCELLED),
        (ended(), Snoozed(delay=timedelta(hours=1), reason=TEXT), EventType.SNOOZED),
        (ended(3), Snoozed(delay=timedelta(hours=1), reason=TEXT), EventType.SNOOZED),
        (
            ended(cancel_asked=True),
            Snoozed(delay=timedelta(hours=1), reason=TEXT),
            EventType.CANCELLED,
        ),
        (ended(), Interrupted(reason=TEXT), EventType.INTERRUPTED),
        (ended(3), Interrupted(reason=TEXT), EventType.INTERRUPTED),
        (ended(cancel_asked=True), Interrupted(reason=TEXT), EventType.CANCELLED),
    ],
)
def test_each_outcome_has_its_event(
    facts: AttemptFacts, outcome: Outcome, event: EventType
) -> None:
    """S0-FR3a, S1-1.1a."""
    assert next_step(facts, outcome, 0.5).event is event


@pytest.mark.parametrize("category", sorted(NEVER_RETRIED))
def test_some_failures_are_never_retried(category: Category) -> None:
    step = next_step(ended(), failed(category), 0.5)

    assert isinstance(step, Finish)
    assert step.category is category


MINUTES: dict[Category, Retries] = {
    Category.RATE_LIMITED: Retries(base=timedelta(minutes=1), cap=timedelta(minutes=2)),
    Category.TIMEOUT: NEVER,
    Category.NETWORK: Retries(max_attempts=2),
    Category.NOT_FOUND: Retries(max_attempts=3),
    Category.AUTH: Retries(base=timedelta(minutes=1)),
}


@pytest.mark.parametrize(
    ("category", "attempt", "ceiling_seconds"),
    [
        (Category.TRANSIENT, 1, 1),
        (Category.TRANSIENT, 2, 2),
        (Category.TRANSIENT, 3, None),
        (Category.RATE_LIMITED, 1, 60),
        (Category.RATE_LIMITED, 2, 120),
        (Category.RATE_LIMITED, 3, None),
        (Category.TIMEOUT, 1, None),
        (Category.NETWORK, 1, 1),
        (Category.NETWORK, 2, None),
        (Category.NOT_FOUND, 1, 1),  # the kind knows better than the usual never
        (Category.NOT_FOUND, 3, None),
        (Category.AUTH, 1, None),  # a delay alone does not make it one that is tried again
        (Category.VALIDATION, 1, None),
        (Category.QUOTA, 1, 1),
        (Category.CIRCUIT_OPEN, 1, 1),
        (Category.CANCELLED, 1, None),
    ],
)
def test_each_category_is_tried_again_in_its_own_way(
    category: Category, attempt: int, ceiling_seconds: int | None
) -> None:
    """S2-H4: the delay is half its ceiling at a jitter of a half; None is the end."""
    policy = replace(POLICY, categories=MINUTES)
    facts = AttemptFacts(
        kind=KindRef("test.job"), attempt=attempt, retry=policy, cancel_asked=False
    )

    step = next_step(facts, failed(category), 0.5)

    if ceiling_seconds is None:
        assert isinstance(step, Finish)
        assert step.category is category
    else:
        assert isinstance(step, Reschedule)
        assert step.delay == timedelta(seconds=ceiling_seconds / 2)


def test_what_is_permanent_is_not_tried_again_whatever_the_kind_says() -> None:
    policy = replace(POLICY, categories={Category.NOT_FOUND: Retries(max_attempts=3)})
    facts = replace(ended(), retry=policy)

    assert isinstance(next_step(facts, failed(Category.NOT_FOUND, permanent=True), 0.5), Finish)


@given(policy=policies, category=st.sampled_from(Category), attempt=st.integers(1, 1001))
def test_a_category_has_its_own_attempts_and_never_more_than_the_job(
    policy: RetryPolicy, category: Category, attempt: int
) -> None:
    """S0-NFR1b."""
    own = policy_for(policy, category)
    facts = AttemptFacts(
        kind=KindRef("test.job"), attempt=attempt, retry=policy, cancel_asked=False
    )

    step = next_step(facts, failed(category), 0.999)

    assert 1 <= own.max_attempts <= policy.max_attempts
    assert isinstance(step, Finish) == (attempt >= own.max_attempts)
    assert isinstance(step, Finish) or step.delay <= own.cap


def test_only_a_failed_job_leaves_a_dead_letter() -> None:
    for outcome in (Completed(result=None), Cancelled(reason=TEXT)):
        step = next_step(ended(), outcome, 0.5)
        assert isinstance(step, Finish)
        assert step.category is None


def test_a_delay_that_was_asked_for_replaces_the_backoff() -> None:
    step = next_step(ended(), failed(retry_after=timedelta(minutes=7)), 0.5)

    assert isinstance(step, Reschedule)
    assert step.delay == timedelta(minutes=7)
    assert step.data["delay_seconds"] == 420


@pytest.mark.parametrize(
    ("wanted", "delay"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(days=-3), timedelta(0)),
        (timedelta.max, MAX_DELAY),
        (timedelta(microseconds=1_600), timedelta(milliseconds=1)),
    ],
)
def test_a_delay_is_never_negative_nor_longer_than_a_year(
    wanted: timedelta, delay: timedelta
) -> None:
    """What PostgreSQL cannot add to a time would stop the worker that asks for it."""
    for outcome in (failed(retry_after=wanted), Snoozed(delay=wanted, reason=TEXT)):
        step = next_step(ended(), outcome, 0.5)
        assert isinstance(step, Reschedule)
        assert step.delay == delay


def test_only_a_failed_attempt_is_charged() -> None:
    snoozed = next_step(ended(), Snoozed(delay=timedelta(1), reason=TEXT), 0.5)
    interrupted = next_step(ended(), Interrupted(reason=TEXT), 0.5)
    retried = next_step(ended(), failed(), 0.5)

    charged = [
        step.charged for step in (snoozed, interrupted, retried) if isinstance(step, Reschedule)
    ]
    assert charged == [False, False, True]


@given(facts=facts, outcome=outcomes, jitter=jitters)
def test_next_step_is_total_and_its_delay_can_be_stored(
    facts: AttemptFacts, outcome: Outcome, jitter: float
) -> None:
    """S1-1.1a: whatever a handler asks for, the step is one that the database takes."""
    step = next_step(facts, outcome, jitter)

    assert step.event in EventType
    if isinstance(step, Finish):
        assert step.event.is_final
        assert (step.category is not None) == (step.event is EventType.FAILED)
        return
    assert not step.event.is_final
    assert timedelta(0) <= step.delay <= timedelta(days=366)
    assert step.data["delay_seconds"] == step.delay.total_seconds()


@given(facts=facts, outcome=outcomes, jitter=jitters)
def test_attempts_never_exceed_what_was_asked(
    facts: AttemptFacts, outcome: Outcome, jitter: float
) -> None:
    """S0-NFR1b: a charged return leaves room for another attempt."""
    step = next_step(facts, outcome, jitter)

    if isinstance(step, Reschedule) and step.charged:
        assert facts.attempt < facts.retry.max_attempts


@given(facts=facts, outcome=outcomes, jitter=jitters)
def test_a_job_told_to_cancel_never_goes_back(
    facts: AttemptFacts, outcome: Outcome, jitter: float
) -> None:
    if facts.cancel_asked:
        assert isinstance(next_step(facts, outcome, jitter), Finish)


@given(facts=facts, results=st.lists(outcomes, max_size=30), jitter=jitters)
def test_a_job_ends_once_and_after_it_nothing_happens(
    facts: AttemptFacts, results: list[Outcome], jitter: float
) -> None:
    attempt = 0
    for outcome in results:
        attempt += 1
        assert attempt <= facts.retry.max_attempts
        step = next_step(replace(facts, attempt=attempt, cancel_asked=False), outcome, jitter)
        if isinstance(step, Finish):
            return
        attempt -= 0 if step.charged else 1


def test_final_statuses_lead_nowhere_and_every_other_one_to_an_end() -> None:
    """S1-1.1a."""
    assert set(TRANSITIONS) == set(Status)
    for status in Status:
        assert (TRANSITIONS[status] == frozenset()) == (status in FINAL_STATUSES)
        assert status.is_final or Status.CANCELLED in TRANSITIONS[status]


def test_an_illegal_transition_says_what_was_wrong() -> None:
    """S1-1.1a."""
    require_transition("job_1", Status.QUEUED, Status.RUNNING)
    for source in Status:
        for target in set(Status) - TRANSITIONS[source]:
            with pytest.raises(IllegalTransition) as caught:
                require_transition("job_1", source, target)
            assert (caught.value.source, caught.value.target) == (source, target)


def test_every_outcome_is_covered_by_these_tests() -> None:
    assert {kind.__name__ for kind in get_args(Outcome)} == {
        "Completed", "Failed", "Snoozed", "Cancelled", "Interrupted",
    }  # fmt: skip
