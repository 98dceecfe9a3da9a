"""A job's events over HTTP: as a list, or as they happen."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.auth import Authenticated, authenticate
from haulier.api.context import Caller, context_of
from haulier.api.documentation import describe, kept
from haulier.api.times import format_time
from haulier.api.v1 import examples, shapes
from haulier.api.v1.event_stream import EventStream, StreamSource
from haulier.api.v1.job_filters import next_link
from haulier.domain.access import Permission
from haulier.domain.events import Event
from haulier.domain.ids import format_job_id, parse_job_id
from haulier.domain.jobs import Job
from haulier.errors import InvalidInput
from haulier.telemetry.trace import parse_traceparent

router: Final = APIRouter(prefix="/v1/jobs", tags=["jobs"])
_LAST_SEQ: Final = 2**31 - 1
_MAX_DIGITS: Final = 10
_STREAM: Final = {"schema": {"type": "string"}, "example": "id: 1\nevent: queued\ndata: {}\n\n"}


@router.get(
    "/{job_id}/events",
    response_model=shapes.Page[shapes.Event],
    **describe(
        "Read a job's events",
        "Oldest first, those numbered above `after`. With Accept: text/event-stream they are told "
        "as they happen: `id` is the number, Last-Event-ID resumes without gap or duplicate, "
        "`event: end` closes the stream after the last one, `event: overflow` after a reader that "
        "was too slow.",
        Permission.JOBS_READ,
        problems=(400, 404, 422),
        answers={
            200: {
                "description": "A page of events, or a stream of them.",
                "content": {
                    "application/json": {"example": kept(examples.EVENTS)},
                    "text/event-stream": _STREAM,
                },
            }
        },
    ),
)
async def get_events(
    request: Request,
    caller: Authenticated,
    job_id: str,
    after: Annotated[int, Query(ge=0, le=_LAST_SEQ, description="A number seen before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200, description="For the list only.")] = 100,
) -> Response:
    """A page or a stream."""
    wanted = parse_job_id(job_id)
    job = await context_of(request).services.jobs.get(caller.principal, wanted)
    if "text/event-stream" in request.headers.get("accept", ""):
        return _stream(request, caller, job, _resume_at(request, after))
    return await _page(request, caller, job, after, limit)


async def _page(request: Request, caller: Caller, job: Job, after: int, limit: int) -> Response:
    context = context_of(request)
    found = await context.services.events.list_after(caller.principal, job.id, after, limit + 1)
    page, trace_id = found[:limit], _trace_id(job)
    following = str(page[-1].seq) if len(found) > limit else None
    headers: dict[str, str] = {}
    if following is not None:
        headers["Link"] = next_link(request, context.config, {"after": following})
    body = {
        "data": [event_json(event, trace_id) for event in page],
        "has_more": following is not None,
        "next_cursor": following,
    }
    return json_answer(body, headers=headers)


def _stream(request: Request, caller: Caller, job: Job, after: int) -> Response:
    context = context_of(request)
    services, principal, trace_id = context.services, caller.principal, _trace_id(job)

    async def list_after(seq: int, limit: int) -> list[Event]:
        return await services.events.list_after(principal, job.id, seq, limit)

    async def has_ended() -> bool:
        return (await services.jobs.get(principal, job.id)).status.is_final

    async def is_allowed() -> None:
        await authenticate(request)

    source = StreamSource(
        list_after=list_after,
        has_ended=has_ended,
        check_access=is_allowed,
        show=lambda event: event_json(event, trace_id),
        is_stopping=lambda: context.stopping.is_set,
    )
    return EventStream(source, context.config, after)


def event_json(event: Event, trace_id: str | None) -> dict[str, object]:
    """The event as the API shows it."""
    return {
        "seq": event.seq,
        "job_id": format_job_id(event.job_id),
        "at": format_time(event.at),
        "type": event.type,
        "attempt": event.attempt,
        "data": event.data,
        "trace_id": trace_id,
    }


def _trace_id(job: Job) -> str | None:
    trace = parse_traceparent(job.trace_context or "")
    return None if trace is None else trace.trace_id


def _resume_at(request: Request, after: int) -> int:
    """A browser that reconnects sends the same URL and the number it saw last: that one wins."""
    given = request.headers.get("last-event-id")
    if given is None or not given.strip():
        return after
    if not given.isascii() or not given.isdigit() or len(given) > _MAX_DIGITS:
        raise InvalidInput("Last-Event-ID is the number of an event.")
    if int(given) > _LAST_SEQ:
        raise InvalidInput("Last-Event-ID is the number of an event.")
    return int(given)
