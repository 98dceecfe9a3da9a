"""Results over HTTP."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from haulier.api.auth import Authenticated
from haulier.api.context import context_of
from haulier.api.documentation import describe, example
from haulier.domain.access import Permission
from haulier.domain.ids import format_job_id, parse_job_id
from haulier.domain.results import JobResult
from haulier.errors import NotFound

router: Final = APIRouter(prefix="/v1/jobs", tags=["jobs"])
_HEADERS: Final = {
    "ETag": "sha256- and the SHA-256 of the bytes in hex; If-None-Match answers 304.",
    "Repr-Digest": "RFC 9530.",
}


@router.get(
    "/{job_id}/result",
    response_model=None,
    **describe(
        "Read a job's result",
        "The bytes that the handler left, whatever their size. Until the job completed: 404 with "
        "the code result_not_ready and Retry-After; when it failed or was cancelled: 404 "
        "job_failed; past its time of keeping: 410 result_expired. Needs payloads:read as well.",
        Permission.JOBS_READ,
        problems=(404, 410, 422),
        answers={200: example({"grade": "B", "score": 82}, "The result.", _HEADERS)},
    ),
)
async def get_result(
    request: Request,
    caller: Authenticated,
    job_id: str,
    download: Annotated[bool, Query(description="Asks the browser to save it.")] = False,
) -> Response:
    """The result, whole or streamed."""
    wanted = parse_job_id(job_id)
    found = await context_of(request).services.results.get(caller.principal, wanted)
    headers = _headers(found.result)
    if download:
        name = f"{format_job_id(wanted)}.json"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    media_type = found.result.content_type
    if found.chunks is None:
        return Response((found.result.body or "").encode(), headers=headers, media_type=media_type)
    # The first chunk is asked for before the status goes out: what is not there answers 404.
    first = await anext(found.chunks, None)
    if first is None:
        raise NotFound("The result is not in the blob store.")
    headers["Content-Length"] = str(found.result.size_bytes)
    return StreamingResponse(_joined(first, found.chunks), headers=headers, media_type=media_type)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _headers(result: JobResult) -> dict[str, str]:
    return {
        "ETag": f'"sha256-{result.sha256.hex()}"',
        "Repr-Digest": f"sha-256=:{b64encode(result.sha256).decode()}:",
        "Cache-Control": "private, no-cache",
    }


def _is_known(request: Request, tag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    return tag in {part.strip().removeprefix("W/") for part in given.split(",")}
