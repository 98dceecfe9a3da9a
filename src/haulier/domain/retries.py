"""When a failed attempt is tried again: exponential backoff with full jitter.

The delay before attempt n + 1 is drawn evenly from 0 to min(cap, base * 2**(n - 1)).
Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from haulier.domain.outcomes import NEVER_RETRIED, Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often and how patiently a kind is tried after failures of one category.

    What is None is as for every other category.
    """

    max_attempts: int | None = None
    """The attempt with this number is the last one if it fails so; 1 is never to try again."""
    base: timedelta | None = None
    cap: timedelta | None = None


NEVER: Final = Retries(max_attempts=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently a kind is tried.

    `base` is the ceiling of the first delay, `cap` that of every delay.
    """

    max_attempts: int = 5
    base: timedelta = timedelta(seconds=1)
    cap: timedelta = timedelta(hours=1)
    categories: Mapping[Category, Retries] = field(default_factory=dict[Category, Retries])
    """What differs for failures of a category."""


def policy_for(policy: RetryPolicy, category: Category) -> RetryPolicy:
    """The policy for failures of one category.

    Never more attempts than the job has. A category of `NEVER_RETRIED` has one, unless the kind
    itself says how many.
    """
    own = policy.categories.get(category)
    never = category in NEVER_RETRIED
    if own is None:
        return replace(policy, max_attempts=1) if never else policy
    usual = 1 if never else policy.max_attempts
    wanted = usual if own.max_attempts is None else own.max_attempts
    return replace(
        policy,
        max_attempts=min(wanted, policy.max_attempts),
        base=policy.base if own.base is None else own.base,
        cap=policy.cap if own.cap is None else own.cap,
    )


def backoff_ceiling(policy: RetryPolicy, attempt: int) -> timedelta:
    """The longest delay after attempt number `attempt` (1 is the first) failed."""
    growth = 2 ** min(max(attempt - 1, 0), 60)
    # Compared as numbers: the product may be longer than a timedelta can say.
    return policy.cap if policy.cap / policy.base <= growth else policy.base * growth


def backoff(policy: RetryPolicy, attempt: int, jitter: float) -> timedelta:
    """The delay to wait after attempt `attempt`; `jitter` is an even draw from [0, 1)."""
    return backoff_ceiling(policy, attempt) * jitter
