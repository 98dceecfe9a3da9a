"""How a handler says how it ended, other than by returning a result or raising any exception."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from haulier.domain.outcomes import Category
from haulier.domain.retry_after import read_retry_after
from haulier.safefetch import Response

_BUSY: Final[dict[int, Category]] = {
    HTTPStatus.TOO_MANY_REQUESTS: Category.RATE_LIMITED,
    HTTPStatus.SERVICE_UNAVAILABLE: Category.UPSTREAM,
}


@dataclass(frozen=True, slots=True)
class Snooze:
    """Return this to be called again after `delay`; the attempt is not charged."""

    delay: timedelta
    reason: str = ""


class Permanent(Exception):
    """Raise this where trying again would come to the same: the job fails at once."""

    def __init__(self, message: str, *, category: Category | str = Category.INTERNAL) -> None:
        self.category = Category(category)
        super().__init__(message)


class Retry(Exception):
    """Raise this to be tried again; after `after` where given, else after the usual backoff."""

    def __init__(
        self,
        message: str,
        *,
        after: timedelta | None = None,
        category: Category | str = Category.TRANSIENT,
    ) -> None:
        self.after = after
        self.category = Category(category)
        super().__init__(message)


def require_available(response: Response) -> Response:
    """The response, unless the server asks to come back later (429 or 503).

    Raises Retry then: after the time that the server names in Retry-After, else after the usual
    backoff; as `rate_limited` for 429 and `upstream` for 503.
    """
    category = _BUSY.get(response.status)
    if category is None:
        return response
    after = read_retry_after(
        response.header("Retry-After"), response.header("Date"), datetime.now(UTC)
    )
    raise Retry(f"The server answered {response.status}.", after=after, category=category)
