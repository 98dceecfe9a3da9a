"""One stretch of work, one canonical log line."""

import time
from contextvars import Token
from types import TracebackType
from typing import Literal, Self, TypeAlias

import structlog
from structlog.contextvars import bind_contextvars, reset_contextvars

from haulier.errors import HaulierError
from haulier.telemetry.logs import CONTEXT

Field: TypeAlias = str | int | float | bool | None
SettledLevel: TypeAlias = Literal["info", "warning", "error"]


class Span:
    """Made by `span`; used once, as a context manager."""

    __slots__ = ("_began", "_fields", "_level", "_name", "_outcome", "_tokens")

    def __init__(self, name: str, fields: dict[str, Field]) -> None:
        self._name = name
        self._fields: dict[str, Field] = {}
        self.add(**fields)
        self._outcome, self._level = "completed", "info"
        self._began = 0.0
        self._tokens: dict[str, Token[object]] = {}

    def add(self, **fields: Field) -> None:
        """Put further fields on the line: ids, counts, durations, never contents.

        Raises ValueError for a name that the line itself uses.
        """
        if taken := _RESERVED & fields.keys():
            raise ValueError(f"Every line has these already: {', '.join(sorted(taken))}.")
        self._fields.update(fields)

    def settle(self, outcome: str, *, level: SettledLevel = "info") -> None:
        """Say how it ended, where that is a value and no exception."""
        self._outcome, self._level = outcome, level

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        bound = {name: value for name, value in self._fields.items() if name in CONTEXT}
        self._tokens = dict(bind_contextvars(**bound))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._settle_by(error)
        self._fields["duration_ms"] = round((time.perf_counter() - self._began) * 1000, 3)
        log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
        log.log(_LEVELS[self._level], self._name, outcome=self._outcome, **self._fields)
        reset_contextvars(**self._tokens)

    def _settle_by(self, error: BaseException) -> None:
        if not isinstance(error, Exception):  # cancelled, or the program is asked to end
            self.settle("cancelled")
            return
        self.settle("failed", level="warning" if isinstance(error, HaulierError) else "error")
        self._fields["error"] = (
            error.code if isinstance(error, HaulierError) else type(error).__qualname__
        )


_RESERVED = frozenset({"event", "level", "at", "outcome", "duration_ms", "error", "exc_info"})
_LEVELS = {"info": 20, "warning": 30, "error": 40}


def span(name: str, /, **fields: Field) -> Span:
    """Measure the work of a `with` block and write one line about it at its end.

    `name` is `noun.verb` or `noun.noun`, the event of the line. The line has the fields,
    `duration_ms` and `outcome`: `completed`; `failed`, with the error's code or class but never
    its text, for an exception passing through (level warning for our own errors, error for all
    others, which nobody foresaw); `cancelled`; or what `settle` said. The fields named in
    `logs.CONTEXT` stand on every other line within, too, also in tasks started there.
    """
    return Span(name, fields)
