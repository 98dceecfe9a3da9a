"""Jobs as a workspace's callers use them: enqueue, read, cancel, retry."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeAlias

import msgspec

from haulier.domain.access import Origin, Permission, Principal, require
from haulier.domain.idempotency import (
    canonical_json,
    dedupe_key,
    parse_idempotency_key,
    request_digest,
)
from haulier.domain.ids import JobId, format_job_id
from haulier.domain.jobs import Job, NewJob
from haulier.domain.kinds import Kind, parse_queue
from haulier.domain.priorities import inherit, parse_priority
from haulier.domain.states import Status
from haulier.errors import (
    DuplicateJob,
    FieldProblem,
    IdempotencyInProgress,
    IdempotencyMismatch,
    IllegalTransition,
    NotFound,
    ValidationFailed,
)
from haulier.services.batching import Enqueue, EnqueueBatcher, KeyTaken
from haulier.services.fetch_policies import FetchPolicies
from haulier.services.kinds import KindCatalogue
from haulier.services.requests import Acknowledgement, Enqueued, JobRequest, acknowledge
from haulier.store import audit_log, events, jobs, keys, queue_entries
from haulier.store.database import Database, SystemTx
from haulier.store.jobs import JobFilter, JobToWrite
from haulier.store.keys import WantedKey

IDEMPOTENCY_WINDOW: Final = timedelta(hours=24)
RETRY_WINDOW: Final = timedelta(days=365)
MAX_LABELS: Final = 32
MAX_LABEL_LENGTH: Final = 200

RequestName: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAnswer:
    """What cancelling came to."""

    job: Job
    accepted: bool
    """True while the job still has to stop; False when it has ended already, now or before."""


class Jobs:
    """The use cases of jobs."""

    def __init__(
        self,
        database: Database,
        batcher: EnqueueBatcher,
        kinds: KindCatalogue,
        policies: FetchPolicies,
    ) -> None:
        self._database = database
        self._batcher = batcher
        self._kinds = kinds
        self._policies = policies
        self._in_flight: set[RequestName] = set()

    async def enqueue(self, principal: Principal, request: JobRequest) -> Enqueued:
        """Writes the job down, or finds that the same was asked before.

        Returns only when it is durable. Raises UnknownKind, ValidationFailed, InvalidInput,
        IdempotencyInProgress, IdempotencyMismatch, DuplicateJob (`on_duplicate="reject"`),
        Forbidden, Unavailable.
        """
        require(principal, Permission.JOBS_CREATE)
        kind = await self._kinds.check_args(request.kind, request.args)
        await self._policies.check_args(principal.workspace_id, kind, request.args)
        new = _new_job(principal, kind, request)
        wanted = _wanted_keys(principal, kind, request, new)
        name = (principal.workspace_id, request.idempotency_key or "")
        if request.idempotency_key and name in self._in_flight:
            raise IdempotencyInProgress
        if request.idempotency_key:
            self._in_flight.add(name)
        try:
            return await self._write(request, new, wanted)
        finally:
            self._in_flight.discard(name)

    async def get(self, principal: Principal, job_id: JobId) -> Job:
        """The job as it stands; its args only with `payloads:read`. Raises NotFound."""
        require(principal, Permission.JOBS_READ)
        async with self._database.workspace(principal.workspace_id) as tx:
            job = await jobs.get(tx, principal.workspace_id, job_id)
        if job is None:
            raise NotFound
        return _hide_args(principal, job)

    async def list_page(
        self, principal: Principal, wanted: JobFilter, below: JobId | None, limit: int
    ) -> list[Job]:
        """Jobs newest first, below an id; args only with `payloads:read`."""
        require(principal, Permission.JOBS_READ)
        async with self._database.workspace(principal.workspace_id) as tx:
            found = await jobs.list_page(tx, wanted, below, limit)
        return [_hide_args(principal, job) for job in found]

    async def cancel(
        self, principal: Principal, job_id: JobId, reason: str, origin: Origin
    ) -> CancelAnswer:
        """Ends a job that waits, or tells a running one to stop. Idempotent.

        Raises NotFound. A job that has ended stays as it ended.
        """
        require(principal, Permission.JOBS_CANCEL)
        async with self._database.workspace(principal.workspace_id) as tx:
            entry = await queue_entries.lock(tx, job_id)
            if entry is not None and not entry.cancel_asked:
                change = queue_entries.ask_cancel if entry.is_running else queue_entries.cancel
                await change(tx, job_id, reason)
                target = Status.CANCELLING if entry.is_running else Status.CANCELLED
                await audit_log.append(
                    tx,
                    audit_log.Entry(
                        workspace_id=principal.workspace_id,
                        actor=principal.actor,
                        action="job.cancel",
                        resource_type="job",
                        resource_id=str(job_id),
                        from_state=entry.status,
                        to_state=target,
                        reason=reason or None,
                        origin=origin,
                    ),
                )
            job = await jobs.get(tx, principal.workspace_id, job_id)
        if job is None:
            raise NotFound
        return CancelAnswer(job=_hide_args(principal, job), accepted=not job.status.is_final)

    async def retry(self, principal: Principal, job_id: JobId, origin: Origin) -> Enqueued:
        """Asks for a job's work once more, as a job of its own that names the old one.

        However often and from wherever it is called, one job comes of it. Raises NotFound, and
        IllegalTransition unless the job failed or was cancelled.
        """
        require(principal, Permission.JOBS_WRITE)
        async with self._database.workspace(principal.workspace_id) as tx:
            job = await jobs.get(tx, principal.workspace_id, job_id)
        if job is None:
            raise NotFound
        if job.status not in {Status.FAILED, Status.CANCELLED}:
            raise IllegalTransition(format_job_id(job_id), job.status, Status.QUEUED)
        new = _again(principal, job)
        key = WantedKey(
            workspace_id=principal.workspace_id,
            scope="retry",
            key=str(job_id),
            digest=request_digest(str(job_id)),
            kept_for=RETRY_WINDOW,
        )
        request = JobRequest(kind=str(job.kind), origin=origin)
        return await self._write(request, new, (key,))

    async def _write(
        self, request: JobRequest, new: NewJob, wanted: tuple[WantedKey, ...]
    ) -> Enqueued:
        item = JobToWrite(job=new, origin=request.origin)
        for _ in range(3):  # a key that was free again in between is tried for once more
            try:
                written = await self._batcher.write(Enqueue(item=item, keys=wanted))
            except KeyTaken:
                async with self._database.system() as tx:
                    answer = await _answer_repeat(tx, request, item, wanted)
                if answer is not None:
                    return answer
            else:
                return Enqueued(acknowledgement=_acknowledge(new, written))
        raise IdempotencyInProgress


async def _answer_repeat(
    tx: SystemTx, request: JobRequest, item: JobToWrite, wanted: Sequence[WantedKey]
) -> Enqueued | None:
    """What to tell a request whose keys others hold; None when they are free again."""
    by_scope = {key.scope: key for key in wanted}
    if (asked := by_scope.get("request")) is not None:
        held = await keys.get(tx, asked.workspace_id, "request", asked.key)
        if held is not None:
            return await _replay(tx, asked, held)
    natural = by_scope.get("dedupe") or by_scope.get("retry")
    if natural is None:
        return None
    held = await keys.get(tx, natural.workspace_id, natural.scope, natural.key)
    if held is None:
        return None
    job = await jobs.get(tx, natural.workspace_id, held.job_id)
    if job is None:
        return None
    if natural.scope == "dedupe" and job.status in {Status.FAILED, Status.CANCELLED}:
        return await _take_over(tx, item, wanted)
    if request.on_duplicate == "reject":
        raise DuplicateJob(f"The same work was asked for as {format_job_id(job.id)}.")
    answer = _duplicate_of(job)
    if asked is not None:
        await keys.put(tx, asked, job.id, msgspec.json.encode(answer).decode())
    return Enqueued(acknowledgement=answer)


async def _replay(tx: SystemTx, asked: WantedKey, held: keys.HeldKey) -> Enqueued:
    if held.digest != asked.digest:
        raise IdempotencyMismatch
    if held.answer is not None:
        answer = msgspec.json.decode(held.answer, type=Acknowledgement)
        return Enqueued(acknowledgement=answer, replayed=True)
    job = await jobs.get(tx, asked.workspace_id, held.job_id)
    if job is None:
        raise IdempotencyInProgress
    (queued,) = await events.list_after(tx, asked.workspace_id, held.job_id, 0, 1)
    run_at = job.created_at + timedelta(seconds=float(str(queued.data.get("delay_seconds", 0))))
    answer = acknowledge(
        job_id=job.id,
        kind=job.kind,
        queue=job.queue,
        priority=job.priority,
        created_at=job.created_at,
        run_at=run_at,
    )
    return Enqueued(acknowledgement=answer, replayed=True)


async def _take_over(tx: SystemTx, item: JobToWrite, wanted: Sequence[WantedKey]) -> Enqueued:
    """The job that had the natural key failed or was cancelled: this one does the work."""
    lane = f"{item.job.queue} {item.job.workspace_id}"
    (written,) = await jobs.enqueue(tx, [item], [lane])
    for key in wanted:
        await keys.put(tx, key, written.id, None)
    return Enqueued(acknowledgement=_acknowledge(item.job, written))


def _acknowledge(new: NewJob, written: jobs.WrittenJob) -> Acknowledgement:
    return acknowledge(
        job_id=written.id,
        kind=new.kind,
        queue=new.queue,
        priority=new.priority,
        created_at=written.created_at,
        run_at=written.run_at,
    )


def _duplicate_of(job: Job) -> Acknowledgement:
    return Acknowledgement(
        id=format_job_id(job.id),
        kind=str(job.kind),
        queue=job.queue,
        priority=job.priority,
        status=job.status,
        created_at=job.created_at,
        run_at=job.run_at,
        duplicate=True,
    )


def _new_job(principal: Principal, kind: Kind, request: JobRequest) -> NewJob:
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


def _again(principal: Principal, job: Job) -> NewJob:
    return NewJob(
        workspace_id=job.workspace_id,
        kind=job.kind,
        queue=job.queue,
        priority=job.priority,
        args=canonical_json(job.args),
        max_attempts=job.max_attempts,
        timeout=job.timeout,
        created_by=principal.actor,
        labels=job.labels,
        trace_context=job.trace_context,
        retried_from=job.id,
    )


def _wanted_keys(
    principal: Principal, kind: Kind, request: JobRequest, new: NewJob
) -> tuple[WantedKey, ...]:
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


def _hide_args(principal: Principal, job: Job) -> Job:
    if Permission.PAYLOADS_READ in principal.permissions:
        return job
    return replace(job, args=None)
