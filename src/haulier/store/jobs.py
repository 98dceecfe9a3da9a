"""Jobs: the facts of what was asked, and the view of where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from haulier.domain.access import Origin
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.jobs import Job, NewJob, Progress
from haulier.domain.kinds import KindRef
from haulier.domain.states import Status
from haulier.store.database import SystemTx, WorkspaceTx
from haulier.store.records import (
    dump,
    read,
    read_object,
    read_optional,
    read_optional_time,
    read_optional_uuid,
    read_uuid,
)
from haulier.store.statements import statement

if TYPE_CHECKING:
    from asyncpg import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class JobToWrite:
    """A job on its way into the database."""

    job: NewJob
    origin: Origin
    id: JobId | None = None
    """Chosen by the keys that it won; None lets the database make one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenJob:
    """A job that is there now, for good."""

    id: JobId
    created_at: datetime
    run_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """What a list of jobs is narrowed by; None and () leave it as wide as it is."""

    statuses: tuple[Status, ...] = ()
    kind: str | None = None
    queue: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    created_after: datetime | None = None
    created_before: datetime | None = None


async def enqueue(
    tx: SystemTx, jobs: Sequence[JobToWrite], wake: Sequence[str]
) -> list[WrittenJob]:
    """Writes the jobs with entries, events and audit entries, in the order given.

    `wake` names the lanes ("queue workspace") to notify when it commits.
    """
    new = [item.job for item in jobs]
    rows = await tx.connection.fetch(
        statement("jobs/enqueue"),
        [job.workspace_id for job in new],
        [item.id for item in jobs],
        [job.kind.name for job in new],
        [job.kind.version for job in new],
        [job.queue for job in new],
        [job.priority for job in new],
        [job.max_attempts for job in new],
        [job.timeout for job in new],
        [job.args.decode() for job in new],
        [dump(job.labels) if job.labels else None for job in new],
        [job.run_at for job in new],
        [job.retried_from for job in new],
        [job.trace_context for job in new],
        [job.created_by for job in new],
        [item.origin.request_id for item in jobs],
        [item.origin.trace_id for item in jobs],
        [item.origin.ip_address for item in jobs],
        [item.origin.user_agent for item in jobs],
        list(wake),
        [job.delay for job in new],
    )
    return [
        WrittenJob(
            id=JobId(read_uuid(row, "id")),
            created_at=read(row, "created_at", datetime),
            run_at=read(row, "run_at", datetime),
        )
        for row in rows
    ]


async def get(tx: WorkspaceTx | SystemTx, workspace_id: WorkspaceId, job_id: JobId) -> Job | None:
    """The job as it stands, or None."""
    row = await tx.connection.fetchrow(statement("jobs/get"), workspace_id, job_id)
    return None if row is None else read_job(row)


async def list_page(
    tx: WorkspaceTx, wanted: JobFilter, below: JobId | None, limit: int
) -> list[Job]:
    """Jobs newest first, those with ids below `below`; at most `limit`."""
    live = [status for status in wanted.statuses if not status.is_final]
    final = [status for status in wanted.statuses if status.is_final]
    if not wanted.statuses:
        return await _list(tx, "jobs/list_all", wanted, below, limit)
    found: list[Job] = []
    if live:
        found += await _list(tx, "jobs/list_live", wanted, below, limit, live)
    if final:
        found += await _list(tx, "jobs/list_final", wanted, below, limit, final)
    return sorted(found, key=lambda job: job.id, reverse=True)[:limit]


async def _list(
    tx: WorkspaceTx,
    name: str,
    wanted: JobFilter,
    below: UUID | None,
    limit: int,
    statuses: Sequence[Status] | None = None,
) -> list[Job]:
    arguments: list[object] = [
        tx.workspace_id,
        below,
        wanted.kind,
        wanted.queue,
        dump(dict(wanted.labels)) if wanted.labels else None,
        wanted.created_after,
        wanted.created_before,
        limit,
    ]
    if statuses is not None:
        arguments.append(list(statuses))
    return [read_job(row) for row in await tx.connection.fetch(statement(name), *arguments)]


def read_job(row: "Record") -> Job:
    """A job as a row of `jobs_current` tells it."""
    status = Status(read(row, "status", str))
    return Job(
        workspace_id=WorkspaceId(read(row, "workspace_id", str)),
        id=JobId(read_uuid(row, "id")),
        kind=KindRef(read(row, "kind", str), read(row, "kind_version", int)),
        queue=read(row, "queue", str),
        priority=read(row, "priority", int),
        status=status,
        attempt=read(row, "attempt", int),
        max_attempts=read(row, "max_attempts", int),
        timeout=read(row, "timeout", timedelta),
        args=read_object(row, "args"),
        labels={key: str(value) for key, value in read_object(row, "labels").items()},
        created_by=read(row, "created_by", str),
        created_at=read(row, "created_at", datetime),
        run_at=None if status.is_final else read_optional_time(row, "run_at"),
        started_at=read_optional_time(row, "locked_at"),
        finished_at=read_optional_time(row, "finished_at"),
        locked_by=read_optional_uuid(row, "locked_by"),
        progress=_progress(row),
        error=read_object(row, "error") if row["error"] is not None else None,
        retried_from=_optional_job_id(row, "retried_from"),
        trace_context=read_optional(row, "trace_context", str),
    )


def _optional_job_id(row: "Record", column: str) -> JobId | None:
    value = read_optional_uuid(row, column)
    return None if value is None else JobId(value)


def _progress(row: "Record") -> Progress | None:
    if row["progress"] is None:
        return None
    data = read_object(row, "progress")
    fraction = data.pop("progress", 0.0)
    message = data.pop("message", "")
    return Progress(
        fraction=float(fraction) if isinstance(fraction, int | float) else 0.0,
        message=str(message),
        data=data,
    )
