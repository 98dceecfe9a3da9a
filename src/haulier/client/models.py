"""What the server tells, as frozen values. Fields that a later server adds are ignored."""

from datetime import datetime
from typing import Final, Generic, TypeVar

import msgspec

FINAL: Final = frozenset({"completed", "failed", "cancelled"})
"""The words, of statuses and of events alike, after which nothing happens to a job."""

Item = TypeVar("Item")


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """What an enqueue came to."""

    id: str
    """`job_...`; of the earlier job where this one is a duplicate."""
    kind: str
    queue: str
    priority: int
    """0 goes first, 9 last."""
    status: str
    created_at: datetime
    run_at: datetime | None = None
    duplicate: bool = False
    """The same work was asked for before."""


class SiteAudit(msgspec.Struct, frozen=True, kw_only=True):
    """A site audit that was asked for, and the job that does it."""

    audit_id: str
    job: Acknowledgement
    duplicate: bool = False


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The last progress that the running attempt told."""

    fraction: float = 0.0
    """0 to 1."""
    message: str = ""
    data: dict[str, object] = {}


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a job failed, free of secrets."""

    category: str = "unknown"
    type: str = ""
    message: str = ""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it stood when it was asked for."""

    id: str
    kind: str
    version: int | None = None
    queue: str
    priority: int
    status: str
    """scheduled, queued, running, waiting, cancelling, completed, failed or cancelled."""
    attempt: int = 0
    """0 before the first attempt."""
    max_attempts: int | None = None
    progress: Progress | None = None
    args: object = None
    """None as well where the key may not read payloads."""
    labels: dict[str, str] = {}
    created_at: datetime
    run_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: Failure | None = None
    retried_from: str | None = None

    @property
    def is_final(self) -> bool:
        """Nothing happens to the job after this."""
        return self.status in FINAL


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A failed job, kept for replay."""

    job_id: str
    kind: str
    version: int | None = None
    queue: str
    region: str = "default"
    fingerprint: str
    """The same for failures that differ in values only."""
    error: Failure
    attempts: int = 0
    failed_at: datetime
    replayed_as: str | None = None
    """The job of its last replay."""
    replayed_at: datetime | None = None
    args: object = None
    """Only where one letter is read, by a key that may read payloads."""


class LetterGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters of one fingerprint."""

    fingerprint: str
    kind: str
    category: str
    count: int
    open: int
    """Those that were not replayed."""
    first_seen: datetime
    last_seen: datetime
    sample: DeadLetter
    """The latest of them."""


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay by filter came to, or would come to."""

    matched: int
    """Letters that fit and were not replayed; the server counts so far and no further."""
    replayed: int
    """0 for a dry run."""
    remaining: int
    spread_seconds: float = 0.0
    """From the first job of the call to its last."""
    dry_run: bool = False


class PurgeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a purge removed."""

    purged: int
    has_more: bool = False
    """As many as one call removes went: call again."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about one job."""

    seq: int
    """Counts 1..n without gap per job."""
    type: str
    at: datetime
    attempt: int = 0
    """The attempt it belongs to; 0 before the first one."""
    data: dict[str, object] = {}

    @property
    def is_final(self) -> bool:
        """The job's last event."""
        return self.type in FINAL


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How failures of one category are tried again."""

    max_attempts: int
    """The attempt with this number is the last one; 1 is never to try again."""
    backoff_seconds: float
    backoff_cap_seconds: float


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A sort of job that some worker can run."""

    name: str
    version: int = 1
    description: str = ""
    queue: str = "default"
    priority: int | None = None
    executor: str = "async"
    max_attempts: int | None = None
    backoff_seconds: float | None = None
    """The longest delay before the second attempt; it doubles with every further one."""
    backoff_cap_seconds: float | None = None
    retries: dict[str, Retries] = {}
    """By category of failure, where it is not tried again as the others are."""
    timeout_seconds: float | None = None
    """Per attempt."""
    has_dedupe: bool = False
    """The same args within a window count as the same work."""
    args_schema: dict[str, object] = {}
    """JSON Schema of the args."""
    result_schema: dict[str, object] = {}


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server can take work."""

    is_ready: bool
    dependencies: dict[str, object]
    """What the server says of each thing that it depends on."""


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """One page of a list."""

    data: list[Item]
    has_more: bool = False
    next_cursor: str | None = None
