"""Health over HTTP: open to everybody, and it tells no secret."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from haulier import __version__
from haulier.api.answers import json_answer
from haulier.api.context import context_of
from haulier.api.documentation import describe, example
from haulier.api.v1 import examples, shapes

router: Final = APIRouter(prefix="/health", tags=["health"])
_NOT_READY: Final = example(examples.NOT_READY, "Send requests elsewhere.", shape=shapes.Readiness)


@router.get(
    "/live",
    response_model=shapes.Liveness,
    **describe("Is the process alive?", "200 while its loop turns; asks nobody.", None),
)
async def live() -> Response:
    """Alive."""
    return json_answer({"status": "alive"})


@router.get(
    "/ready",
    response_model=shapes.Readiness,
    **describe(
        "Can requests be served?",
        "200 when every dependency is there, else 503 with the same body.",
        None,
        answers={200: example(examples.READY, "Ready."), 503: _NOT_READY},
    ),
)
async def ready(request: Request) -> Response:
    """Ready or not."""
    body, status = await _readiness(request)
    return json_answer(body, status)


@router.get(
    "",
    response_model=shapes.Readiness,
    **describe(
        "Summary of health",
        "As /health/ready, with the version of the server.",
        None,
        answers={
            200: example({**examples.READY, "version": "0.1.0"}, "Ready."),
            503: _NOT_READY,
        },
    ),
)
async def summary(request: Request) -> Response:
    """Ready or not, and which version."""
    body, status = await _readiness(request)
    return json_answer({**body, "version": __version__}, status)


async def _readiness(request: Request) -> tuple[dict[str, object], int]:
    context = context_of(request)
    found = await context.services.health.readiness()
    ready = found.ready and not context.stopping.is_set
    body: dict[str, object] = {
        "status": "ready" if ready else "not_ready",
        "database": "ok" if found.database else "unreachable",
        "migrations": {"applied": found.schema_version, "wanted": found.schema_wanted},
    }
    return body, 200 if ready else 503
