"""Errors as RFC 9457 problems: the only place that knows their HTTP status."""

from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from haulier.api.answers import json_answer
from haulier.api.context import context_of, facts_of
from haulier.api.methods import allowed_methods
from haulier.api.narrowing import as_items, as_object
from haulier.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Gone,
    HaulierError,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    ResultNotReady,
    Throttled,
    Unauthenticated,
    Unavailable,
    UnknownKind,
    ValidationFailed,
)
from haulier.redact import redact_text

MEDIA_TYPE: Final = "application/problem+json"

STATUSES: Final[Mapping[type[HaulierError], int]] = {
    InvalidInput: 400,
    ValidationFailed: 422,
    UnknownKind: 422,
    IdempotencyMismatch: 422,
    PayloadTooLarge: 413,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Gone: 410,
    Conflict: 409,
    Throttled: 429,
    Unavailable: 503,
    HaulierError: 500,
}
"""Status by class; a class that is not named has that of its nearest ancestor."""

_HEADERS: Final[Mapping[type[HaulierError], Mapping[str, str]]] = {
    Unauthenticated: {"WWW-Authenticate": 'Bearer realm="haulier"'},
    ResultNotReady: {"Retry-After": "2"},
    Throttled: {"Retry-After": "1"},
    Unavailable: {"Retry-After": "5"},
}

# What the framework itself refuses, by status.
_FRAMEWORK: Final[Mapping[int, tuple[str, str]]] = {
    400: ("invalid_request", "The request is not valid."),
    404: ("not_found", "There is no such route."),
    405: ("method_not_allowed", "This route does not know the method."),
    413: ("payload_too_large", "The body is larger than allowed."),
    415: ("unsupported_media_type", "The body must be application/json in UTF-8."),
}

_NO_HEADERS: Final[Mapping[str, str]] = {}
INTERNAL: Final = "Something went wrong in haulier. The request id names it in the log."
_SERVER_ERROR: Final = 500


class UnsupportedMediaType(HTTPException):
    """The body is not JSON."""

    def __init__(self) -> None:
        super().__init__(415)


def install_problems(app: FastAPI) -> None:
    """Renders every error that a route raises, the framework's own included."""
    app.add_exception_handler(HaulierError, _render)
    app.add_exception_handler(HTTPException, _render)
    app.add_exception_handler(RequestValidationError, _render)


def status_of(error: type[HaulierError]) -> int:
    """The HTTP status of an error class."""
    return next(STATUSES[parent] for parent in error.__mro__ if parent in STATUSES)


def problem_for(request: Request, error: Exception) -> Response:
    """The answer to a request that failed with `error`. What nobody foresaw tells nothing."""
    match error:
        case HaulierError() if status_of(type(error)) != _SERVER_ERROR:
            status = status_of(type(error))
            return _problem(
                request, status, error.code, error.detail, error.problems, _headers(error)
            )
        case RequestValidationError():
            problems = [_parameter_problem(item) for item in _items(error)]
            failed = ValidationFailed("A parameter is not valid.", problems=problems)
            return problem_for(request, failed)
        case HTTPException() if error.status_code in _FRAMEWORK:
            code, detail = _FRAMEWORK[error.status_code]
            headers = {**(error.headers or {})}
            if "Allow" in headers and (allow := _allow(request)):
                headers["Allow"] = allow
            return _problem(request, error.status_code, code, detail, (), headers)
        case _:
            return _problem(request, _SERVER_ERROR, "internal_error", INTERNAL, (), {})


async def _render(request: Request, error: Exception) -> Response:
    return problem_for(request, error)


def _problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    problems: Sequence[FieldProblem],
    headers: Mapping[str, str],
) -> Response:
    facts = facts_of(request.scope)
    body: dict[str, object] = {
        "type": context_of(request).config.problem_base_url + code,
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": redact_text(detail),
        "instance": redact_text(request.url.path),
        "request_id": facts.request_id,
        "trace_id": facts.trace_id,
    }
    if problems:
        body["errors"] = [
            {"pointer": redact_text(item.pointer), "code": item.code}
            | {"detail": redact_text(item.detail)}
            for item in problems
        ]
    answer = json_answer(body, status, headers)
    answer.headers["content-type"] = MEDIA_TYPE
    return answer


def _headers(error: HaulierError) -> Mapping[str, str]:
    parents = type(error).__mro__
    found = (_HEADERS[parent] for parent in parents if parent in _HEADERS)
    return next(found, _NO_HEADERS)


def _allow(request: Request) -> str:
    document: object = request.app.openapi()
    return allowed_methods(as_object(document), request.url.path)


def _items(error: RequestValidationError) -> list[Mapping[str, object]]:
    return [as_object(item) for item in error.errors()]


def _parameter_problem(item: Mapping[str, object]) -> FieldProblem:
    """A query or path parameter has no JSON pointer: its name stands after `?`."""
    names = [str(part) for part in as_items(item.get("loc"))[1:]]
    return FieldProblem(
        pointer="?" + ".".join(names), code="invalid", detail=str(item.get("msg", ""))
    )
