"""What can be done to a job over HTTP: cancel it, ask for its work again."""

from typing import Annotated, Final

import msgspec
import pydantic
from fastapi import APIRouter
from msgspec import Meta
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.body import read_body
from haulier.api.context import Caller, context_of
from haulier.api.documentation import WITH_BODY, describe, example
from haulier.api.hot import HotRoute, hot
from haulier.api.v1 import examples, shapes
from haulier.api.v1.job_json import acknowledgement_json, answer_enqueued, job_json, job_path
from haulier.domain.access import Permission
from haulier.domain.ids import parse_job_id
from haulier.redact import redact_text

router: Final = APIRouter(prefix="/v1/jobs", tags=["jobs"], route_class=HotRoute)
_MAX_REASON: Final = 500


class CancelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `cancel` decodes."""

    reason: Annotated[str, Meta(max_length=_MAX_REASON)] = ""


class Cancel(pydantic.BaseModel):
    """Why a job is cancelled."""

    model_config = pydantic.ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{}]}
    )
    reason: Annotated[str, Field(max_length=_MAX_REASON, examples=["no longer needed"])] = ""


_decoder: Final = msgspec.json.Decoder(CancelBody)


async def _cancel(request: Request, caller: Caller) -> Response:
    job_id = parse_job_id(request.path_params["job_id"])
    given = await request.body()
    body = await read_body(request, _decoder, Cancel) if given else CancelBody()
    answer = await context_of(request).services.jobs.cancel(
        caller.principal, job_id, redact_text(body.reason), caller.facts.origin
    )
    return json_answer(job_json(answer.job), 202 if answer.accepted else 200)


@router.post(
    "/{job_id}/cancel",
    response_model=shapes.Job,
    **describe(
        "Cancel a job",
        "A waiting job ends at once (200). A running one is told to stop: 202 until it has. A job "
        "that has ended stays as it ended (200). However often it is called, the answer is the "
        "job as it stands.",
        Permission.JOBS_CANCEL,
        problems=(404, *WITH_BODY),
        answers={
            200: example(examples.CANCELLED, "The job has ended."),
            202: example(examples.CANCELLING, "The job is told to stop.", shape=shapes.Job),
        },
    ),
)
@hot(_cancel)
async def cancel_job(job_id: str, body: Cancel | None = None) -> None:
    """Declares the route; `_cancel` runs."""


async def _retry(request: Request, caller: Caller) -> Response:
    context = context_of(request)
    job_id = parse_job_id(request.path_params["job_id"])
    enqueued = await context.services.jobs.retry(caller.principal, job_id, caller.facts.origin)
    told = enqueued.acknowledgement
    return answer_enqueued(enqueued, acknowledgement_json(told), job_path(told.id), context.config)


@router.post(
    "/{job_id}/retry",
    status_code=202,
    response_model=shapes.Acknowledgement,
    **describe(
        "Ask for a job's work once more",
        "Makes a job of its own that names the old one in retried_from. However often it is "
        "called, one job comes of it. Only for jobs that failed or were cancelled.",
        Permission.JOBS_WRITE,
        problems=(404, 409, 422),
        answers={
            202: example(examples.ACKNOWLEDGEMENT, "The job.", {"Location": "Path of the job."}),
            200: example(
                examples.DUPLICATE,
                "It was asked for before; the job of that time.",
                shape=shapes.Acknowledgement,
            ),
        },
    ),
)
@hot(_retry)
async def retry_job(job_id: str) -> None:
    """Declares the route; `_retry` runs."""
