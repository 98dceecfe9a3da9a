"""`@handler`: from a function to a kind that workers can run."""

import dataclasses
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, get_type_hints

import msgspec
import pydantic

from haulier.domain.durations import parse_duration
from haulier.domain.kinds import Dedupe, Kind, parse_kind, parse_queue
from haulier.domain.priorities import parse_priority
from haulier.domain.schemas import JsonSchema
from haulier.domain.sizes import parse_size
from haulier.errors import ConfigurationInvalid
from haulier.handlers.retries import CategoryRetries, retry_policy

HandlerFunction = Callable[..., object]
_EXECUTORS: Final = ("async", "thread", "process")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A function and the kind that it runs."""

    kind: Kind
    function: HandlerFunction
    args_type: type[object] | None
    """None where the function takes no args."""
    memory_bytes: int | None = None
    """How much a process of its own may take beyond what it starts with; None sets no limit."""

    @property
    def is_async(self) -> bool:
        """It runs on the worker's event loop; others in a thread or process of their own."""
        return self.kind.executor == "async"

    def start(self, *arguments: object) -> Awaitable[object]:
        """Begins an asynchronous handler. Raises TypeError for one that is not."""
        running = self.function(*arguments)
        if not inspect.isawaitable(running):
            raise TypeError(f"{self.function.__qualname__} is not asynchronous")
        return running

    def decode_args(self, text: str) -> object:
        """The args as the function's own type.

        Raises msgspec.ValidationError or pydantic.ValidationError.
        """
        if self.args_type is None:
            return None
        if issubclass(self.args_type, pydantic.BaseModel):
            return self.args_type.model_validate_json(text)
        return msgspec.json.decode(text, type=self.args_type)


def handler(
    name: str,
    *,
    queue: str = "default",
    priority: int | str | None = None,
    max_attempts: int = 5,
    backoff: str | timedelta = "1s",
    backoff_cap: str | timedelta = "1h",
    retries: CategoryRetries | None = None,
    timeout: str | timedelta = "5m",
    executor: str | None = None,
    memory: str | int | None = None,
    dedupe: Dedupe | None = None,
) -> Callable[[HandlerFunction], Handler]:
    """Makes a function the handler of a kind.

    The function takes the `JobContext` and, if it has a second parameter, the args in the type
    that it is annotated with: a dataclass, a msgspec Struct or a pydantic model. An `async def`
    runs on the worker's loop, a plain `def` in a thread, or with `executor="process"` in a process
    of its own, which is killed where it does not stop and may take `memory` ("512MB", or bytes).
    Durations are text such as "90s", "10m", "2h", or timedeltas; `timeout` counts per attempt.
    `retries` says where failures of a category differ: `{"timeout": "never"}`.

    Raises ConfigurationInvalid at once when the declaration makes no sense.
    """

    def declare(function: HandlerFunction) -> Handler:
        args_type, result_type = _types(function)
        kind = Kind(
            ref=parse_kind(name),
            queue=parse_queue(queue),
            priority=None if priority is None else parse_priority(priority),
            retry=retry_policy(
                function.__qualname__,
                max_attempts=max_attempts,
                base=parse_duration(backoff),
                cap=parse_duration(backoff_cap),
                retries=retries or {},
            ),
            timeout=parse_duration(timeout),
            executor=_executor(executor, function),
            description=_description(function),
            args_schema=_schema(args_type),
            result_schema={} if result_type is None else _schema(result_type),
            dedupe=dedupe,
        )
        memory_bytes = _memory(memory, kind, function)
        return Handler(kind=kind, function=function, args_type=args_type, memory_bytes=memory_bytes)

    return declare


def encode_result(value: object) -> bytes:
    """A handler's result as JSON. Raises TypeError for what JSON cannot hold."""
    if isinstance(value, pydantic.BaseModel):
        return value.model_dump_json().encode()
    return msgspec.json.encode(value)


def _description(function: HandlerFunction) -> str:
    return inspect.cleandoc(function.__doc__ or "").split("\n\n")[0]


def _executor(wanted: str | None, function: HandlerFunction) -> str:
    fitting = ("async",) if inspect.iscoroutinefunction(function) else ("thread", "process")
    if wanted is None or wanted in fitting:
        return wanted or fitting[0]
    known = ", ".join(_EXECUTORS)
    raise ConfigurationInvalid(
        f"{function.__qualname__}: executor {wanted!r} does not fit; an async def runs as "
        f"async, a def as thread or process ({known})."
    )


def _memory(wanted: str | int | None, kind: Kind, function: HandlerFunction) -> int | None:
    if wanted is None:
        return None
    if kind.executor != "process":
        raise ConfigurationInvalid(
            f"{function.__qualname__}: only a process has a memory of its own to limit."
        )
    return parse_size(wanted)


def _types(function: HandlerFunction) -> tuple[type[object] | None, object]:
    hints = _hints(function)
    names = list(inspect.signature(function).parameters)
    if not 1 <= len(names) <= 2:  # noqa: PLR2004 - job, args
        raise ConfigurationInvalid(
            f"{function.__qualname__} takes the job and, if it wants any, the args."
        )
    if len(names) == 1:
        return None, hints.get("return")
    args_type: object = hints.get(names[1])
    if not (isinstance(args_type, type) and _has_fields(args_type)):
        raise ConfigurationInvalid(
            f"{function.__qualname__}: annotate {names[1]} with a dataclass, Struct or model."
        )
    return args_type, hints.get("return")


def _hints(function: HandlerFunction) -> dict[str, object]:
    try:
        return get_type_hints(function)
    except NameError as error:
        raise ConfigurationInvalid(f"{function.__qualname__}: {error}.") from error


def _has_fields(kind: type[object]) -> bool:
    return _is_closed(kind) or issubclass(kind, pydantic.BaseModel)


def _schema(kind: object) -> JsonSchema:
    if kind is None:
        return {"type": "object", "additionalProperties": False}
    if isinstance(kind, type):
        known: type[object] = kind
        if issubclass(known, pydantic.BaseModel):
            return known.model_json_schema()
    try:
        schemas, definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    except TypeError:
        return {}
    (schema,) = schemas
    if _is_closed(kind):
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        definitions.get(name, schema)["additionalProperties"] = False
    return {**schema, "$defs": definitions} if definitions else dict(schema)


def _is_closed(kind: object) -> bool:
    """Unknown args of a dataclass or Struct are typing errors: refused at enqueue."""
    return dataclasses.is_dataclass(kind) or (
        isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    )
