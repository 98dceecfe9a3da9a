"""Calls about jobs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from haulier.client.call import Call, Reply, accept, decode, get, post, reading, segment
from haulier.client.models import Acknowledgement, Event, Job, Page
from haulier.client.pages import Listing
from haulier.errors import InvalidInput


class _NewJob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    kind: str
    args: Mapping[str, object] | None = None
    queue: str | None = None
    priority: int | str | None = None
    run_at: datetime | None = None
    delay_seconds: float | None = None
    max_attempts: int | None = None
    timeout_seconds: float | None = None
    labels: Mapping[str, str] | None = None
    dedupe: bool = True
    dedupe_key: str | None = None
    on_duplicate: str = "return"


def enqueue(
    kind: str,
    args: Mapping[str, object] | None = None,
    *,
    queue: str | None = None,
    priority: int | str | None = None,
    run_at: datetime | None = None,
    delay: timedelta | None = None,
    max_attempts: int | None = None,
    timeout: timedelta | None = None,
    labels: Mapping[str, str] | None = None,
    dedupe: bool = True,
    dedupe_key: str | None = None,
    on_duplicate: Literal["return", "reject"] = "return",
    idempotency_key: str | None = None,
) -> Call[Acknowledgement]:
    """Asks for a job of a kind, `site.audit` or `site.audit@1`.

    What is not given, the kind decides. `priority` is 0 (first) to 9 or critical, high, normal,
    low; `timeout` holds per attempt. The same work asked for before answers with that job
    (`duplicate`), unless `dedupe=False`; with `on_duplicate="reject"` it raises DuplicateJob.
    Safe to send again over a lost connection: an idempotency key is made where none is given.

    Raises UnknownKind, ValidationFailed (`problems` point into the args), IdempotencyMismatch,
    Throttled, Forbidden, Unavailable.
    """
    body = _NewJob(
        kind=kind,
        args=args or {},
        queue=queue,
        priority=priority,
        run_at=_with_zone(run_at),
        delay_seconds=_seconds(delay),
        max_attempts=max_attempts,
        timeout_seconds=_seconds(timeout),
        labels=labels,
        dedupe=dedupe,
        dedupe_key=dedupe_key,
        on_duplicate=on_duplicate,
    )
    request = post("/v1/jobs", body, idempotency_key=idempotency_key)
    return Call(request=request, read=reading(Acknowledgement))


def get_job(job_id: str) -> Call[Job]:
    """The job as it stands. Raises NotFound."""
    return Call(request=get(f"/v1/jobs/{segment(job_id)}"), read=reading(Job))


def list_page(
    *,
    status: str | None = None,
    kind: str | None = None,
    queue: str | None = None,
    labels: Mapping[str, str] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Call[Page[Job]]:
    """One page of jobs, newest first; `limit` is 1 to 200. Raises InvalidCursor."""
    wanted = {f"label.{name}": value for name, value in (labels or {}).items()}
    request = get(
        "/v1/jobs", status=status, kind=kind, queue=queue, limit=limit, cursor=cursor, **wanted
    )
    return Call(request=request, read=reading(Page[Job]))


def events_page(job_id: str, *, after: int = 0, limit: int | None = None) -> Call[Page[Event]]:
    """A job's events numbered above `after`, oldest first. Raises NotFound."""
    path = f"/v1/jobs/{segment(job_id)}/events"
    return Call(request=get(path, after=after, limit=limit), read=reading(Page[Event]))


def listing(
    *,
    status: str | None,
    kind: str | None,
    queue: str | None,
    labels: Mapping[str, str] | None,
) -> Listing[Job]:
    """All pages of jobs that fit, newest first."""

    def page_at(cursor: str | None) -> Call[Page[Job]]:
        return list_page(status=status, kind=kind, queue=queue, labels=labels, cursor=cursor)

    return Listing(page_at, lambda page: page.next_cursor)


def history(job_id: str, after: int) -> Listing[Event]:
    """All pages of a job's events numbered above `after`."""

    def page_at(seq: str | None) -> Call[Page[Event]]:
        return events_page(job_id, after=after if seq is None else int(seq))

    return Listing(page_at, lambda page: str(page.data[-1].seq) if page.data else None)


def result(job_id: str) -> Call[object]:
    """What the job left, decoded from JSON.

    Raises ResultNotReady until it completed, JobFailed when it ended without one, ResultExpired.
    """

    def read(reply: Reply) -> object:
        return decode(accept(reply).body, object)

    return Call(request=get(f"/v1/jobs/{segment(job_id)}/result"), read=read)


def result_bytes(job_id: str) -> Call[bytes]:
    """What the job left, as the server keeps it. Raises as `result` does."""

    def read(reply: Reply) -> bytes:
        return accept(reply).body

    return Call(request=get(f"/v1/jobs/{segment(job_id)}/result"), read=read)


def cancel(job_id: str, *, reason: str = "") -> Call[Job]:
    """Ends a job that waits, or tells a running one to stop; an ended one stays as it is.

    The answer is the job as it stands, `cancelling` while it still has to stop. Raises NotFound.
    """
    body = {"reason": reason} if reason else None
    return Call(request=post(f"/v1/jobs/{segment(job_id)}/cancel", body), read=reading(Job))


def retry(job_id: str) -> Call[Acknowledgement]:
    """Asks for the work of a failed or cancelled job once more, as a job of its own.

    However often it is called, one job comes of it. Raises NotFound, IllegalTransition.
    """
    return Call(request=post(f"/v1/jobs/{segment(job_id)}/retry"), read=reading(Acknowledgement))


def _with_zone(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise InvalidInput("run_at needs a time zone.")
    return moment.astimezone(UTC) if moment else None


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()
