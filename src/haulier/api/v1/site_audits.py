"""Site audits over HTTP: jobs of the kind `site.audit` under a name of their own."""

from typing import Annotated, Final

import msgspec
import pydantic
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.body import read_body
from haulier.api.context import Caller, context_of
from haulier.api.documentation import WITH_BODY, describe, example
from haulier.api.hot import HotRoute, hot
from haulier.api.v1 import examples, shapes
from haulier.api.v1.job_body import JobBody, to_request, with_args_at
from haulier.api.v1.job_json import acknowledgement_json, answer_enqueued, job_json
from haulier.domain.access import Permission
from haulier.domain.ids import format_job_id, parse_job_id
from haulier.errors import FieldProblem, NotFound, ValidationFailed

router: Final = APIRouter(prefix="/v1/site-audits", tags=["site audits"], route_class=HotRoute)

KIND: Final = "site.audit"
_JOB_FIELDS: Final = frozenset({"on_duplicate", "client_request_id", "workspace_id"}) | {
    "queue",
    "priority",
    "run_at",
    "delay_seconds",
    "max_attempts",
    "timeout_seconds",
    "labels",
    "dedupe",
    "dedupe_key",
}
"""What says how the job runs; everything else says what is audited."""


class NewSiteAudit(pydantic.BaseModel):
    """A site audit to run.

    Further fields are options of the kind `site.audit`, or fields of a new job that say how it
    runs (`priority`, `labels`, `dedupe`, ...).
    """

    model_config = pydantic.ConfigDict(
        extra="allow",
        strict=True,
        json_schema_extra={"examples": [{"url": "https://example.com/"}]},
    )
    url: Annotated[str, Field(max_length=4096, description="http or https.")]


_decoder: Final = msgspec.json.Decoder(dict[str, object])


async def _create(request: Request, caller: Caller) -> Response:
    context = context_of(request)
    given = await read_body(request, _decoder, NewSiteAudit)
    wanted = to_request(_job_body(given), caller, request.headers.get("idempotency-key"))
    try:
        enqueued = await context.services.jobs.enqueue(caller.principal, wanted)
    except ValidationFailed as error:
        raise with_args_at(error, "") from error
    told = enqueued.acknowledgement
    body = {
        "audit_id": told.id,
        "job": acknowledgement_json(told),
        "duplicate": told.duplicate,
    }
    return answer_enqueued(enqueued, body, f"/v1/site-audits/{told.id}", context.config)


@router.post(
    "",
    status_code=202,
    response_model=shapes.SiteAuditAcknowledgement,
    **describe(
        "Ask for a site audit",
        "The same as POST /v1/jobs with the kind site.audit; audit_id is the id of the job.",
        Permission.JOBS_CREATE,
        problems=(409, *WITH_BODY),
        answers={
            202: example(
                examples.SITE_AUDIT_ACKNOWLEDGEMENT, "The audit.", {"Location": "Its path."}
            ),
            200: example(
                examples.SITE_AUDIT_DUPLICATE,
                "The same site's earlier audit.",
                shape=shapes.SiteAuditAcknowledgement,
            ),
        },
    ),
)
@hot(_create)
async def create_site_audit(body: NewSiteAudit) -> None:
    """Declares the route; `_create` runs."""


async def _get(request: Request, caller: Caller) -> Response:
    audit_id = parse_job_id(request.path_params["audit_id"])
    job = await context_of(request).services.jobs.get(caller.principal, audit_id)
    if job.kind.name != KIND:
        raise NotFound
    return json_answer({"audit_id": format_job_id(job.id), "job": job_json(job)})


@router.get(
    "/{audit_id}",
    response_model=shapes.SiteAudit,
    **describe(
        "Read a site audit",
        "The audit as it stands; its report is the result of its job.",
        Permission.JOBS_READ,
        problems=(404,),
        answers={200: example(examples.SITE_AUDIT, "The audit.")},
    ),
)
@hot(_get)
async def get_site_audit(audit_id: str) -> None:
    """Declares the route; `_get` runs."""


def _job_body(given: dict[str, object]) -> JobBody:
    if not isinstance(given.get("url"), str):
        problem = FieldProblem(pointer="/url", code="required", detail="An audit needs a URL.")
        raise ValidationFailed(problem.detail, problems=[problem])
    args = {name: value for name, value in given.items() if name not in _JOB_FIELDS}
    fields = {name: value for name, value in given.items() if name in _JOB_FIELDS}
    try:
        return msgspec.convert({**fields, "kind": KIND, "args": args}, JobBody)
    except msgspec.ValidationError as error:
        place, _, name = str(error).rpartition("`$.")
        pointer = f"/{name.rstrip('`').split('[')[0].replace('.', '/')}" if place else ""
        problem = FieldProblem(pointer=pointer, code="invalid", detail=str(error))
        raise ValidationFailed(problems=[problem]) from error
