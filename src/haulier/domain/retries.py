"""When a failed attempt is tried again: exponential backoff with full jitter.

The delay before attempt n + 1 is drawn evenly from 0 to min(cap, base * 2**(n - 1)).
Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently a kind is tried.

    `base` is the ceiling of the first delay, `cap` that of every delay.
    """

    max_attempts: int = 5
    base: timedelta = timedelta(seconds=1)
    cap: timedelta = timedelta(hours=1)


def backoff_ceiling(policy: RetryPolicy, attempt: int) -> timedelta:
    """The longest delay after attempt number `attempt` (1 is the first) failed."""
    growth = 2 ** min(max(attempt - 1, 0), 60)
    # Compared as numbers: the product may be longer than a timedelta can say.
    return policy.cap if policy.cap / policy.base <= growth else policy.base * growth


def backoff(policy: RetryPolicy, attempt: int, jitter: float) -> timedelta:
    """The delay to wait after attempt `attempt`; `jitter` is an even draw from [0, 1)."""
    return backoff_ceiling(policy, attempt) * jitter
