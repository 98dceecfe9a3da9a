"""Results: written by a worker, read by whoever may see payloads."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from haulier.blobs.store import BlobStore
from haulier.domain.access import Permission, Principal, require
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.outcomes import StoredResult
from haulier.domain.results import JobResult
from haulier.domain.states import Status
from haulier.errors import JobFailed, NotFound, ResultExpired, ResultNotReady
from haulier.store import jobs, results
from haulier.store.database import Database

INLINE_MAX_BYTES: Final = 1024 * 1024
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundResult:
    """A result and, for one in the blob store, its bytes as they come."""

    result: JobResult
    chunks: AsyncIterator[bytes] | None


class Results:
    """The use cases of results."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    async def keep(
        self,
        workspace_id: WorkspaceId,
        job_id: JobId,
        lease_token: int,
        body: bytes,
        *,
        extracted_text: str | None = None,
        quality_score: float | None = None,
    ) -> StoredResult:
        """Makes a handler's JSON ready to be written with the end of its attempt. System.

        Over 1 MiB it goes to the blob store first, under a name of its own per lease, so that a
        holder whose lease was lost cannot overwrite the result of another.
        """
        uri = None
        if len(body) > INLINE_MAX_BYTES:
            uri = await self._blobs.put(workspace_id, f"{job_id}.{lease_token}", body)
        return StoredResult(
            body=None if uri else body.decode(),
            output_uri=uri,
            content_type=_JSON,
            size_bytes=len(body),
            sha256=sha256(body).digest(),
            extracted_text=extracted_text,
            quality_score=quality_score,
        )

    async def get(self, principal: Principal, job_id: JobId) -> FoundResult:
        """What the job left.

        Raises NotFound, ResultNotReady until it completed, JobFailed when it failed or was
        cancelled, ResultExpired past its time of keeping.
        """
        require(principal, Permission.JOBS_READ)
        require(principal, Permission.PAYLOADS_READ)
        workspace_id = principal.workspace_id
        async with self._database.workspace(workspace_id) as tx:
            job = await jobs.get(tx, workspace_id, job_id)
            if job is None:
                raise NotFound
            result = await results.get(tx, job_id)
        if job.status in {Status.FAILED, Status.CANCELLED}:
            text = str((job.error or {}).get("error", ""))
            raise JobFailed(f"The job {job.status} and left no result. {text}".strip())
        if not job.status.is_final:
            raise ResultNotReady(f"The job is {job.status}. Ask again when it has completed.")
        if result is None:
            raise NotFound("The job completed without a result, or its result was removed.")
        if result.expired:
            raise ResultExpired
        if result.output_uri is None:
            return FoundResult(result=result, chunks=None)
        return FoundResult(
            result=result, chunks=self._blobs.stream(workspace_id, result.output_uri)
        )
