"""The body of `POST /v1/jobs`: as msgspec decodes it, as the OpenAPI document shows it.

Both accept and refuse the same bodies; a property test holds them together.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
import pydantic
from msgspec import Meta
from pydantic import Field

from haulier.api.auth import require_workspace
from haulier.api.context import Caller
from haulier.api.times import parse_time
from haulier.domain.kinds import QUEUE_PATTERN
from haulier.errors import FieldProblem, InvalidInput, ValidationFailed
from haulier.services.new_jobs import MAX_LABEL_LENGTH, MAX_LABELS
from haulier.services.requests import JobRequest

MAX_KIND_LENGTH: Final = 110
MAX_DELAY_SECONDS: Final = 366 * 86_400
MAX_TIMEOUT_SECONDS: Final = 86_400
_MAX_DELAY: Final = timedelta(seconds=MAX_DELAY_SECONDS)
_KEY_PATTERN: Final = "^[!-~]{1,255}$"

PriorityName: TypeAlias = Literal["critical", "high", "normal", "low"]
OnDuplicate: TypeAlias = Literal["return", "reject"]


def _whole(pattern: str) -> str:
    # Python's `$` lets a line feed follow; the pattern of the schema does not mean that.
    return pattern.removesuffix("$") + r"\Z"


_Kind: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_KIND_LENGTH)]
_Key: TypeAlias = Annotated[str, Meta(pattern=_whole(_KEY_PATTERN))]
_LabelName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL_LENGTH)]
_LabelValue: TypeAlias = Annotated[str, Meta(max_length=MAX_LABEL_LENGTH)]


class JobBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `POST /v1/jobs` decodes."""

    kind: _Kind | None = None
    type: _Kind | None = None
    job_name: _Kind | None = None
    args: dict[str, object] | None = None
    payload: dict[str, object] | None = None
    queue: Annotated[str, Meta(pattern=_whole(QUEUE_PATTERN))] | None = None
    priority: Annotated[int, Meta(ge=0, le=9)] | PriorityName | None = None
    run_at: Annotated[str, Meta(max_length=40)] | None = None
    delay_seconds: Annotated[float, Meta(ge=0, le=MAX_DELAY_SECONDS)] | None = None
    max_attempts: Annotated[int, Meta(ge=1, le=1000)] | None = None
    timeout_seconds: Annotated[float, Meta(ge=1, le=MAX_TIMEOUT_SECONDS)] | None = None
    labels: Annotated[dict[_LabelName, _LabelValue], Meta(max_length=MAX_LABELS)] | None = None
    dedupe: bool | None = None
    dedupe_key: _Key | None = None
    on_duplicate: OnDuplicate | None = None
    client_request_id: _Key | None = None
    workspace_id: Annotated[str, Meta(max_length=200)] | None = None


_ModelKind: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_KIND_LENGTH)]
_ModelKey: TypeAlias = Annotated[str, Field(pattern=_KEY_PATTERN)]
_ModelLabelName: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_LABEL_LENGTH)]
_ModelLabelValue: TypeAlias = Annotated[str, Field(max_length=MAX_LABEL_LENGTH)]


