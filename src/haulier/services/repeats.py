"""What to tell a request whose keys other jobs hold."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from haulier.domain.ids import format_job_id
from haulier.domain.jobs import Job, NewJob
from haulier.domain.states import Status
from haulier.errors import DuplicateJob, IdempotencyInProgress, IdempotencyMismatch
from haulier.services.requests import Acknowledgement, Enqueued, JobRequest, acknowledge
from haulier.store import events, jobs, keys
from haulier.store.database import SystemTx
from haulier.store.jobs import JobToWrite
from haulier.store.keys import WantedKey


async def answer_repeat(
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
    answer = duplicate_of(job)
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
    return Enqueued(acknowledgement=acknowledge_written(item.job, written))


def acknowledge_written(new: NewJob, written: jobs.WrittenJob) -> Acknowledgement:
    """The answer for a job that was just written."""
    return acknowledge(
        job_id=written.id,
        kind=new.kind,
        queue=new.queue,
        priority=new.priority,
        created_at=written.created_at,
        run_at=written.run_at,
    )


def duplicate_of(job: Job) -> Acknowledgement:
    """The answer to whom the same work was asked for before, as this job."""
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
