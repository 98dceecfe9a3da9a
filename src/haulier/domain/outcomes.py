"""What an attempt came to. Values, not exceptions: the executor returns one and never raises."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from haulier.redact import SafeText


class Category(StrEnum):
    """Why an attempt failed; retry policies and dead letters go by it."""

    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    VALIDATION = "validation"
    AUTH = "auth"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TIMEOUT = "timeout"
    NETWORK = "network"
    UPSTREAM = "upstream"
    EGRESS_DENIED = "egress_denied"
    LIMIT_EXCEEDED = "limit_exceeded"
    """More bytes, time or memory than the policy or the kind allows."""
    CIRCUIT_OPEN = "circuit_open"
    """Nothing was tried: the dependency has failed too often of late."""
    QUOTA = "quota"
    """The workspace has used up what it may use for the time being."""
    CANCELLED = "cancelled"
    """Somebody else's part of the work was called off, and this one with it."""
    POISON = "poison"
    """The job's worker died or fell silent in every attempt."""
    INTERNAL = "internal"
    """The handler raised something that nobody foresaw."""


NEVER_RETRIED: Final = frozenset(
    {
        Category.VALIDATION,
        Category.AUTH,
        Category.NOT_FOUND,
        Category.EGRESS_DENIED,
        Category.LIMIT_EXCEEDED,
        Category.CANCELLED,
        Category.POISON,
    }
)
"""Doing it again would come to the same; a kind may say otherwise for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResult:
    """A handler's result, ready to be written down.

    Small ones travel as JSON text in `body`; large ones lie in the blob store at `output_uri`.
    """

    body: str | None
    output_uri: str | None
    content_type: str
    size_bytes: int
    sha256: bytes
    extracted_text: str | None = None
    quality_score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """The handler returned. None where it returned None."""

    result: StoredResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The attempt failed.

    `retry_after` is what the other side asked for (Retry-After); None leaves it to the policy.
    """

    category: Category
    error: SafeText
    error_type: str
    permanent: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    """The handler wants to be called again after `delay`; not charged."""

    delay: timedelta
    reason: SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The job was told to stop and did."""

    reason: SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """The worker stopped before the attempt ended; not charged."""

    reason: SafeText


Outcome: TypeAlias = Completed | Failed | Snoozed | Cancelled | Interrupted
