"""What can be done to dead letters over HTTP: replay one, replay many, purge."""

from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.body import read_body
from haulier.api.context import Caller, context_of
from haulier.api.documentation import WITH_BODY, describe, example
from haulier.api.hot import HotRoute, hot
from haulier.api.v1 import dead_letter_examples as letter_examples
from haulier.api.v1 import dead_letter_shapes as letter_shapes
from haulier.api.v1 import examples, shapes
from haulier.api.v1.dead_letter_bodies import (
    Purge,
    PurgeBody,
    Replay,
    ReplayAll,
    ReplayAllBody,
    ReplayBody,
)
from haulier.api.v1.job_json import acknowledgement_json, answer_enqueued, job_path
from haulier.domain.access import Permission
from haulier.domain.ids import parse_job_id
from haulier.services.dead_letters import ReplayReport

router: Final = APIRouter(prefix="/v1/dlq", tags=["dead letters"], route_class=HotRoute)

_replay_decoder: Final = msgspec.json.Decoder(ReplayBody)
_replay_all_decoder: Final = msgspec.json.Decoder(ReplayAllBody)
_purge_decoder: Final = msgspec.json.Decoder(PurgeBody)


async def _replay_all(request: Request, caller: Caller) -> Response:
    body = await read_body(request, _replay_all_decoder, ReplayAll)
    letters = context_of(request).services.dead_letters
    if body.dry_run:
        told = await letters.count_replayable(caller.principal, body.wanted(), body.pace)
        return json_answer(_report(told, is_dry_run=True))
    report = await letters.replay_all(
        caller.principal,
        body.wanted(),
        body.pace,
        caller.facts.origin,
        request.headers.get("idempotency-key"),
    )
    headers = {"Idempotency-Replayed": "true"} if report.repeated else None
    return json_answer(_report(report, is_dry_run=False), 202, headers)


@router.post(
    "/replay",
    status_code=202,
    response_model=letter_shapes.ReplayReport,
    **describe(
        "Replay dead letters by filter",
        "Makes a job of each letter that fits and was not replayed yet, the earliest failure "
        "first, at most `limit` in one request; `rate` spreads their starts over time. With "
        "`dry_run` it only counts (200). Repeat while `remaining` is above 0. A repeated "
        "Idempotency-Key (24 hours) is told the same again and replays nothing.",
        Permission.DLQ_WRITE,
        problems=(409, *WITH_BODY),
        answers={
            202: example(letter_examples.REPLAYED, "What came of it."),
            200: example(
                letter_examples.DRY_RUN,
                "What would come of it.",
                shape=letter_shapes.ReplayReport,
            ),
        },
    ),
)
@hot(_replay_all)
async def replay_letters(body: ReplayAll) -> None:
    """Declares the route; `_replay_all` runs."""


async def _purge(request: Request, caller: Caller) -> Response:
    body = await read_body(request, _purge_decoder, Purge)
    letters = context_of(request).services.dead_letters
    purged = await letters.purge(caller.principal, body.wanted(), caller.facts.origin)
    return json_answer({"purged": purged.count, "has_more": purged.has_more}, 202)


@router.post(
    "/purge",
    status_code=202,
    response_model=letter_shapes.PurgeReport,
    **describe(
        "Purge dead letters",
        "Removes letters of an age for good, the earliest failures first, at most 10000 in one "
        "request. Their jobs stay failed and can still be read.",
        Permission.DLQ_WRITE,
        problems=WITH_BODY,
        answers={202: example(letter_examples.PURGED, "How many went.")},
    ),
)
@hot(_purge)
async def purge_letters(body: Purge) -> None:
    """Declares the route; `_purge` runs."""


async def _replay(request: Request, caller: Caller) -> Response:
    context = context_of(request)
    job_id = parse_job_id(request.path_params["job_id"])
    given = await request.body()
    body = await read_body(request, _replay_decoder, Replay) if given else ReplayBody()
    enqueued = await context.services.dead_letters.replay(
        caller.principal, job_id, body.args, caller.facts.origin
    )
    told = enqueued.acknowledgement
    return answer_enqueued(enqueued, acknowledgement_json(told), job_path(told.id), context.config)


@router.post(
    "/{job_id}/replay",
    status_code=202,
    response_model=shapes.Acknowledgement,
    **describe(
        "Replay a dead letter",
        "Makes a job of its own that names the failed one in retried_from; the letter names it in "
        "replayed_as. `args` replaces what the job was given. However often it is called with the "
        "same args, one job comes of it.",
        Permission.DLQ_WRITE,
        problems=(404, 409, 410, *WITH_BODY),
        answers={
            202: example(examples.ACKNOWLEDGEMENT, "The job.", {"Location": "Path of the job."}),
            200: example(
                examples.DUPLICATE,
                "It was replayed before; the job of that time.",
                shape=shapes.Acknowledgement,
            ),
        },
    ),
)
@hot(_replay)
async def replay_letter(job_id: str, body: Replay | None = None) -> None:
    """Declares the route; `_replay` runs."""


def _report(report: ReplayReport, *, is_dry_run: bool) -> dict[str, object]:
    return {
        "matched": report.matched,
        "replayed": report.replayed,
        "remaining": report.remaining,
        "spread_seconds": report.spread_seconds,
        "dry_run": is_dry_run,
    }
