"""The shapes of answers about dead letters, for the OpenAPI document."""

import pydantic
from pydantic import Field

from haulier.api.v1.shapes import JobError, JobIdText, Object, Time


class DeadLetter(pydantic.BaseModel):
    """A failed job, kept for replay."""

    job_id: JobIdText
    kind: str = Field(examples=["site.audit"])
    version: int
    queue: str
    region: str
    fingerprint: str = Field(
        pattern="^[0-9a-f]{16}$", description="The same for failures that differ in values only."
    )
    error: JobError
    attempts: int = Field(description="Charged attempts until it failed.")
    failed_at: Time
    replayed_as: JobIdText | None = Field(description="The job of its last replay.")
    replayed_at: Time | None
    links: dict[str, str] = Field(description="Paths of the letter, its job and its replay.")


class DeadLetterWithArgs(DeadLetter):
    """A dead letter with what its job was given."""

    args: Object | None = Field(
        description="Null without `payloads:read`, and when the job is past its time of keeping."
    )


class LetterGroup(pydantic.BaseModel):
    """Dead letters of one fingerprint."""

    fingerprint: str
    kind: str
    category: str
    count: int = Field(ge=1)
    open: int = Field(ge=0, description="Those that were not replayed.")
    first_seen: Time
    last_seen: Time
    sample: DeadLetter = Field(description="The latest of them.")


class ReplayReport(pydantic.BaseModel):
    """What a replay by filter came to, or would come to."""

    matched: int = Field(description="Letters that fit and were not replayed; at most 100000.")
    replayed: int = Field(description="Jobs made by this request; 0 for a dry run.")
    remaining: int
    spread_seconds: float = Field(description="From the first job of the request to its last.")
    dry_run: bool


class PurgeReport(pydantic.BaseModel):
    """What a purge removed."""

    purged: int
    has_more: bool = Field(description="As many as one request removes went: ask again.")
