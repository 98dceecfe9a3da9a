"""Dead letters over HTTP: list them, group them, read one, remove one."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.auth import Authenticated
from haulier.api.context import ApiConfig, context_of
from haulier.api.documentation import describe, example
from haulier.api.v1 import dead_letter_examples as examples
from haulier.api.v1 import dead_letter_shapes as shapes
from haulier.api.v1.dead_letter_json import group_json, letter_json, letter_with_args_json
from haulier.api.v1.dead_letter_query import (
    GroupQuery,
    LetterCursors,
    LetterQuery,
    read_filter,
)
from haulier.api.v1.job_filters import next_link
from haulier.api.v1.shapes import Page
from haulier.domain.access import Permission
from haulier.domain.ids import parse_job_id
from haulier.errors import InvalidInput

router: Final = APIRouter(prefix="/v1/dlq", tags=["dead letters"])
_NEXT: Final = {"Link": 'The next page, rel="next".'}


@router.get(
    "",
    response_model=Page[shapes.DeadLetter],
    **describe(
        "List dead letters",
        "Failed jobs that are kept for replay, the latest failure first. Pages go by `cursor`, or "
        "by `offset` for small lists.",
        Permission.DLQ_READ,
        problems=(400, 422),
        answers={200: example(examples.LETTERS, "A page.", _NEXT)},
    ),
)
async def list_letters(
    request: Request, caller: Authenticated, query: Annotated[LetterQuery, Query()]
) -> Response:
    """A page of letters."""
    context = context_of(request)
    wanted = read_filter(query)
    if query.cursor is not None and query.offset:
        raise InvalidInput("Give cursor or offset, not both.")
    cursors = LetterCursors(context.config, caller, wanted)
    found = await context.services.dead_letters.list_page(
        caller.principal, wanted, cursors.read_letter(query.cursor), query.offset, query.limit + 1
    )
    page = found[: query.limit]
    following = cursors.after_letter(page[-1]) if len(found) > query.limit else None
    return _page(request, context.config, [letter_json(letter) for letter in page], following)


@router.get(
    "/groups",
    response_model=Page[shapes.LetterGroup],
    **describe(
        "List groups of alike failures",
        "Dead letters by fingerprint, the most frequent first: failures of one kind, category and "
        "error type whose texts differ in numbers, ids, addresses and quoted values only.",
        Permission.DLQ_READ,
        problems=(400, 422),
        answers={200: example(examples.GROUPS, "A page.", _NEXT)},
    ),
)
async def list_groups(
    request: Request, caller: Authenticated, query: Annotated[GroupQuery, Query()]
) -> Response:
    """A page of groups."""
    context = context_of(request)
    wanted = read_filter(query)
    cursors = LetterCursors(context.config, caller, wanted)
    found = await context.services.dead_letters.groups(
        caller.principal, wanted, cursors.read_group(query.cursor), query.limit + 1
    )
    page = found[: query.limit]
    following = cursors.after_group(page[-1]) if len(found) > query.limit else None
    return _page(request, context.config, [group_json(group) for group in page], following)


@router.get(
    "/{job_id}",
    response_model=shapes.DeadLetterWithArgs,
    **describe(
        "Read a dead letter",
        "The letter with what its job was given; null for a credential without payloads:read.",
        Permission.DLQ_READ,
        problems=(404,),
        answers={200: example(examples.LETTER_WITH_ARGS, "The letter.")},
    ),
)
async def get_letter(request: Request, caller: Authenticated, job_id: str) -> Response:
    """One letter."""
    letters = context_of(request).services.dead_letters
    letter = await letters.get(caller.principal, parse_job_id(job_id))
    return json_answer(letter_with_args_json(letter))


@router.delete(
    "/{job_id}",
    status_code=204,
    response_class=Response,
    **describe(
        "Remove a dead letter",
        "For good. Its job stays failed and can still be read.",
        Permission.DLQ_WRITE,
        problems=(404,),
    ),
)
async def delete_letter(request: Request, caller: Authenticated, job_id: str) -> Response:
    """Removes one letter."""
    letters = context_of(request).services.dead_letters
    await letters.delete(caller.principal, parse_job_id(job_id), caller.facts.origin)
    return Response(status_code=204)


def _page(
    request: Request, config: ApiConfig, data: Sequence[object], following: str | None
) -> Response:
    headers: dict[str, str] = {}
    if following is not None:
        headers["Link"] = next_link(request, config, {"cursor": following})
    body = {"data": data, "has_more": following is not None, "next_cursor": following}
    return json_answer(body, headers=headers)
