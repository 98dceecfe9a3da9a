"""When a request is sent again, and after how long."""

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypedDict

import httpx2
from tenacity import (
    RetryCallState,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
)
from tenacity.retry import retry_base

from haulier.client.call import Reply
from haulier.client.problems import problem_code

RETRY_AFTER_LIMIT_SECONDS: Final = 30.0
"""A server that asks for more patience is not waited for: the error goes to the caller."""

_TRY_AGAIN: Final = frozenset({429, 502, 503, 504})
_jitter: Final = random.SystemRandom()


class Plan(TypedDict):
    """Keyword arguments of tenacity's `Retrying` and `AsyncRetrying`."""

    retry: retry_base
    stop: Callable[[RetryCallState], bool]
    wait: Callable[[RetryCallState], float]
    retry_error_callback: Callable[[RetryCallState], Reply]


def plan(retries: int) -> Plan:
    """Connection trouble and answers that ask for patience, at most `retries` times more.

    The last answer or exception comes back as it is when the retries are used up.
    """
    return Plan(
        retry=retry_if_exception_type(httpx2.TransportError) | retry_if_result(is_worth_retrying),
        stop=stop_after_attempt(retries + 1),
        wait=_seconds_before_next,
        retry_error_callback=_last,
    )


def is_worth_retrying(reply: Reply) -> bool:
    """The server is busy, away, or still answering an earlier sending of the same request."""
    if (retry_after(reply) or 0.0) > RETRY_AFTER_LIMIT_SECONDS:
        return False
    if reply.status == 409:  # noqa: PLR2004 Conflict
        return problem_code(reply.body) == "idempotency_in_progress"
    return reply.status in _TRY_AGAIN


def retry_after(reply: Reply, now: datetime | None = None) -> float | None:
    """Seconds that the server asks to wait (RFC 9110, 10.2.3); None where it says nothing."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def backoff_seconds(attempt: int) -> float:
    """A random pause after the n-th failure in a row, n from 1: at most 0.1 s doubled each time."""
    ceiling = math.ldexp(0.1, min(attempt, 10) - 1)
    return _jitter.uniform(0.0, min(5.0, ceiling))


def _seconds_before_next(state: RetryCallState) -> float:
    outcome = state.outcome
    if outcome is not None and not outcome.failed:
        asked = retry_after(outcome.result())
        if asked is not None:
            return asked
    return backoff_seconds(state.attempt_number)


def _last(state: RetryCallState) -> Reply:
    if state.outcome is None:
        raise RuntimeError("tenacity gave up before the first attempt")
    return state.outcome.result()
