"""Problem details (RFC 9457) and the errors that they stand for."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from haulier.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Gone,
    HaulierError,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    Throttled,
    Unauthenticated,
    Unavailable,
)

NOT_UNDERSTOOD: Final = "The server's answer is not haulier's. Check the URL."

_MAX_TEXT: Final = 2_000
_MAX_PROBLEMS: Final = 100

# For codes that this release does not know: the family is told by the status alone.
_BY_STATUS: Final[Mapping[int, type[HaulierError]]] = {
    400: InvalidInput,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    406: InvalidInput,
    409: Conflict,
    410: Gone,
    412: Conflict,
    413: PayloadTooLarge,
    415: InvalidInput,
    422: InvalidInput,
    428: Conflict,
    429: Throttled,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


class _Field(msgspec.Struct, frozen=True):
    pointer: str = ""
    code: str = ""
    detail: str = ""


class _Problem(msgspec.Struct, frozen=True):
    code: str = ""
    title: str = ""
    detail: str = ""
    request_id: str | None = None
    errors: list[_Field] = []


def read_problem(status: int, headers: Mapping[str, str], body: bytes) -> HaulierError:
    """The error that a refusal stands for: by its code, else by its status.

    Never raises: a body that is no problem gives an error that says so.
    """
    problem = _decode(body)
    kind = _BY_CODE.get(problem.code) or _BY_STATUS.get(status)
    detail = (problem.detail or problem.title)[:_MAX_TEXT]
    if kind is None:
        kind = HaulierError if problem.code else Unavailable
        detail = detail or f"{NOT_UNDERSTOOD} (status {status})"
    error = _make(kind, detail, problem)
    error.request_id = problem.request_id or headers.get("haulier-request-id")
    return error


def problem_code(body: bytes) -> str:
    """The stable code of a problem, "" where the body is none."""
    return _decode(body).code


def _decode(body: bytes) -> _Problem:
    try:
        return msgspec.json.decode(body, type=_Problem)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _Problem()


def _make(kind: type[HaulierError], detail: str, problem: _Problem) -> HaulierError:
    fields = [
        FieldProblem(pointer=item.pointer, code=item.code, detail=item.detail[:_MAX_TEXT])
        for item in problem.errors[:_MAX_PROBLEMS]
    ]
    # Some classes of the tree build their text from data that a problem does not carry.
    error = kind.__new__(kind)
    HaulierError.__init__(error, detail or None, problems=fields)
    return error


def _tree(root: type[HaulierError]) -> Iterator[type[HaulierError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


_BY_CODE: Final[Mapping[str, type[HaulierError]]] = {
    kind.code: kind for kind in _tree(HaulierError)
}
