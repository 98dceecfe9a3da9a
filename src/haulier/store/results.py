"""Results of completed jobs."""

from datetime import datetime

from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.results import JobResult
from haulier.store.database import SystemTx, WorkspaceTx
from haulier.store.records import read, read_optional, read_uuid
from haulier.store.statements import statement


async def get(tx: WorkspaceTx, job_id: JobId) -> JobResult | None:
    """What the job left; None when it has not completed or returned nothing."""
    row = await tx.connection.fetchrow(statement("results/get"), tx.workspace_id, job_id)
    if row is None:
        return None
    return JobResult(
        workspace_id=WorkspaceId(read(row, "workspace_id", str)),
        job_id=JobId(read_uuid(row, "job_id")),
        body=read_optional(row, "body", str),
        output_uri=read_optional(row, "output_uri", str),
        content_type=read(row, "content_type", str),
        size_bytes=read(row, "size_bytes", int),
        sha256=read(row, "sha256", bytes),
        extracted_text=read_optional(row, "extracted_text", str),
        quality_score=read_optional(row, "quality_score", float),
        processing_time_ms=read(row, "processing_time_ms", int),
        created_at=read(row, "created_at", datetime),
        expires_at=read(row, "expires_at", datetime),
        expired=read(row, "expired", bool),
    )


async def remove_expired(tx: SystemTx, limit: int) -> list[str | None]:
    """Removes results a week past their time; returns where each lay, None for inline ones."""
    rows = await tx.connection.fetch(statement("results/expired"), limit)
    return [read_optional(row, "output_uri", str) for row in rows]
