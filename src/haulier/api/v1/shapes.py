"""The shapes of answers, for the OpenAPI document; routes return ready bytes of these shapes."""

from typing import Annotated, Generic, Literal, TypeAlias, TypeVar

import pydantic
from pydantic import Field

StatusWord: TypeAlias = Literal[
    "scheduled", "queued", "running", "waiting", "cancelling", "completed", "failed", "cancelled"
]
Time: TypeAlias = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-01-31T09:30:00.000Z"])
]
JobIdText: TypeAlias = Annotated[
    str,
    Field(pattern="^job_[0-9a-hjkmnp-tv-z]{26}$", examples=["job_06f0q2k3m8x7v9a1b2c3d4e5f6"]),
]
Object: TypeAlias = dict[str, object]
Item = TypeVar("Item")


class Progress(pydantic.BaseModel):
    """The last progress that the attempt told."""

    fraction: float = Field(ge=0, le=1, description="0 to 1.")
    message: str
    data: Object


class JobError(pydantic.BaseModel):
    """Why the job failed; free of secrets."""

    category: str
    type: str
    message: str


class Job(pydantic.BaseModel):
    """A job as it stands."""

    id: JobIdText
    kind: str = Field(examples=["site.audit"])
    version: int = Field(examples=[1])
    queue: str = Field(examples=["default"])
    priority: int = Field(ge=0, le=9)
    status: StatusWord
    attempt: int = Field(description="Charged attempts so far; 0 before the first.")
    max_attempts: int
    progress: Progress | None
    args: Object | None = Field(description="Null without `payloads:read`.")
    labels: dict[str, str]
    created_at: Time
    run_at: Time | None = Field(description="When it is due; null when running, waiting or ended.")
    started_at: Time | None = Field(description="When the present attempt began.")
    finished_at: Time | None
    error: JobError | None
    retried_from: JobIdText | None
    links: dict[str, str] = Field(description="Paths of the job, its events and its result.")


class Acknowledgement(pydantic.BaseModel):
    """What a caller is told at once."""

    id: JobIdText
    kind: str = Field(examples=["site.audit@1"])
    queue: str
    priority: int = Field(ge=0, le=9)
    status: StatusWord
    created_at: Time
    run_at: Time | None
    duplicate: bool = Field(description="The same work was asked for before; `id` names that job.")


class SiteAuditAcknowledgement(pydantic.BaseModel):
    """A site audit that was asked for."""

    audit_id: JobIdText
    job: Acknowledgement
    duplicate: bool


class SiteAudit(pydantic.BaseModel):
    """A site audit as it stands."""

    audit_id: JobIdText
    job: Job


class Event(pydantic.BaseModel):
    """One fact about one job."""

    seq: int = Field(ge=1, description="Counts 1..n without gap per job.")
    job_id: JobIdText
    at: Time
    type: str = Field(examples=["running"])
    attempt: int
    data: Object
    trace_id: str | None = Field(description="W3C trace id of the request that made the job.")


class Retries(pydantic.BaseModel):
    """How failures of one category are tried again."""

    max_attempts: int = Field(description="The attempt with this number is the last; 1: never.")
    backoff_seconds: float
    backoff_cap_seconds: float


class Kind(pydantic.BaseModel):
    """A sort of job that some worker has declared."""

    name: str = Field(examples=["site.audit"])
    version: int
    description: str
    queue: str
    priority: int | None
    executor: str
    max_attempts: int
    backoff_seconds: float = Field(description="Longest delay before the second attempt.")
    backoff_cap_seconds: float = Field(description="Longest delay before any attempt.")
    retries: dict[str, Retries] = Field(
        description="By category of failure, where it is not tried again as the others are."
    )
    timeout_seconds: float
    has_dedupe: bool = Field(description="Equal args within a window make a duplicate.")
    args_schema: Object = Field(description="JSON Schema of the args.")
    result_schema: Object = Field(description="JSON Schema of the result.")


class Page(pydantic.BaseModel, Generic[Item]):
    """One page of a list."""

    data: list[Item]
    has_more: bool
    next_cursor: str | None


class FieldProblem(pydantic.BaseModel):
    """One thing that is wrong with one field."""

    pointer: str = Field(description="RFC 6901 into the body; `?name` for a parameter.")
    code: str
    detail: str


class Problem(pydantic.BaseModel):
    """A refusal (RFC 9457)."""

    model_config = pydantic.ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "https://haulier.dev/problems/not_found",
                    "title": "Not found",
                    "status": 404,
                    "code": "not_found",
                    "detail": "There is no such thing in this workspace.",
                    "instance": "/v1/jobs/job_06f0q2k3m8x7v9a1b2c3d4e5f6",
                    "request_id": "req_06f0q2k3m8x7v9a1b2c3d4e5f6",
                    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                }
            ]
        },
    )
    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: str
    trace_id: str
    errors: list[FieldProblem] = []


class Readiness(pydantic.BaseModel):
    """Whether requests can be served."""

    status: Literal["ready", "not_ready"]
    database: Literal["ok", "unreachable"]
    migrations: Object
    version: str | None = None


class Liveness(pydantic.BaseModel):
    """The loop turns."""

    status: Literal["alive"]
