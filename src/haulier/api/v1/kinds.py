"""Kinds over HTTP."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.auth import Authenticated
from haulier.api.context import context_of
from haulier.api.documentation import describe, example
from haulier.api.v1 import examples, shapes
from haulier.domain.kinds import Kind
from haulier.domain.retries import RetryPolicy, policy_for
from haulier.errors import InvalidInput, NotFound

router: Final = APIRouter(prefix="/v1/kinds", tags=["kinds"])
_MAX_LENGTH: Final = 110


@router.get(
    "",
    response_model=shapes.Page[shapes.Kind],
    **describe(
        "List kinds",
        "Every kind that a worker has declared, by name and version, with the JSON Schemas of its "
        "args and result. Any valid credential will do.",
        "any",
        answers={200: example(examples.KINDS, "Every kind.")},
    ),
)
async def list_kinds(request: Request, _caller: Authenticated) -> Response:
    """Every kind."""
    kinds = await context_of(request).services.kinds.list_all()
    page = {"data": [_kind_json(kind) for kind in kinds], "has_more": False, "next_cursor": None}
    return json_answer(page)


@router.get(
    "/{kind}",
    response_model=shapes.Kind,
    **describe(
        "Read a kind",
        "`site.audit` names the highest version, `site.audit@1` that one.",
        "any",
        problems=(404, 422),
        answers={200: example(examples.KIND, "The kind.")},
    ),
)
async def get_kind(request: Request, _caller: Authenticated, kind: str) -> Response:
    """One kind."""
    if len(kind) > _MAX_LENGTH:
        raise NotFound
    try:
        found = await context_of(request).services.kinds.find(kind)
    except InvalidInput as error:  # a name in a path that names nothing, well-formed or not
        raise NotFound("No worker has declared this kind.") from error
    return json_answer(_kind_json(found))


def _kind_json(kind: Kind) -> dict[str, object]:
    return {
        "name": kind.ref.name,
        "version": kind.ref.version,
        "description": kind.description,
        "queue": kind.queue,
        "priority": kind.priority,
        "executor": kind.executor,
        "max_attempts": kind.retry.max_attempts,
        "backoff_seconds": kind.retry.base.total_seconds(),
        "backoff_cap_seconds": kind.retry.cap.total_seconds(),
        "retries": _retries_json(kind.retry),
        "timeout_seconds": kind.timeout.total_seconds(),
        "has_dedupe": kind.dedupe is not None,
        "args_schema": kind.args_schema,
        "result_schema": kind.result_schema,
    }


def _retries_json(policy: RetryPolicy) -> dict[str, object]:
    """What failures of each category that differs come to, as it is applied."""
    applied = {category: policy_for(policy, category) for category in policy.categories}
    return {
        category.value: {
            "max_attempts": own.max_attempts,
            "backoff_seconds": own.base.total_seconds(),
            "backoff_cap_seconds": own.cap.total_seconds(),
        }
        for category, own in sorted(applied.items())
    }
