"""Typed access to rows: the one place where values of unknown type become values of a known one."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from asyncpg import Record

T = TypeVar("T")

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def read(row: "Record", column: str, kind: type[T]) -> T:
    """The column's value, checked to be a `kind`.

    Raises TypeError when the statement and the code disagree.
    """
    value: object = row[column]
    if not isinstance(value, kind):
        raise TypeError(f"{column} is {type(value).__name__}, not {kind.__name__}")
    return value


def read_optional(row: "Record", column: str, kind: type[T]) -> T | None:
    """As `read`, with null as None."""
    return None if row[column] is None else read(row, column, kind)


def read_uuid(row: "Record", column: str) -> UUID:
    """The column as a plain UUID (the driver's own subclass is slower to hash)."""
    return UUID(bytes=read(row, column, UUID).bytes)


def read_optional_uuid(row: "Record", column: str) -> UUID | None:
    """As `read_uuid`, with null as None."""
    return None if row[column] is None else read_uuid(row, column)


def read_optional_time(row: "Record", column: str) -> datetime | None:
    """An aware time, or None."""
    return read_optional(row, column, datetime)


def read_object(row: "Record", column: str) -> dict[str, object]:
    """A JSON object; null is an empty one."""
    text = read_optional(row, column, str)
    if text is None:
        return {}
    value: object = json.loads(text)
    return dict(value) if isinstance(value, dict) else {"value": value}  # pyright: ignore[reportUnknownArgumentType]


def dump(value: Mapping[str, object]) -> str:
    """JSON text for a jsonb column.

    What PostgreSQL cannot hold, NUL and lone surrogates, becomes U+FFFD and `?`.
    """
    text = without_nul(json.dumps(value, ensure_ascii=False, allow_nan=False))
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def storable_text(text: str) -> str:
    """The text without what PostgreSQL cannot hold: see `dump`."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def without_nul(json_text: str) -> str:
    """JSON text with every escaped NUL replaced by U+FFFD."""
    return _NUL.sub("\\1\ufffd", json_text) if "u0000" in json_text else json_text
