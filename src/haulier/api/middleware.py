"""What happens to every request, whatever its route: pure ASGI, no route knows of it."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from uuid_utils.compat import uuid7

from haulier.api.context import RequestFacts, keep_facts
from haulier.api.narrowing import as_items
from haulier.api.problems import UnsupportedMediaType, problem_for
from haulier.domain.ids import format_id
from haulier.errors import PayloadTooLarge
from haulier.redact import redact_text
from haulier.telemetry.span import Span, span
from haulier.telemetry.trace import (
    TraceContext,
    format_traceparent,
    new_span,
    new_trace,
    parse_traceparent,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_MAX_USER_AGENT: Final = 256
_MAX_METHOD: Final = 16
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_SERVER_ERROR: Final = 500
_CLIENT_ERROR: Final = 400
_DENIED: Final = frozenset({401, 403})

_SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Set where a route did not set its own."""


class RequestContext:
    """Ids, trace, security headers, one log line, and the last resort for what nobody foresaw."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = str(scope["method"])[:_MAX_METHOD]
        with span("http.request", method=method) as line:
            facts = _facts(scope, line)
            line.add(request_id=facts.request_id, trace_id=facts.trace_id)
            keep_facts(scope, facts)
            answer = _Answer(send, facts)
            try:
                await self._app(scope, receive, answer.send)
            except Exception as error:
                # The last resort: a caller gets a problem with ids, the log the traceback.
                _log_unexpected(error, facts)
                if answer.status is not None:
                    raise
                await problem_for(Request(scope), error)(scope, receive, answer.send)
            finally:
                _settle(line, scope, answer.status)


class BodyGuard:
    """Refuses bodies that are too large or no JSON; stands inside `RequestContext`."""

    def __init__(self, app: "ASGIApp", limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        error: Exception | None = None
        if length.isascii() and length.isdigit() and int(length[:20]) > self._limit_bytes:
            error = self._too_large()
        elif scope["method"] in _WITH_BODY and _has_body(headers) and not _is_json(headers):
            error = UnsupportedMediaType()
        if error is not None:
            await problem_for(Request(scope), error)(scope, receive, send)
            return
        await self._app(scope, self._counting(receive), send)

    def _counting(self, receive: "Receive") -> "Receive":
        seen = 0

        async def count() -> "Message":
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._limit_bytes:
                    raise self._too_large()
            return message

        return count

    def _too_large(self) -> PayloadTooLarge:
        return PayloadTooLarge(f"The body is larger than {self._limit_bytes} bytes.")


class _Answer:
    """Passes the answer on, with our headers, and remembers its status."""

    def __init__(self, send: "Send", facts: RequestFacts) -> None:
        self._send = send
        self._facts = facts
        self.status: int | None = None

    async def send(self, message: "Message") -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = MutableHeaders(scope=message)
            headers["Haulier-Request-Id"] = self._facts.request_id
            headers["Haulier-Trace-Id"] = self._facts.trace_id
            for name, value in _SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _facts(scope: "Scope", line: Span) -> RequestFacts:
    headers = Headers(scope=scope)
    given = headers.get("x-request-id", "")
    trace = _trace(headers.getlist("traceparent"))
    return RequestFacts(
        request_id=given if _is_request_id(given) else format_id("req", uuid7()),
        trace_id=trace.trace_id,
        traceparent=format_traceparent(trace),
        ip_address=_address(scope.get("client")),
        user_agent=_user_agent(headers.get("user-agent")),
        span=line,
    )


def _is_request_id(given: str) -> bool:
    """A caller's own id is taken over, unless it looks like a secret: ids are kept and shown."""
    return _REQUEST_ID.fullmatch(given) is not None and redact_text(given) == given


def _trace(given: list[str]) -> TraceContext:
    parent = parse_traceparent(given[0].strip()) if len(given) == 1 else None
    return new_trace(sampled=False) if parent is None else new_span(parent)


def _address(client: object) -> str | None:
    try:
        return str(ip_address(str(next(iter(as_items(client)), ""))))
    except ValueError:  # a socket's path, or a test's own word
        return None


def _user_agent(given: str | None) -> str | None:
    if given is None:
        return None
    shown = "".join(letter for letter in given[:_MAX_USER_AGENT] if letter.isprintable())
    return redact_text(shown)


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_json(headers: Headers) -> bool:
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace(" ", "").replace('"', "")
    return media_type.strip().lower() == "application/json" and charset in {"", "charset=utf-8"}


def _settle(line: Span, scope: "Scope", status: int | None) -> None:
    route: object = getattr(scope.get("route"), "path", None)
    line.add(route=route if isinstance(route, str) else None, status=status)
    if status is None or status < _CLIENT_ERROR:
        return
    if status >= _SERVER_ERROR:
        line.settle("failed", level="error" if status == _SERVER_ERROR else "warning")
    else:
        line.settle("refused", level="warning" if status in _DENIED else "info")


def _log_unexpected(error: Exception, facts: RequestFacts) -> None:
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    log.error("http.unexpected", request_id=facts.request_id, exc_info=error)
