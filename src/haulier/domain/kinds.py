"""Kinds of jobs as everybody but their handler knows them: name, defaults, schemas."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import msgspec

from haulier.domain.retries import RetryPolicy
from haulier.domain.schemas import JsonSchema
from haulier.errors import InvalidInput

NAME_PATTERN: Final = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
QUEUE_PATTERN: Final = r"^[a-z0-9][a-z0-9_.-]{0,63}$"
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_VERSION = re.compile(r"[1-9][0-9]{0,4}")
_QUEUE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_MAX_NAME: Final = 100
_MAX_VERSION: Final = 32_767


@dataclass(frozen=True, slots=True, order=True)
class KindRef:
    """`site.audit@1`: a kind's name and its major version."""

    name: str
    version: int = 1

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dedupe:
    """Which jobs of a kind count as the same work.

    The natural key is made of the args named in `args` (all when empty) and `salt`, which changes
    when the same args would give another answer (a new recipe). It holds for `window`, unless the
    job that has it fails or is cancelled.
    """

    args: tuple[str, ...] = ()
    salt: str = ""
    window: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A registered kind."""

    ref: KindRef
    queue: str = "default"
    priority: int | None = None
    """None inherits normal."""
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeout: timedelta = timedelta(minutes=5)
    """Per attempt."""
    executor: str = "async"
    description: str = ""
    args_schema: JsonSchema = field(default_factory=dict[str, object])
    result_schema: JsonSchema = field(default_factory=dict[str, object])
    dedupe: Dedupe | None = None
    """None: only an explicit dedupe key makes duplicates."""


def parse_kind(text: str) -> KindRef:
    """`site.audit` or `site.audit@1`. Raises InvalidInput for anything else."""
    name, at, version = text.partition("@")
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        raise InvalidInput("A kind is lower-case words joined by dots, such as site.audit.")
    if not at:
        return KindRef(name)
    if not _VERSION.fullmatch(version) or int(version) > _MAX_VERSION:
        raise InvalidInput("A kind's version is a whole number from 1, such as site.audit@1.")
    return KindRef(name, int(version))


def parse_queue(text: str) -> str:
    """A queue's name. Raises InvalidInput when malformed."""
    if not _QUEUE.fullmatch(text):
        raise InvalidInput("A queue has 1 to 64 of a-z, 0-9, dot, dash and underscore.")
    return text


def encode_kind(kind: Kind) -> str:
    """JSON text of a declaration, for the table of kinds."""
    return msgspec.json.encode(kind).decode()


def decode_kind(text: str) -> Kind:
    """The inverse of `encode_kind`. Raises msgspec.ValidationError for anything else."""
    return msgspec.json.decode(text, type=Kind)
