"""Dead letters: failed jobs, kept apart from the rest. Written with the end of the job."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from haulier.domain.access import Origin
from haulier.domain.dead_letters import DeadLetter, LetterFilter, LetterGroup
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.jobs import Job
from haulier.domain.kinds import KindRef
from haulier.store.database import SystemTx, WorkspaceTx
from haulier.store.jobs import read_job
from haulier.store.records import (
    read,
    read_object,
    read_optional_time,
    read_optional_uuid,
    read_uuid,
)
from haulier.store.statements import statement

if TYPE_CHECKING:
    from asyncpg import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayable:
    """Which letters can be replayed."""

    matched: int
    """How many, counted up to the limit that was given."""
    job_ids: tuple[JobId, ...]
    """The first of them, earliest failure first."""


async def list_page(
    tx: WorkspaceTx,
    wanted: LetterFilter,
    after: tuple[datetime, UUID] | None,
    offset: int,
    limit: int,
) -> list[DeadLetter]:
    """Letters, latest failure first, that come after a place in that order."""
    failed_at, job_id = after or (None, None)
    rows = await tx.connection.fetch(
        _list_statement(wanted),
        tx.workspace_id,
        *_columns(wanted),
        failed_at,
        job_id,
        offset,
        limit,
    )
    return [_letter(row) for row in rows]


async def get(tx: WorkspaceTx, job_id: JobId) -> DeadLetter | None:
    """The letter of a job, with its args while the job is kept."""
    row = await tx.connection.fetchrow(statement("dead_letters/get"), tx.workspace_id, job_id)
    if row is None:
        return None
    letter = _letter(row)
    return letter if row["args"] is None else replace(letter, args=read_object(row, "args"))


async def groups(
    tx: WorkspaceTx, wanted: LetterFilter, after: tuple[int, str] | None, limit: int
) -> list[LetterGroup]:
    """Letters by fingerprint, the most frequent first, after a place in that order."""
    count, fingerprint = after or (None, None)
    rows = await tx.connection.fetch(
        statement("dead_letters/groups"),
        tx.workspace_id,
        *_columns(wanted),
        count,
        fingerprint,
        limit,
    )
    return [
        LetterGroup(
            fingerprint=read(row, "fingerprint", str),
            count=read(row, "count", int),
            open=read(row, "open", int),
            first_seen=read(row, "first_seen", datetime),
            last_seen=read(row, "last_seen", datetime),
            sample=_letter(row),
        )
        for row in rows
    ]


async def replayable(tx: WorkspaceTx, wanted: LetterFilter, counted: int, named: int) -> Replayable:
    """The letters whose job is still kept: at most `counted` of them, `named` by their ids."""
    row = await tx.connection.fetchrow(
        statement("dead_letters/replayable"), tx.workspace_id, *_columns(wanted), counted, named
    )
    if row is None:
        raise RuntimeError("a count is one row")
    found: list[UUID] = row["job_ids"] or []
    return Replayable(
        matched=read(row, "matched", int),
        job_ids=tuple(JobId(UUID(bytes=job_id.bytes)) for job_id in found),
    )


async def lock(tx: SystemTx, workspace_id: WorkspaceId, job_id: JobId) -> bool:
    """Holds a letter until the transaction ends; False when there is none."""
    found: object = await tx.connection.fetchval(
        statement("dead_letters/lock"), workspace_id, job_id
    )
    return found is not None


async def take(tx: SystemTx, workspace_id: WorkspaceId, job_ids: Sequence[JobId]) -> list[Job]:
    """Holds the letters that were not replayed and that nobody else holds; returns their jobs.

    In the order in which they failed.
    """
    rows = await tx.connection.fetch(statement("dead_letters/take"), workspace_id, list(job_ids))
    return [read_job(row) for row in rows]


async def mark_replayed(
    tx: SystemTx,
    workspace_id: WorkspaceId,
    replays: Sequence[tuple[JobId, JobId]],
    actor: str,
    origin: Origin,
) -> None:
    """Notes for each letter the job that it was replayed as, with an audit entry.

    `replays` are pairs of the failed job and the job made of it.
    """
    await tx.connection.execute(
        statement("dead_letters/mark_replayed"),
        workspace_id,
        [failed for failed, _ in replays],
        [made for _, made in replays],
        actor,
        origin.ip_address,
        origin.user_agent,
        origin.request_id,
        origin.trace_id,
    )


async def delete(tx: WorkspaceTx, job_id: JobId) -> bool:
    """Removes a letter; False when there is none."""
    gone: object = await tx.connection.fetchval(
        statement("dead_letters/delete"), tx.workspace_id, job_id
    )
    return gone is not None


async def purge(tx: WorkspaceTx, wanted: LetterFilter, limit: int) -> int:
    """Removes letters, the earliest failures first, at most `limit`; returns how many."""
    row = await tx.connection.fetchrow(
        statement("dead_letters/purge"), tx.workspace_id, *_columns(wanted), limit
    )
    return 0 if row is None else read(row, "count", int)


async def remove_old(tx: SystemTx, retention: timedelta, limit: int) -> int:
    """Removes those that are older than `retention`, at most `limit`; returns how many."""
    return len(await tx.connection.fetch(statement("dead_letters/remove_old"), retention, limit))


def _list_statement(wanted: LetterFilter) -> str:
    """The statement whose index fits; the other filters are applied to what it finds."""
    if wanted.fingerprint is not None:
        return statement("dead_letters/list_by_fingerprint")
    if wanted.category is not None:
        return statement("dead_letters/list_by_category")
    if wanted.region is not None:
        return statement("dead_letters/list_by_region")
    return statement("dead_letters/list")


def _columns(wanted: LetterFilter) -> tuple[object, ...]:
    return (
        wanted.category,
        wanted.kind,
        wanted.queue,
        wanted.region,
        wanted.fingerprint,
        wanted.failed_after,
        wanted.failed_before,
        wanted.older_than,
        wanted.replayed,
    )


def _letter(row: "Record") -> DeadLetter:
    replayed_as = read_optional_uuid(row, "replayed_as")
    return DeadLetter(
        workspace_id=WorkspaceId(read(row, "workspace_id", str)),
        job_id=JobId(read_uuid(row, "job_id")),
        kind=KindRef(read(row, "kind", str), read(row, "kind_version", int)),
        queue=read(row, "queue", str),
        region=read(row, "region", str),
        category=read(row, "category", str),
        fingerprint=read(row, "fingerprint", str),
        error_type=read(row, "error_type", str),
        message=read(row, "message", str),
        attempts=read(row, "attempts", int),
        failed_at=read(row, "failed_at", datetime),
        replayed_as=None if replayed_as is None else JobId(replayed_as),
        replayed_at=read_optional_time(row, "replayed_at"),
    )
