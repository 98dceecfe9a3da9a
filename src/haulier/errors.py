"""Every error that haulier raises on purpose, as one tree. Errors know no HTTP.

HaulierError
├── InvalidInput            the caller's words are wrong in themselves
│   ├── ValidationFailed    a body or args break their schema; carries pointers
│   ├── InvalidWorkspaceId
│   ├── InvalidCursor
│   ├── UnknownKind
│   ├── PayloadTooLarge
│   └── IdempotencyMismatch
├── Unauthenticated         nobody knows who asks
├── Forbidden               known, but not allowed
│   └── WorkspaceMismatch
├── NotFound                absent, or another workspace's (the same answer)
│   ├── ResultNotReady
│   └── JobFailed
├── Gone                    was there, is no more
│   └── ResultExpired
├── Conflict                the state forbids it
│   ├── DuplicateJob
│   ├── IdempotencyInProgress
│   ├── IllegalTransition
│   └── StaleLease
├── Throttled               too much at once
├── Unavailable             a dependency is down: try again
├── ConfigurationInvalid    settings, files or arguments; lists every problem
└── SetupFailed             the machine lacks something that is needed
    └── MigrationFailed

The docstring of a class is its default text, its `code` is stable and part of the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One thing that is wrong with one field.

    `pointer` is an RFC 6901 JSON pointer into the body, "" for the body as a whole.
    """

    pointer: str
    code: str
    detail: str


class HaulierError(Exception):
    """Something went wrong in haulier."""

    code: ClassVar[str] = "internal_error"
    request_id: str | None = None
    """Which request it was, as in the server's log; set where it came over HTTP."""

    def __init__(self, detail: str | None = None, *, problems: Sequence[FieldProblem] = ()) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip().splitlines()[0]
        self.problems = tuple(problems)
        super().__init__(self.detail)


class InvalidInput(HaulierError):
    """The request is not valid."""

    code = "invalid_request"


class ValidationFailed(InvalidInput):
    """The body breaks its schema."""

    code = "validation_failed"


class InvalidWorkspaceId(InvalidInput):
    """A workspace id has 1 to 32 of a-z, 0-9, _ and -, and begins with a letter or digit."""

    code = "invalid_workspace_id"


class InvalidCursor(InvalidInput):
    """The cursor is not one that this list handed out."""

    code = "invalid_cursor"


class UnknownKind(InvalidInput):
    """No such kind of job is registered."""

    code = "unknown_kind"


class PayloadTooLarge(InvalidInput):
    """The body is larger than allowed."""

    code = "payload_too_large"


class IdempotencyMismatch(InvalidInput):
    """The idempotency key was used before with another body."""

    code = "idempotency_mismatch"


class Unauthenticated(HaulierError):
    """A valid credential is needed."""

    code = "unauthenticated"


class Forbidden(HaulierError):
    """The credential does not permit this."""

    code = "permission_denied"


class WorkspaceMismatch(Forbidden):
    """The credential is for another workspace."""

    code = "workspace_mismatch"


class NotFound(HaulierError):
    """There is no such thing in this workspace."""

    code = "not_found"


class ResultNotReady(NotFound):
    """The job has not completed yet."""

    code = "result_not_ready"


class JobFailed(NotFound):
    """The job ended without a result."""

    code = "job_failed"


class Gone(HaulierError):
    """It was there and is no more."""

    code = "gone"


class ResultExpired(Gone):
    """The result has passed its time of keeping."""

    code = "result_expired"


class Conflict(HaulierError):
    """The present state forbids this."""

    code = "conflict"


class DuplicateJob(Conflict):
    """The same work was asked for before."""

    code = "duplicate_job"


class IdempotencyInProgress(Conflict):
    """A request with this idempotency key is being answered right now."""

    code = "idempotency_in_progress"


class IllegalTransition(Conflict):
    """The job's state does not allow this step."""

    code = "invalid_transition"
    job_id = source = target = ""
    """Empty where it came over HTTP: `detail` has the words."""

    def __init__(self, job_id: str, source: str, target: str) -> None:
        self.job_id, self.source, self.target = job_id, source, target
        super().__init__(f"The job is {source} and cannot become {target}.")


class StaleLease(Conflict):
    """The lease was taken over: this attempt no longer speaks for the job."""

    code = "stale_lease"


class Throttled(HaulierError):
    """Too many requests at once."""

    code = "rate_limited"


class Unavailable(HaulierError):
    """Something that haulier depends on does not answer. Try again."""

    code = "dependency_unavailable"


class ConfigurationInvalid(HaulierError):
    """The configuration is not valid."""

    code = "configuration_invalid"


class SetupFailed(HaulierError):
    """This machine lacks something that is needed."""

    code = "setup_failed"


class MigrationFailed(SetupFailed):
    """The database schema could not be brought up to date."""

    code = "migration_failed"
