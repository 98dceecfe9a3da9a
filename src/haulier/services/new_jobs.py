"""From a request that passed its checks to the job that is written, and the keys it must win."""

from collections.abc import Mapping
from datetime import timedelta
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
from haulier.services.requests import JobRequest
from haulier.store.keys import WantedKey

IDEMPOTENCY_WINDOW: Final = timedelta(hours=24)
RETRY_WINDOW: Final = timedelta(days=365)
MAX_LABELS: Final = 32
MAX_LABEL_LENGTH: Final = 200


def new_job(principal: Principal, kind: Kind, request: JobRequest) -> NewJob:
    """The job that a request asks for. Raises InvalidInput, ValidationFailed."""
    given = None if request.priority is None else parse_priority(request.priority)
    return NewJob(
        workspace_id=principal.workspace_id,
        kind=kind.ref,
        queue=kind.queue if request.queue is None else parse_queue(request.queue),
        priority=inherit(given, kind.priority),
        args=canonical_json(request.args),
        max_attempts=request.max_attempts or kind.retry.max_attempts,
        timeout=request.timeout or kind.timeout,
        created_by=principal.actor,
        run_at=request.run_at,
        delay=request.delay,
        labels=_check_labels(request),
        trace_context=request.trace_context,
    )


def again(principal: Principal, job: Job, args: Mapping[str, object] | None = None) -> NewJob:
    """The same work once more, with other args where they are given."""
    return NewJob(
        workspace_id=job.workspace_id,
        kind=job.kind,
        queue=job.queue,
        priority=job.priority,
        args=canonical_json(job.args if args is None else args),
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
        natural = request.dedupe_key or dedupe_key(new.workspace_id, kind, request.args)
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
    return labels