class NewJob(pydantic.BaseModel):
    """A job to run. One of `kind`, `type` and `job_name` is required; they mean the same."""

    model_config = pydantic.ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "kind": "site.audit",
                    "args": {"url": "https://example.com/"},
                    "priority": "high",
                    "labels": {"customer": "c-17"},
                },
                {"kind": "shop.report@1", "args": {"month": "2026-01"}, "delay_seconds": 60},
            ]
        },
    )

    kind: _ModelKind | None = Field(
        None, description="The kind, `site.audit`, or with a version `site.audit@1`."
    )
    type: _ModelKind | None = Field(None, description="An alias of `kind`.")
    job_name: _ModelKind | None = Field(None, description="An alias of `kind`.")
    args: dict[str, object] | None = Field(
        None, description="What the handler is given; checked by the kind's own schema."
    )
    payload: dict[str, object] | None = Field(None, description="An alias of `args`.")
    queue: Annotated[str, Field(pattern=QUEUE_PATTERN)] | None = Field(
        None, description="Defaults to the kind's queue."
    )
    priority: Annotated[int, Field(ge=0, le=9)] | PriorityName | None = Field(
        None, description="0 goes first, 9 last; critical is 0, high 2, normal 5, low 8."
    )
    run_at: Annotated[str, Field(max_length=40)] | None = Field(
        None,
        description="RFC 3339 with an offset, at most 366 days ahead. Not with `delay_seconds`.",
        json_schema_extra={"format": "date-time"},
    )
    delay_seconds: Annotated[float, Field(ge=0, le=MAX_DELAY_SECONDS)] | None = Field(
        None, description="Seconds from now, by the database's clock."
    )
    max_attempts: Annotated[int, Field(ge=1, le=1000)] | None = None
    timeout_seconds: Annotated[float, Field(ge=1, le=MAX_TIMEOUT_SECONDS)] | None = Field(
        None, description="Per attempt."
    )
    labels: (
        Annotated[dict[_ModelLabelName, _ModelLabelValue], Field(max_length=MAX_LABELS)] | None
    ) = Field(None, description="For filters; not secret, not interpreted.")
    dedupe: bool | None = Field(
        None, description="False asks for the work again even if the same was done."
    )
    dedupe_key: _ModelKey | None = Field(
        None, description="A natural key of your own instead of the kind's."
    )
    on_duplicate: OnDuplicate | None = Field(
        None, description="`reject` answers 409 to a duplicate; `return` names the earlier job."
    )
    client_request_id: _ModelKey | None = Field(
        None, description="An alias of the header Idempotency-Key."
    )
    workspace_id: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="Must be the credential's own."
    )


def to_request(body: JobBody, caller: Caller, idempotency_key: str | None) -> JobRequest:
    """What the caller asks for.

    Raises ValidationFailed for contradictions, InvalidWorkspaceId, WorkspaceMismatch.
    """
    require_workspace(caller, body.workspace_id)
    delay = body.delay_seconds
    timeout = body.timeout_seconds
    return JobRequest(
        kind=_kind(body),
        args=_only_one("/payload", body.args, body.payload) or {},
        queue=body.queue,
        priority=body.priority,
        run_at=_run_at(body),
        delay=None if delay is None else timedelta(seconds=delay),
        max_attempts=body.max_attempts,
        timeout=None if timeout is None else timedelta(seconds=timeout),
        labels=body.labels or {},
        dedupe=body.dedupe is not False,
        dedupe_key=body.dedupe_key,
        on_duplicate=body.on_duplicate or "return",
        idempotency_key=_same_key(idempotency_key, body.client_request_id),
        trace_context=caller.facts.traceparent,
        origin=caller.facts.origin,
    )


def with_args_at(error: ValidationFailed, place: str) -> ValidationFailed:
    """The error with pointers to where this body keeps its args."""
    problems = [
        FieldProblem(
            pointer=place + problem.pointer.removeprefix("/args")
            if problem.pointer.startswith("/args")
            else problem.pointer,
            code=problem.code,
            detail=problem.detail,
        )
        for problem in error.problems
    ]
    return ValidationFailed(error.detail, problems=problems)


def _kind(body: JobBody) -> str:
    given = [name for name in (body.kind, body.type, body.job_name) if name is not None]
    if not given:
        raise _wrong("/kind", "required", "A job needs a kind.")
    if len(set(given)) > 1:
        raise _wrong("/kind", "invalid", "kind, type and job_name name different kinds.")
    return given[0]


def _only_one(
    pointer: str, first: dict[str, object] | None, second: dict[str, object] | None
) -> dict[str, object] | None:
    if first is not None and second is not None:
        raise _wrong(pointer, "invalid", "args and payload are the same field: give one.")
    return second if first is None else first


def _run_at(body: JobBody) -> datetime | None:
    if body.run_at is None:
        return None
    if body.delay_seconds is not None:
        raise _wrong("/run_at", "invalid", "Give run_at or delay_seconds, not both.")
    try:
        time = parse_time(body.run_at)
    except InvalidInput as error:
        raise _wrong("/run_at", "invalid", error.detail) from error
    if time - datetime.now(UTC) > _MAX_DELAY:
        raise _wrong("/run_at", "invalid", "run_at lies at most 366 days ahead.")
    return time


def _same_key(header: str | None, field: str | None) -> str | None:
    if header is not None and field is not None and header != field:
        detail = "client_request_id and the header Idempotency-Key differ."
        raise _wrong("/client_request_id", "invalid", detail)
    return field if header is None else header


def _wrong(pointer: str, code: str, detail: str) -> ValidationFailed:
    problem = FieldProblem(pointer=pointer, code=code, detail=detail)
    return ValidationFailed(detail, problems=[problem])
