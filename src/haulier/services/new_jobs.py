"""From a request that passed its checks to the job that is written, and the keys it must win."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from haulier.domain.access import Principal
from haulier.domain.idempotency import (
    canonical_json,
    dedupe_key,
    parse_idempotency_key,
    request_digest,
)
from haulier.domain.jobs import Job, NewJob
from haulier.domain.kinds import Kind, parse_queue
from haulier.domain.priorities import inherit, parse_priority
from haulier.errors import FieldProblem, ValidationFailed
from haulier.redact import redact_text
from haulier.services.requests import JobRequest
from haulier.store.keys import WantedKey
from haulier.store.records import without_nul

IDEMPOTENCY_WINDOW: Final = timedelta(hours=24)
RETRY_WINDOW: Final = timedelta(days=365)
MAX_LABELS: Final = 32
MAX_ATTEMPTS: Final = 1000
MAX_AHEAD: Final = timedelta(days=3660)
LAST_YEAR: Final = 9000
MAX_LABEL_LENGTH: Final = 200


def new_job(principal: Principal, kind: Kind, request: JobRequest) -> NewJob:
    """The job that a request asks for. Raises InvalidInput, ValidationFailed."""
    given = None if request.priority is None else parse_priority(request.priority)
    return NewJob(
        workspace_id=principal.workspace_id,
        kind=kind.ref,
        queue=kind.queue if request.queue is None else parse_queue(request.queue),
        priority=inherit(given, kind.priority),
        args=_storable_args(request.args),
        max_attempts=_check_attempts(request, kind),
        timeout=_check_span("timeout", request.timeout) or kind.timeout,
        created_by=principal.actor,
        run_at=_check_run_at(request.run_at),
        delay=_check_span("delay", request.delay),
        labels=_check_labels(request),
        trace_context=request.trace_context,
    )


def again(principal: Principal, job: Job, args: Mapping[str, object] | None = None) -> NewJob:
    """The same work once more, with other args where they are given. Raises InvalidInput."""
    return NewJob(
        workspace_id=job.workspace_id,
        kind=job.kind,
        queue=job.queue,
        priority=job.priority,
        args=canonical_json(job.args) if args is None else _storable_args(args),
        max_attempts=job.max_attempts,
        timeout=job.timeout,
        created_by=principal.actor,
        labels=job.labels,
        trace_context=job.trace_context,
        retried_from=job.id,
    )


def rerun_key(job: Job, new: NewJob) -> WantedKey:
    """The key that lets only one job come of running `job` again with the args of `new`."""
    edited = new.args != canonical_json(job.args)
    return WantedKey(
        workspace_id=job.workspace_id,
        scope="retry",
        key=f"{job.id}:{sha256(new.args).hexdigest()}" if edited else str(job.id),
        digest=request_digest(str(job.id)),
        kept_for=RETRY_WINDOW,
    )


def wanted_keys(
    principal: Principal, kind: Kind, request: JobRequest, new: NewJob
) -> tuple[WantedKey, ...]:
    """The keys that a job must win. Raises InvalidInput for a malformed one."""
    wanted: list[WantedKey] = []
    digest = request_digest(
        [
            str(kind.ref),
            dict(request.args),
            request.queue,
            request.priority,
            dict(request.labels),
            request.run_at.isoformat() if request.run_at else None,
            request.delay.total_seconds() if request.delay else None,
            request.max_attempts,
            request.timeout.total_seconds() if request.timeout else None,
            request.dedupe,
            request.dedupe_key,
        ]
    )
    if request.idempotency_key is not None:
        wanted.append(
            WantedKey(
                workspace_id=principal.workspace_id,
                scope="request",
                key=parse_idempotency_key(request.idempotency_key),
                digest=digest,
                kept_for=IDEMPOTENCY_WINDOW,
            )
        )
    if request.dedupe_key is not None or (request.dedupe and kind.dedupe is not None):
        natural = request.dedupe_key
        if natural is None:
            natural = dedupe_key(new.workspace_id, kind, request.args)
        wanted.append(
            WantedKey(
                workspace_id=principal.workspace_id,
                scope="dedupe",
                key=parse_idempotency_key(natural),
                digest=digest,
                kept_for=kind.dedupe.window if kind.dedupe else IDEMPOTENCY_WINDOW,
            )
        )
    return tuple(wanted)


def _storable_args(args: Mapping[str, object]) -> bytes:
    """JSON as PostgreSQL takes it: no NUL, no half of a surrogate pair, no infinity."""
    try:
        text = canonical_json(args)
        text.decode()
    except (ValueError, RecursionError) as error:
        raise _invalid("/args", "The args hold text or numbers that JSON cannot.") from error
    if without_nul(text.decode()) != text.decode():
        raise _invalid("/args", "The args hold the character U+0000.")
    return text


def _check_attempts(request: JobRequest, kind: Kind) -> int:
    if request.max_attempts is None:
        return kind.retry.max_attempts
    if not 1 <= request.max_attempts <= MAX_ATTEMPTS:
        raise _invalid("/max_attempts", f"A job has 1 to {MAX_ATTEMPTS} attempts.")
    return request.max_attempts


def _check_span(name: str, span: timedelta | None) -> timedelta | None:
    if span is not None and not timedelta(0) <= span <= MAX_AHEAD:
        raise _invalid(f"/{name}", f"At most {MAX_AHEAD.days} days.")
    return span


def _check_run_at(run_at: datetime | None) -> datetime | None:
    # The driver reads the last moment of 9999 as infinity, and no time after it at all.
    if run_at is not None and (run_at.tzinfo is None or run_at.year > LAST_YEAR):
        raise _invalid("/run_at", f"A time with its zone, in the year {LAST_YEAR} or before.")
    return run_at


def _invalid(pointer: str, detail: str) -> ValidationFailed:
    return ValidationFailed(problems=[FieldProblem(pointer=pointer, code="invalid", detail=detail)])


def _check_labels(request: JobRequest) -> dict[str, str]:
    labels = dict(request.labels)
    too_long = any(
        not 1 <= len(key) <= MAX_LABEL_LENGTH or len(value) > MAX_LABEL_LENGTH
        for key, value in labels.items()
    )
    if len(labels) > MAX_LABELS or too_long:
        problem = FieldProblem(
            pointer="/labels",
            code="invalid",
            detail=f"At most {MAX_LABELS} labels of at most {MAX_LABEL_LENGTH} characters.",
        )
        raise ValidationFailed(problems=[problem])
    return {redact_text(key): redact_text(value) for key, value in labels.items()}
