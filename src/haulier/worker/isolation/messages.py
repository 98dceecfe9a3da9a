"""What a worker and the process of one attempt say to each other over their socket.

A frame is four bytes of length (big-endian) and that much MessagePack. The worker trusts nothing
that it reads: every message is decoded into its type, and no code travels.
"""

from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from haulier.domain.outcomes import Category
from haulier.safefetch import Hop, Limits, Response

MAX_FRAME_BYTES: Final = 64 * 1024 * 1024
HEAD_BYTES: Final = 4


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    pass


class Egress(msgspec.Struct, frozen=True, kw_only=True):
    """What the handler's own sockets are held to; networks and addresses as text."""

    ports: list[int]
    allow: list[str]
    deny: list[str]
    own_addresses: list[str]


class Call(_Message, frozen=True, kw_only=True):
    """First of all, to the child: run this."""

    module: str
    """Where the handler is found."""
    kind: str
    args: str
    memory_bytes: int | None
    egress: Egress | None
    """None where sockets are not watched."""
    workspace_id: str
    job_id: str
    attempt: int
    max_attempts: int
    created_at: datetime
    trace_context: str | None
    user_agent: str


class Stop(_Message, frozen=True, kw_only=True):
    """To the child: end now; it is killed if it does not."""


class Progress(_Message, frozen=True, kw_only=True):
    """Asks for what `JobContext.progress` does; `data` is a JSON object."""

    id: int
    fraction: float
    message: str
    data: bytes


class Log(_Message, frozen=True, kw_only=True):
    """Asks for what `JobContext.log` does; `data` is a JSON object."""

    id: int
    message: str
    data: bytes


class Step(_Message, frozen=True, kw_only=True):
    """Asks for a remembered result; `RunStep` comes back where there is none."""

    id: int
    name: str


class RunStep(_Message, frozen=True, kw_only=True):
    """To the child: nothing is remembered, run it."""

    id: int


class StepRan(_Message, frozen=True, kw_only=True):
    """The step's result, JSON; None where it raised and nothing is to be remembered."""

    id: int
    result: bytes | None


class Fetch(_Message, frozen=True, kw_only=True):
    """Asks for what `JobContext.fetch` does."""

    id: int
    url: str
    method: str
    headers: list[tuple[str, str]]
    body: bytes | None
    follow_redirects: bool
    limits: Limits | None
    truncate: bool


class Done(_Message, frozen=True, kw_only=True):
    """To the child: it was done as asked."""

    id: int
    result: bytes | None = None
    """JSON of a step."""
    response: Response | None = None
    """Of a fetch."""


class Refusal(_Message, frozen=True, kw_only=True):
    """To the child: it was not done; `code` names the class of the error to raise."""

    id: int
    code: str
    detail: str
    origin: str | None = None
    hop: int = 0
    hops: tuple[Hop, ...] = ()


class Returned(_Message, frozen=True, kw_only=True):
    """The last word: the handler's result as JSON."""

    result: bytes


class Snoozing(_Message, frozen=True, kw_only=True):
    """The last word: call again later."""

    seconds: float
    reason: str


class Raised(_Message, frozen=True, kw_only=True):
    """The last word: the handler raised."""

    category: Category
    error: str
    error_type: str
    permanent: bool
    retry_after_seconds: float | None


class Gone(_Message, frozen=True, kw_only=True):
    """The last word: the handler asked its process to end (SystemExit, KeyboardInterrupt)."""

    reason: str


ToChild: TypeAlias = Call | Stop | RunStep | Done | Refusal
Request: TypeAlias = Progress | Log | Step | Fetch
Ending: TypeAlias = Returned | Snoozing | Raised | Gone
FromChild: TypeAlias = Request | StepRan | Ending

_encoder: Final = msgspec.msgpack.Encoder()
_to_child: Final = msgspec.msgpack.Decoder(ToChild)
_from_child: Final = msgspec.msgpack.Decoder(FromChild)


class TooLong(ValueError):
    """A message is longer than a frame may be."""


def frame(message: ToChild | FromChild) -> bytes:
    """The message as it goes over the socket. Raises TooLong."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME_BYTES:
        raise TooLong(f"{len(body)} bytes; at most {MAX_FRAME_BYTES} are carried.")
    return len(body).to_bytes(HEAD_BYTES, "big") + body


def body_length(head: bytes) -> int:
    """How long the body behind this head is. Raises TooLong."""
    length = int.from_bytes(head, "big")
    if length > MAX_FRAME_BYTES:
        raise TooLong(f"{length} bytes; at most {MAX_FRAME_BYTES} are carried.")
    return length


def read_in_child(body: bytes) -> ToChild:
    """What the worker says. Raises msgspec.DecodeError."""
    return _to_child.decode(body)


def read_from_child(body: bytes) -> FromChild:
    """What the child says. Raises msgspec.DecodeError for anything else."""
    return _from_child.decode(body)
