"""Log lines: JSON for machines, columns for people, every one of them through the redactor."""

import json
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Literal, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Style = Literal["json", "console"]
Level = Literal["debug", "info", "warning", "error"]

_TALKATIVE = ("httpx2", "httpcore2")
"""Libraries that tell whole URLs at level info."""

CONTEXT = ("request_id", "workspace_id", "job_id", "attempt", "trace_id")
"""Fields that every line within a span carries once the span was given them."""


def configure_logging(
    *,
    style: Style,
    redact: Callable[[str], str],
    level: Level = "info",
    stream: TextIO | None = None,
) -> None:
    """Send every log line of this process, ours and the libraries', to `stream` (standard error).

    `redact` gets each finished line, tracebacks included, and must be total. May be called again.
    Tracebacks never show local variables.
    """
    output = stream or sys.stderr
    shared = _shared(style)
    rendered: list[Processor] = [_renderer(style, colors=output.isatty()), _last(redact)]
    structlog.configure(
        processors=[*shared, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(output),
        cache_logger_on_first_use=False,
    )
    _take_over_standard_logging(shared, rendered, level=level, output=output)


def _shared(style: Style) -> list[Processor]:
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    if style == "json":
        processors.append(structlog.processors.format_exc_info)
    return processors


def _renderer(style: Style, *, colors: bool) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(serializer=_as_json)
    return structlog.dev.ConsoleRenderer(
        colors=colors,
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,
    )


def _as_json(fields: EventDict, **_options: object) -> str:
    # A third of what json.dumps takes, and this is paid for every attempt of every job.
    try:
        return msgspec.json.encode(fields, enc_hook=repr).decode()
    except (UnicodeEncodeError, TypeError):  # lone surrogates, keys that are no text
        return json.dumps(fields, default=repr, skipkeys=True)


def _last(redact: Callable[[str], str]) -> Processor:
    def redact_line(_logger: WrappedLogger, _name: str, line: EventDict | str) -> str:
        return redact(str(line))

    return redact_line


def _take_over_standard_logging(
    shared: Sequence[Processor], rendered: Sequence[Processor], *, level: Level, output: TextIO
) -> None:
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(allow=())],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
