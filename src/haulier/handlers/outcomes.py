"""How a handler says how it ended, other than by returning a result or raising any exception."""

from dataclasses import dataclass
from datetime import timedelta

from haulier.domain.outcomes import Category


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
