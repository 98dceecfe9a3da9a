"""From whatever a handler raised to a `Failed` that can be stored."""

from typing import Final

import msgspec
import pydantic

from haulier.domain.outcomes import Category, Failed
from haulier.errors import (
    Conflict,
    Forbidden,
    HaulierError,
    InvalidInput,
    NotFound,
    Throttled,
    Unauthenticated,
    Unavailable,
)
from haulier.handlers.outcomes import Permanent, Retry
from haulier.redact import SafeText, redact_exception, redact_text
from haulier.safefetch import FetchError, is_denied

MAX_ERROR: Final = 4000
_FETCH: Final = {
    "refused": Category.EGRESS_DENIED,
    "dns_failed": Category.NETWORK,
    "connect_failed": Category.NETWORK,
    "tls_failed": Category.UPSTREAM,
    "timed_out": Category.TIMEOUT,
    "too_large": Category.LIMIT_EXCEEDED,
    "too_many_redirects": Category.UPSTREAM,
    "protocol_broken": Category.UPSTREAM,
}
_HAULIER: Final[tuple[tuple[type[HaulierError], Category], ...]] = (
    (InvalidInput, Category.VALIDATION),
    (Unauthenticated, Category.AUTH),
    (Forbidden, Category.AUTH),
    (NotFound, Category.NOT_FOUND),
    (Throttled, Category.RATE_LIMITED),
    (Conflict, Category.CONFLICT),
    (Unavailable, Category.TRANSIENT),
)


class AttemptFailed(Exception):
    """What the attempt came to, where that was decided outside of this process."""

    def __init__(self, outcome: Failed) -> None:
        self.outcome = outcome
        super().__init__(outcome.error)


def failure(error: Exception) -> Failed:
    """What the attempt came to, for an exception that left the handler."""
    match error:
        case AttemptFailed():
            return error.outcome
        case Permanent():
            return _failed(error, error.category, text=str(error), permanent=True)
        case _ if is_denied(error):
            return _failed(error, Category.EGRESS_DENIED, permanent=True)
        case Retry():
            return Failed(
                category=error.category,
                error=_safe(str(error)),
                error_type="Retry",
                retry_after=error.after,
            )
        case FetchError():
            category = _FETCH.get(error.code, Category.NETWORK)
            return _failed(error, category, text=str(error), permanent=not error.retryable)
        case msgspec.ValidationError() | pydantic.ValidationError():
            return _failed(error, Category.VALIDATION, permanent=True)
        case TimeoutError():
            return _failed(error, Category.TIMEOUT)
        case ConnectionError():
            return _failed(error, Category.NETWORK)
        case HaulierError():
            found = (category for kind, category in _HAULIER if isinstance(error, kind))
            return _failed(error, next(found, Category.INTERNAL), text=error.detail)
        case _:
            return _failed(error, Category.INTERNAL)


def timed_out(seconds: float) -> Failed:
    """The attempt was stopped at its deadline."""
    return Failed(
        category=Category.TIMEOUT,
        error=redact_text(f"The attempt was stopped after {seconds:g} s, its time limit."),
        error_type="Timeout",
    )


def died(attempt: int, max_attempts: int, reason: str) -> Failed:
    """The attempt's own process died; poison when it was the last attempt."""
    return Failed(
        category=Category.POISON if attempt >= max_attempts else Category.INTERNAL,
        error=_safe(reason),
        error_type="ProcessDied",
    )


def used_up(attempts: int) -> Failed:
    """Every attempt's worker fell silent."""
    return Failed(
        category=Category.POISON,
        error=redact_text(
            f"The worker was lost in each of {attempts} attempts: the job seems to kill it."
        ),
        error_type="LeaseLost",
        permanent=True,
    )


def _failed(
    error: Exception, category: Category, *, text: str | None = None, permanent: bool = False
) -> Failed:
    return Failed(
        category=category,
        error=_safe(text) if text is not None else _shorten(redact_exception(error)),
        error_type=type(error).__name__,
        permanent=permanent,
    )


def _safe(text: str) -> SafeText:
    return _shorten(redact_text(text))


def _shorten(text: SafeText) -> SafeText:
    """The beginning and the end of a long text: a traceback's last line says most."""
    if len(text) <= MAX_ERROR:
        return text
    half = MAX_ERROR // 2
    return redact_text(f"{text[:half]}\n... shortened ...\n{text[-half:]}")
