"""Jobs as a workspace's callers use them: enqueue, read, cancel, retry."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from haulier.domain.access import Origin, Permission, Principal, require
from haulier.domain.ids import JobId, format_job_id
from haulier.domain.jobs import Job, NewJob
from haulier.domain.states import Status
from haulier.errors import IdempotencyInProgress, IllegalTransition, NotFound
from haulier.redact import redact_text
from haulier.services.batching import Enqueue, EnqueueBatcher, KeyTaken
from haulier.services.fetch_policies import FetchPolicies
from haulier.services.kinds import KindCatalogue
from haulier.services.new_jobs import again, new_job, wanted_keys
from haulier.services.repeats import acknowledge_written, answer_repeat
from haulier.services.replays import run_again
from haulier.services.requests import Enqueued, JobRequest
from haulier.store import audit_log, dead_letters, jobs, queue_entries
from haulier.store.database import Database
from haulier.store.jobs import JobFilter, JobToWrite
from haulier.store.keys import WantedKey
from haulier.store.records import storable_text

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
        new = new_job(principal, kind, request)
        wanted = wanted_keys(principal, kind, request, new)
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
        reason = storable_text(redact_text(reason))
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
        new = again(principal, job)
        async with self._database.system() as tx:
            await dead_letters.lock(tx, principal.workspace_id, job_id)
            return await run_again(tx, job, new, origin)

    async def _write(
        self, request: JobRequest, new: NewJob, wanted: tuple[WantedKey, ...]
    ) -> Enqueued:
        item = JobToWrite(job=new, origin=request.origin)
        for _ in range(3):  # a key that was free again in between is tried for once more
            try:
                written = await self._batcher.write(Enqueue(item=item, keys=wanted))
            except KeyTaken:
                async with self._database.system() as tx:
                    answer = await answer_repeat(tx, request, item, wanted)
                if answer is not None:
                    return answer
            else:
                return Enqueued(acknowledgement=acknowledge_written(new, written))
        raise IdempotencyInProgress


def _hide_args(principal: Principal, job: Job) -> Job:
    if Permission.PAYLOADS_READ in principal.permissions:
        return job
    return replace(job, args=None)
