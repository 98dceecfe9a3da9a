"""A request and how to read its answer, as values: the half of the client that does no I/O."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

import msgspec
import uuid_utils

from haulier.client.problems import NOT_UNDERSTOOD, read_problem
from haulier.errors import InvalidInput, Unavailable

Answer = TypeVar("Answer")
Value = TypeVar("Value")

ANSWER_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""A longer answer is refused; results of any size come through `result_chunks`."""

_KEY: Final = re.compile(r"[!-~]{1,255}")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,199}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request.

    Every request may be sent again when its answer was lost: reads and removals by their nature,
    posts because `post` gives each an Idempotency-Key.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Answer]):
    """A request and the reading of its answer, which raises what the server refused with."""

    request: Request
    read: Callable[[Reply], Answer]


def get(path: str, **query: str | int | None) -> Request:
    """A read; parameters that are None are left out."""
    given = {name: str(value) for name, value in query.items() if value is not None}
    return Request(method="GET", path=path, query=given)


def post(path: str, body: object = None, *, idempotency_key: str | None = None) -> Request:
    """A change. Without a key of the caller's own it gets a fresh one, kept over its retries."""
    key = str(uuid_utils.uuid7()) if idempotency_key is None else idempotency_key
    if not _KEY.fullmatch(key):
        raise InvalidInput("An idempotency key has 1 to 255 visible ASCII characters, no spaces.")
    headers = {"Idempotency-Key": key}
    if body is None:
        return Request(method="POST", path=path, headers=headers)
    headers["Content-Type"] = "application/json"
    return Request(method="POST", path=path, headers=headers, body=encode(body))


def delete(path: str) -> Request:
    """A removal."""
    return Request(method="DELETE", path=path)


def segment(text: str) -> str:
    """An id or a name as one segment of a path. Raises InvalidInput where it cannot be one."""
    if not _SEGMENT.fullmatch(text):
        raise InvalidInput(f"{text[:60]!r} is not an id or a name.")
    return text


def encode(body: object) -> bytes:
    """JSON text. Raises InvalidInput for what JSON cannot say."""
    try:
        return msgspec.json.encode(body)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"The request does not fit into JSON: {error}") from error


def reading(shape: type[Value]) -> Callable[[Reply], Value]:
    """A reader of answers of this shape; it raises the problem where there is one."""

    def read(reply: Reply) -> Value:
        return decode(accept(reply).body, shape)

    return read


def accept(reply: Reply) -> Reply:
    """The answer itself. Raises what the server refused with when it is not a success."""
    if not 200 <= reply.status < 300:  # noqa: PLR2004 RFC 9110, 15.3
        raise read_problem(reply.status, reply.headers, reply.body)
    return reply


def decode(body: bytes, shape: type[Value]) -> Value:
    """JSON as a value of this shape. Raises Unavailable: such a server is not ours."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unavailable(f"{NOT_UNDERSTOOD} ({error})") from error
