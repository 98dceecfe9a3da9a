"""Idempotency, dedupe and retry keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from haulier.domain.ids import JobId, WorkspaceId
from haulier.store.database import SystemTx
from haulier.store.records import read, read_optional, read_uuid
from haulier.store.statements import statement

Scope: TypeAlias = Literal["request", "dedupe", "retry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedKey:
    """A key that a new job needs."""

    workspace_id: WorkspaceId
    scope: Scope
    key: str
    digest: bytes
    kept_for: timedelta

    @property
    def name(self) -> tuple[WorkspaceId, Scope, str]:
        """What makes it unique."""
        return (self.workspace_id, self.scope, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A key that some job has."""

    job_id: JobId
    digest: bytes
    answer: str | None


async def claim(
    tx: SystemTx, wanted: Sequence[tuple[int, WantedKey]], jobs: int
) -> dict[tuple[WorkspaceId, Scope, str], tuple[int, JobId]]:
    """Takes keys for jobs numbered 1 to `jobs`; returns those won with their job's new id.

    No key may be wanted twice in one call.
    """
    ordered = sorted(wanted, key=lambda item: item[1].name)
    rows = await tx.connection.fetch(
        statement("keys/claim"),
        jobs,
        [key.workspace_id for _, key in ordered],
        [key.scope for _, key in ordered],
        [key.key for _, key in ordered],
        [number for number, _ in ordered],
        [key.digest for _, key in ordered],
        [key.kept_for for _, key in ordered],
    )
    return {
        (WorkspaceId(row["workspace_id"]), row["scope"], row["key"]): (
            row["n"],
            JobId(read_uuid(row, "job_id")),
        )
        for row in rows
    }


async def release(
    tx: SystemTx, keys: Sequence[tuple[tuple[WorkspaceId, Scope, str], JobId]]
) -> None:
    """Gives keys back that point to jobs which were not written."""
    await tx.connection.execute(
        statement("keys/release"),
        [workspace_id for (workspace_id, _, _), _ in keys],
        [scope for (_, scope, _), _ in keys],
        [key for (_, _, key), _ in keys],
        [job_id for _, job_id in keys],
    )


async def get(tx: SystemTx, workspace_id: WorkspaceId, scope: Scope, key: str) -> HeldKey | None:
    """Who has the key now, held until the transaction ends; None when it is free."""
    row = await tx.connection.fetchrow(statement("keys/get"), workspace_id, scope, key)
    if row is None:
        return None
    return HeldKey(
        job_id=JobId(read_uuid(row, "job_id")),
        digest=read(row, "request_digest", bytes),
        answer=read_optional(row, "answer", str),
    )


async def put(tx: SystemTx, key: WantedKey, job_id: JobId, answer: str | None) -> None:
    """Points the key at a job, whoever had it before."""
    await tx.connection.execute(
        statement("keys/put"),
        key.workspace_id,
        key.scope,
        key.key,
        job_id,
        key.digest,
        answer,
        key.kept_for,
    )


async def sweep(tx: SystemTx, limit: int) -> int:
    """Forgets keys past their time, at most `limit`; returns how many it forgot."""
    return len(await tx.connection.fetch(statement("keys/sweep"), limit))
