"""What a completed job leaves."""

from dataclasses import dataclass
from datetime import datetime

from haulier.domain.ids import JobId, WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """A row of `job_results`."""

    workspace_id: WorkspaceId
    job_id: JobId
    body: str | None
    """JSON text; None when it lies in the blob store."""
    output_uri: str | None
    content_type: str
    size_bytes: int
    sha256: bytes
    extracted_text: str | None
    quality_score: float | None
    processing_time_ms: int
    created_at: datetime
    expires_at: datetime
    expired: bool
    """By the database's clock."""
