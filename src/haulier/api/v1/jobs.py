"""Jobs over HTTP."""

from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.auth import Authenticated
from haulier.api.body import read_body
from haulier.api.context import Caller, context_of
from haulier.api.documentation import WITH_BODY, describe, example
from haulier.api.hot import HotRoute, hot
from haulier.api.v1 import examples, shapes
from haulier.api.v1.job_body import JobBody, NewJob, to_request, with_args_at
from haulier.api.v1.job_filters import JobCursors, JobQuery, next_link, read_filter
from haulier.api.v1.job_json import acknowledgement_json, answer_enqueued, job_json, job_path
from haulier.domain.access import Permission
from haulier.domain.ids import parse_job_id
from haulier.errors import ValidationFailed

hot_router: Final = APIRouter(prefix="/v1/jobs", tags=["jobs"], route_class=HotRoute)
router: Final = APIRouter(prefix="/v1/jobs", tags=["jobs"])

_decoder: Final = msgspec.json.Decoder(JobBody)
_DUPLICATE_HEADERS: Final = {
    "Location": "Path of the job.",
    "Haulier-Duplicate-Of": "Id of the earlier job.",
}


async def _create(request: Request, caller: Caller) -> Response:
    context = context_of(request)
    body = await read_body(request, _decoder, NewJob)
    wanted = to_request(body, caller, request.headers.get("idempotency-key"))
    try:
        enqueued = await context.services.jobs.enqueue(caller.principal, wanted)
    except ValidationFailed as error:
        raise with_args_at(error, "/args" if body.payload is None else "/payload") from error
    told = enqueued.acknowledgement
    return answer_enqueued(enqueued, acknowledgement_json(told), job_path(told.id), context.config)


@hot_router.post(
    "",
    status_code=202,
    response_model=shapes.Acknowledgement,
    **describe(
        "Ask for a job",
        "Answers when the job is durable: 202 with its Location, or 200 when the same work was "
        "asked for before. A repeated Idempotency-Key (24 hours) gets the first answer again, "
        "with Idempotency-Replayed: true.",
        Permission.JOBS_CREATE,
        problems=(409, *WITH_BODY),
        answers={
            202: example(examples.ACKNOWLEDGEMENT, "The job.", {"Location": "Path of the job."}),
            200: example(
                examples.DUPLICATE,
                "The same work's earlier job.",
                _DUPLICATE_HEADERS,
                shape=shapes.Acknowledgement,
            ),
        },
    ),
)
@hot(_create)
async def create_job(body: NewJob) -> None:
    """Declares the route; `_create` runs."""


async def _get(request: Request, caller: Caller) -> Response:
    job_id = parse_job_id(request.path_params["job_id"])
    job = await context_of(request).services.jobs.get(caller.principal, job_id)
    return json_answer(job_json(job))


@hot_router.get(
    "/{job_id}",
    response_model=shapes.Job,
    **describe(
        "Read a job",
        "The job as it stands. Its args are null for a credential without payloads:read.",
        Permission.JOBS_READ,
        problems=(404,),
        answers={200: example(examples.JOB, "The job.")},
    ),
)
@hot(_get)
async def get_job(job_id: str) -> None:
    """Declares the route; `_get` runs."""


@router.get(
    "",
    response_model=shapes.Page[shapes.Job],
    **describe(
        "List jobs",
        "Newest first. `status` takes one word or several joined by commas, aliases included "
        "(done, processing, canceled, ...); `label.KEY=VALUE` narrows by a label.",
        Permission.JOBS_READ,
        problems=(400, 422),
        answers={200: example(examples.JOBS, "A page.", {"Link": 'The next page, rel="next".'})},
    ),
)
async def list_jobs(
    request: Request,
    caller: Authenticated,
    query: Annotated[JobQuery, Query()],
) -> Response:
    """A page of jobs."""
    context = context_of(request)
    wanted = read_filter(query, request.query_params.multi_items())
    cursors = JobCursors(context.config, caller, wanted)
    below = cursors.read(query.cursor)
    found = await context.services.jobs.list_page(caller.principal, wanted, below, query.limit + 1)
    page = found[: query.limit]
    following = cursors.after(page[-1]) if len(found) > query.limit else None
    headers: dict[str, str] = {}
    if following is not None:
        headers["Link"] = next_link(request, context.config, {"cursor": following})
    return json_answer(
        {
            "data": [job_json(job) for job in page],
            "has_more": following is not None,
            "next_cursor": following,
        },
        headers=headers,
    )
