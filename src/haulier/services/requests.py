"""What a caller asks for and what it is told: the words of the job services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from haulier.domain.access import Origin
from haulier.domain.ids import JobId, format_job_id
from haulier.domain.kinds import KindRef
from haulier.domain.states import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A job as somebody asks for it; nothing in it is checked yet but its shape."""

    kind: str
    """`site.audit`, or with a version `site.audit@1`."""
    args: Mapping[str, object] = field(default_factory=dict[str, object])
    queue: str | None = None
    priority: int | str | None = None
    run_at: datetime | None = None
    delay: timedelta | None = None
    max_attempts: int | None = None
    timeout: timedelta | None = None
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    dedupe: bool = True
    """False asks for the work again even if the same was done."""
    dedupe_key: str | None = None
    """Own natural key instead of the kind's."""
    on_duplicate: Literal["return", "reject"] = "return"
    idempotency_key: str | None = None
    trace_context: str | None = None
    origin: Origin = field(default_factory=Origin)


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller is told at once, and told again when it repeats the request."""

    id: str
    """`job_...`."""
    kind: str
    queue: str
    priority: int
    status: Status
    created_at: datetime
    run_at: datetime | None
    duplicate: bool = False
    """The same work was asked for before; `id` names that job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueued:
    """The outcome of an enqueue."""

    acknowledgement: Acknowledgement
    replayed: bool = False
    """The idempotency key was used before: this is the stored answer."""


def acknowledge(
    *,
    job_id: JobId,
    kind: KindRef,
    queue: str,
    priority: int,
    created_at: datetime,
    run_at: datetime,
) -> Acknowledgement:
    """The answer for a job as it was created."""
    ahead = run_at > created_at
    return Acknowledgement(
        id=format_job_id(job_id),
        kind=str(kind),
        queue=queue,
        priority=priority,
        status=Status.SCHEDULED if ahead else Status.QUEUED,
        created_at=created_at,
        run_at=run_at,
    )
