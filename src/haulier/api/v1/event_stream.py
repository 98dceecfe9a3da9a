"""Server-sent events (HTML Living Standard, section 9.2) from a history that only grows.

The numbers of a job's events have no gap, so "everything above the last number sent" is all that a
stream needs to remember: it may break anywhere and resume anywhere, in any process.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from haulier.api.answers import json_text
from haulier.api.context import ApiConfig
from haulier.domain.events import Event
from haulier.errors import Forbidden, NotFound, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_BATCH: Final = 100
_RECHECK_SECONDS: Final = 5.0
_BEAT: Final = b": beat\n\n"
_END: Final = b"event: end\ndata: {}\n\n"
OVERFLOW: Final = b"event: overflow\ndata: {}\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSource:
    """Where a stream's events come from."""

    list_after: Callable[[int, int], Awaitable[list[Event]]]
    """Events numbered above the first argument, at most as many as the second."""
    has_ended: Callable[[], Awaitable[bool]]
    """Whether the job has had its last event."""
    check_access: Callable[[], Awaitable[None]]
    """Raises once the credential stopped working."""
    show: Callable[[Event], dict[str, object]]
    is_stopping: Callable[[], bool]


class EventStream(Response):
    """Tells events as they happen until the job ends, the reader leaves or the server stops."""

    media_type = "text/event-stream"

    def __init__(self, source: StreamSource, config: ApiConfig, after: int) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._source = source
        self._config = config
        self._last = after
        self._ended = False
        self._asks_job = True
        self._checked_at = time.monotonic()

    async def __call__(self, _scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Runs the stream. A reader that leaves ends it."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._write(send))
            reading = tasks.create_task(_until_disconnect(receive))
            await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
            writing.cancel()
            reading.cancel()

    async def _write(self, send: "Send") -> None:
        try:
            async with aclosing(self._frames()) as frames:
                async for frame in frames:
                    await self._send(send, frame, more=True)
            await self._send(send, b"", more=False)
        except TimeoutError:
            await self._overflow(send)

    async def _overflow(self, send: "Send") -> None:
        try:
            await self._send(send, OVERFLOW, more=False)
        except TimeoutError:
            return  # it does not read at all: the server drops the connection

    async def _send(self, send: "Send", frame: bytes, *, more: bool) -> None:
        # A server that cannot write waits here: what stands in memory for a reader is one frame.
        async with asyncio.timeout(self._config.stall_seconds):
            await send({"type": "http.response.body", "body": frame, "more_body": more})

    async def _frames(self) -> AsyncGenerator[bytes]:
        beat_at = time.monotonic()
        yield _BEAT  # so that proxies pass the headers on at once
        while not self._source.is_stopping():
            try:
                found = await self._look()
            except Unavailable:
                found = []  # the database will be back, and the history with it
            except (Unauthenticated, Forbidden, NotFound):
                return
            for event in found:
                yield _frame(event, self._source.show)
                self._last, beat_at = event.seq, time.monotonic()
            if found and not found[-1].type.is_final:
                continue
            if found or self._ended:
                yield _END
                return
            if time.monotonic() - beat_at >= self._config.heartbeat_seconds:
                beat_at, self._asks_job = time.monotonic(), True
                yield _BEAT
            await asyncio.sleep(self._config.sse_poll_seconds)

    async def _look(self) -> list[Event]:
        if time.monotonic() - self._checked_at >= _RECHECK_SECONDS:
            await self._source.check_access()
            self._checked_at = time.monotonic()
        found = await self._source.list_after(self._last, _BATCH)
        if not found and self._asks_job:
            # A reader may resume above the last number: only the job tells that it has ended. What
            # it did between the two questions is read once more.
            self._asks_job = False
            self._ended = await self._source.has_ended()
            if self._ended:
                return await self._source.list_after(self._last, _BATCH)
        return found


async def _until_disconnect(receive: "Receive") -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _frame(event: Event, show: Callable[[Event], dict[str, object]]) -> bytes:
    data = json_text(show(event))
    return f"id: {event.seq}\nevent: {event.type}\ndata: {data}\n\n".encode()
