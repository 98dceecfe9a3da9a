"""The OpenAPI document: every operation with its permission, its problems and its examples."""

from collections.abc import Mapping
from typing import Final, TypedDict

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from haulier.api.auth import SCHEME
from haulier.api.narrowing import as_object
from haulier.api.problems import MEDIA_TYPE
from haulier.api.v1 import shapes
from haulier.domain.access import Permission

Json = dict[str, object]

_PROBLEM_REFERENCE: Final = "#/components/schemas/Problem"
_ALWAYS: Final = (401, 403, 500, 503)
_TEXTS: Final[Mapping[int, str]] = {
    400: "The request is not valid in itself.",
    401: "A valid credential is needed.",
    403: "The credential does not permit this, or is for another workspace.",
    404: "There is no such thing in this workspace.",
    409: "The present state forbids this.",
    410: "It was there and is no more.",
    413: "The body is larger than allowed.",
    415: "The body is not application/json.",
    422: "The body or a parameter breaks its schema; `errors` points to what.",
    500: "Something went wrong in haulier.",
    503: "A dependency is down: try again.",
}
WITH_BODY: Final = (400, 413, 415, 422)
"""What any operation with a body may answer."""


class Described(TypedDict):
    """Arguments of a route's decorator."""

    summary: str
    description: str
    responses: dict[int | str, dict[str, object]]
    openapi_extra: Json


def describe(
    summary: str,
    description: str,
    permission: Permission | str | None,
    *,
    problems: tuple[int, ...] = (),
    answers: Mapping[int, Json] | None = None,
) -> Described:
    """What the document says of one operation. `permission` None makes it public.

    `answers` adds examples and headers to successful responses.
    """
    extra: Json = {"security": [], "x-permission": None}
    refusals = tuple(sorted(problems))
    if permission is not None:
        extra = {"security": [{SCHEME: []}], "x-permission": str(permission)}
        refusals = tuple(sorted({*problems, *_ALWAYS}))
    said = {**{status: _refusal(status) for status in refusals}, **(answers or {})}
    responses: dict[int | str, Json] = {**said}
    return {
        "summary": summary,
        "description": description,
        "responses": responses,
        "openapi_extra": extra,
    }


def example(
    value: object,
    description: str,
    headers: Mapping[str, str] | None = None,
    *,
    shape: type[BaseModel] | None = None,
) -> Json:
    """A successful response with an example and its headers (name to meaning).

    `shape` is needed for a status that is not the route's own.
    """
    answer: Json = {
        "description": description,
        "content": {"application/json": {"example": kept(value)}},
    }
    if shape is not None:
        answer["model"] = shape
    if headers:
        answer["headers"] = {
            name: {"description": meaning, "schema": {"type": "string"}}
            for name, meaning in headers.items()
        }
    return answer


def kept(value: object) -> str:
    """An example as text: the framework would leave every null out of it."""
    return msgspec.json.encode(value).decode()


def install_document(app: FastAPI) -> None:
    """Makes the application's document ours; it is built once, when first asked for."""

    def build() -> dict[str, object]:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app)
        return app.openapi_schema

    app.openapi = build


def _build(app: FastAPI) -> dict[str, object]:
    document: dict[str, object] = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=[
            {"name": "jobs", "description": "Work that somebody asked for."},
            {"name": "site audits", "description": "Inspections of a URL."},
            {"name": "dead letters", "description": "Failed jobs, kept for replay."},
            {"name": "kinds", "description": "Sorts of jobs, declared by workers."},
            {"name": "health", "description": "Whether this process can do its work."},
        ],
    )
    problem = shapes.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components = as_object(document.get("components"))
    schemas = {**as_object(components.get("schemas")), **as_object(problem.pop("$defs", None))}
    schemes = {
        SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "hlr_live_...",
            "description": "An API key, bound to one workspace.",
        }
    }
    schemas["Problem"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    document["paths"] = {
        path: {method: _ours(operation) for method, operation in as_object(found).items()}
        for path, found in as_object(document.get("paths")).items()
    }
    document["components"] = {**components, "schemas": schemas, "securitySchemes": schemes}
    return document


def _ours(operation: object) -> Json:
    """The operation without the framework's own form of 422, and with examples as they were."""
    fields = as_object(operation)
    answers = as_object(fields.get("responses"))
    if "application/json" in as_object(as_object(answers.get("422")).get("content")):
        del answers["422"]
    return {**fields, "responses": {key: _with_example(found) for key, found in answers.items()}}


def _with_example(answer: object) -> Json:
    fields = as_object(answer)
    content = as_object(fields.get("content"))
    body = as_object(content.get("application/json"))
    if isinstance(text := body.get("example"), str):
        content["application/json"] = {**body, "example": msgspec.json.decode(text)}
    return {**fields, "content": content} if content else fields


def _refusal(status: int) -> Json:
    return {
        "description": _TEXTS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM_REFERENCE}}},
    }
