"""From what a handler says of retries to its kind's policy."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from haulier.domain.outcomes import Category
from haulier.domain.retries import NEVER, Retries, RetryPolicy
from haulier.errors import ConfigurationInvalid

MAX_ATTEMPTS: Final = 1000
CategoryRetries: TypeAlias = Mapping[str, Retries | Literal["never"]]
_NOTHING: Final = timedelta(0)


def retry_policy(
    name: str, *, max_attempts: int, base: timedelta, cap: timedelta, retries: CategoryRetries
) -> RetryPolicy:
    """The policy of the handler `name`.

    Raises ConfigurationInvalid for numbers of attempts or delays that make no sense, and for
    categories that there are not.
    """
    if not 1 <= max_attempts <= MAX_ATTEMPTS:
        raise ConfigurationInvalid(
            f"{name}: max_attempts is 1 to {MAX_ATTEMPTS}, not {max_attempts}."
        )
    return RetryPolicy(
        max_attempts=max_attempts,
        base=base,
        cap=cap,
        categories={
            _category(name, category): _own(name, category, own, max_attempts)
            for category, own in retries.items()
        },
    )


def _category(name: str, category: str) -> Category:
    try:
        return Category(category)
    except ValueError as error:
        raise ConfigurationInvalid(
            f"{name}: retries by category, which are {', '.join(Category)}; not {category!r}."
        ) from error


def _own(name: str, category: str, own: Retries | Literal["never"], max_attempts: int) -> Retries:
    if own == "never":
        return NEVER
    attempts = 1 if own.max_attempts is None else own.max_attempts
    spans = [span for span in (own.base, own.cap) if span is not None]
    if not 1 <= attempts <= max_attempts or any(span <= _NOTHING for span in spans):
        raise ConfigurationInvalid(
            f"{name}: retries for {category} have 1 to {max_attempts} attempts, as the kind has, "
            "and delays longer than nothing."
        )
    return own
