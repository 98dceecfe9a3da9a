"""Backoff: bounds, growth, and the spread of the jitter."""

import random
import statistics
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.domain.retries import RetryPolicy, backoff, backoff_ceiling

POLICY = RetryPolicy(base=timedelta(seconds=2), cap=timedelta(minutes=10))


def test_the_ceiling_doubles_until_the_cap() -> None:
    """S0-NFR1c: min(cap, base * 2^(n - 1))."""
    ceilings = [backoff_ceiling(POLICY, attempt).total_seconds() for attempt in range(1, 12)]

    assert ceilings == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]


@given(
    attempt=st.integers(-5, 10**9),
    jitter=st.floats(0, 1, exclude_max=True),
    base=st.timedeltas(timedelta(microseconds=1), timedelta(days=30)),
    cap=st.timedeltas(timedelta(microseconds=1), timedelta(days=365)),
)
def test_a_delay_lies_between_nothing_and_the_ceiling(
    attempt: int, jitter: float, base: timedelta, cap: timedelta
) -> None:
    """S0-NFR1c: whatever the numbers, no overflow and never above the cap."""
    policy = RetryPolicy(base=base, cap=cap)

    delay = backoff(policy, attempt, jitter)

    assert timedelta(0) <= delay <= backoff_ceiling(policy, attempt) <= cap


@pytest.mark.parametrize("attempt", [1, 4, 40])
def test_jitter_spreads_evenly_over_the_whole_delay(attempt: int) -> None:
    """S0-NFR1c: full jitter; the deciles of 20,000 seeded draws are those of an even spread."""
    draws = random.Random(20260101)
    ceiling = backoff_ceiling(POLICY, attempt)
    delays = [backoff(POLICY, attempt, draws.random()) / ceiling for _ in range(20_000)]

    for place, decile in enumerate(statistics.quantiles(delays, n=10), 1):
        assert decile == pytest.approx(place / 10, abs=0.015)
    assert min(delays) < 0.01
    assert max(delays) > 0.99
