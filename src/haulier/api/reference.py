"""The OpenAPI document and a reference page made of it, without a script or a foreign host."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

import jinja2
import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.auth import authenticate
from haulier.api.context import context_of
from haulier.api.narrowing import as_items, as_object

router: Final = APIRouter(prefix="/v1", include_in_schema=False)
_METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    permission: str
    parameters: tuple[Mapping[str, object], ...]
    body: str
    """An example as JSON text, "" without a body."""
    responses: tuple[tuple[str, str], ...]


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The document."""
    await _check_access(request)
    return json_answer(request.app.openapi())


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The page."""
    await _check_access(request)
    style = _read("reference.css")
    page = _template().render(
        style=style,
        title=request.app.title,
        version=request.app.version,
        operations=list(read_operations(request.app.openapi())),
    )
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; frame-ancestors 'none'"
    headers = {"Content-Security-Policy": f"{policy}; base-uri 'none'; form-action 'none'"}
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")


def read_operations(document: Mapping[str, object]) -> Iterator[Operation]:
    """Every operation of the document in its order."""
    schemas = as_object(as_object(document.get("components")).get("schemas"))
    for path, item in as_object(document.get("paths")).items():
        for method in _METHODS:
            found = as_object(as_object(item).get(method))
            if found:
                yield _operation(method, path, found, schemas)


async def _check_access(request: Request) -> None:
    if not context_of(request).config.docs_public:
        await authenticate(request)


def _operation(
    method: str, path: str, found: Mapping[str, object], schemas: Mapping[str, object]
) -> Operation:
    return Operation(
        method=method.upper(),
        path=path,
        summary=str(found.get("summary", "")),
        description=str(found.get("description", "")),
        permission=str(found.get("x-permission") or "public"),
        parameters=tuple(as_object(item) for item in as_items(found.get("parameters"))),
        body=_body_example(found, schemas),
        responses=tuple(
            (status, str(as_object(answer).get("description", "")))
            for status, answer in sorted(as_object(found.get("responses")).items())
        ),
    )


def _body_example(found: Mapping[str, object], schemas: Mapping[str, object]) -> str:
    content = as_object(as_object(found.get("requestBody")).get("content"))
    schema = as_object(as_object(content.get("application/json")).get("schema"))
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    examples = as_items(as_object(schemas.get(name)).get("examples"))
    if not examples:
        return ""
    return msgspec.json.format(msgspec.json.encode(examples[0]), indent=2).decode()


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(_read("reference.html"))


@cache
def _read(name: str) -> str:
    return files("haulier.api").joinpath("pages", name).read_text(encoding="utf-8")
