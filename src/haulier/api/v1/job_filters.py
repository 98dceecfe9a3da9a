"""The query of `GET /v1/jobs`: filters, and cursors that are worth nothing with other filters."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request

from haulier.api.context import ApiConfig, Caller
from haulier.api.times import parse_time
from haulier.domain.ids import JobId
from haulier.domain.jobs import Job
from haulier.domain.kinds import parse_kind, parse_queue
from haulier.domain.states import Status, parse_status
from haulier.errors import FieldProblem, InvalidInput, ValidationFailed
from haulier.security.cursors import Cursors, Listing
from haulier.services.jobs import JobFilter

_LABEL: Final = "label."
_MAX_LABELS: Final = 8
_MAX_TEXT: Final = 200
_MAX_KIND: Final = 110


class JobQuery(BaseModel):
    """The parameters with names of their own; labels come beside them."""

    status: list[str] | None = Field(None, description="Such as queued,running.")
    kind: str | None = Field(None, description="A kind's name, without a version.")
    queue: str | None = None
    created_after: str | None = Field(None, description="RFC 3339 with an offset.")
    created_before: str | None = Field(None, description="RFC 3339 with an offset.")
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, description="next_cursor of the page before.")
    workspace_id: str | None = Field(None, description="Must be the credential's own.")


def read_filter(query: JobQuery, items: Sequence[tuple[str, str]]) -> JobFilter:
    """The filters of a list; `items` are all parameters as they came.

    Raises InvalidInput and, for unknown parameters, ValidationFailed.
    """
    _require_known(items)
    return JobFilter(
        statuses=_statuses(query.status or []),
        kind=_kind(query.kind),
        queue=None if query.queue is None else parse_queue(query.queue),
        labels=_labels(items),
        created_after=_time(query.created_after),
        created_before=_time(query.created_before),
    )


class JobCursors:
    """Cursors of the list of jobs, bound to the caller's workspace and the filters."""

    def __init__(self, config: ApiConfig, caller: Caller, wanted: JobFilter) -> None:
        self._cursors = Cursors(config.cursor_key)
        self._listing = Listing(
            workspace_id=caller.principal.workspace_id,
            name="jobs",
            filters=_flat(wanted),
            sort="-id",
        )

    def read(self, text: str | None) -> JobId | None:
        """The id below which the page begins. Raises InvalidCursor."""
        if text is None:
            return None
        return JobId(self._cursors.decode(text, UUID, self._listing))

    def after(self, last: Job) -> str:
        """A cursor for what comes after this job."""
        return self._cursors.encode(last.id, self._listing)


def next_link(request: Request, config: ApiConfig, parameters: Mapping[str, str]) -> str:
    """A `Link` header (RFC 8288) to the next page: the same query with other parameters."""
    kept = [(name, value) for name, value in request.query_params.multi_items()]
    kept = [(name, value) for name, value in kept if name not in parameters]
    query = urlencode([*kept, *parameters.items()])
    return f'<{config.public_url or ""}{request.url.path}?{query}>; rel="next"'


def _require_known(items: Sequence[tuple[str, str]]) -> None:
    problems = [
        FieldProblem(pointer=f"?{name[:_MAX_TEXT]}", code="unknown_field", detail="No such filter.")
        for name, _ in items
        if name not in JobQuery.model_fields and not name.startswith(_LABEL)
    ]
    if problems:
        raise ValidationFailed("There is no such filter.", problems=problems)


def _statuses(given: list[str]) -> tuple[Status, ...]:
    words = [word for text in given for word in text.split(",")]
    return tuple(sorted({parse_status(word) for word in words}))


def _kind(text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) > _MAX_KIND or "@" in text:
        raise InvalidInput("Jobs are filtered by a kind's name, without a version.")
    return parse_kind(text).name


def _labels(items: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found = [(name.removeprefix(_LABEL), value) for name, value in items if name.startswith(_LABEL)]
    too_long = any(
        not key or len(key) > _MAX_TEXT or len(value) > _MAX_TEXT for key, value in found
    )
    if len(found) > _MAX_LABELS or too_long or len(dict(found)) != len(found):
        raise InvalidInput(
            f"At most {_MAX_LABELS} filters label.KEY=VALUE, each label once, "
            f"of at most {_MAX_TEXT} characters."
        )
    if any("\x00" in key or "\x00" in value for key, value in found):
        raise InvalidInput("A label holds no NUL character.")
    return tuple(sorted(found))


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text)


def _flat(wanted: JobFilter) -> dict[str, str | int | bool | None]:
    return {
        "status": ",".join(wanted.statuses),
        "kind": wanted.kind,
        "queue": wanted.queue,
        "created_after": None if (time := wanted.created_after) is None else time.isoformat(),
        "created_before": None if (time := wanted.created_before) is None else time.isoformat(),
        **{f"{_LABEL}{key}": value for key, value in wanted.labels},
    }
