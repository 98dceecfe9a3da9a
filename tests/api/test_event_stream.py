"""The stream itself, at the ASGI interface: slow readers, lost databases, revoked keys."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from starlette.types import Message, Receive, Send

from api.house import CONFIG, SHOP
from haulier.api.context import ApiConfig
from haulier.api.v1 import event_stream
from haulier.api.v1.event_stream import OVERFLOW, EventStream, StreamSource
from haulier.domain.events import Event
from haulier.domain.ids import JobId
from haulier.domain.states import EventType
from haulier.errors import HaulierError, Unauthenticated, Unavailable

FAST = replace(CONFIG, sse_poll_seconds=0.001)


def event(seq: int, kind: EventType = EventType.PROGRESS) -> Event:
    return Event(
        workspace_id=SHOP,
        job_id=JobId(UUID(int=7)),
        seq=seq,
        type=kind,
        attempt=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        data={},
    )


class History:
    """A job's events, growing by one at every second look."""

    def __init__(self, length: int, error: HaulierError | None = None) -> None:
        self.length = length
        self.told = 0
        self.looks = 0
        self.error = error

    async def list_after(self, seq: int, limit: int) -> list[Event]:
        self.looks += 1
        if self.error is not None and self.looks % 3 == 0:
            raise self.error
        self.told = min(self.told + self.looks % 2, self.length)
        events = [
            event(number, EventType.COMPLETED if number == self.length else EventType.PROGRESS)
            for number in range(1, self.told + 1)
        ]
        return [found for found in events if found.seq > seq][:limit]

    async def has_ended(self) -> bool:
        return self.told == self.length

    def source(
        self,
        check_access: Callable[[], None] = lambda: None,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> StreamSource:
        async def check() -> None:
            check_access()

        return StreamSource(
            list_after=self.list_after,
            has_ended=self.has_ended,
            check_access=check,
            show=lambda found: {"seq": found.seq},
            is_stopping=is_stopping,
        )


async def silent() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


async def run(
    source: StreamSource,
    config: ApiConfig = FAST,
    receive: Receive = silent,
    send: Send | None = None,
) -> list[bytes]:
    sent: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.body":
            sent.append(message["body"])
        if send is not None:
            await send(message)

    async with asyncio.timeout(20):
        await EventStream(source, config, 0)({"type": "http"}, receive, keep)
    return sent


def numbers(sent: list[bytes]) -> list[int]:
    return [int(frame.split(b"\n")[0][4:]) for frame in sent if frame.startswith(b"id: ")]


async def test_every_event_is_told_once_in_order() -> None:
    sent = await run(History(30).source())

    assert numbers(sent) == list(range(1, 31))
    assert sent[-2].startswith(b"event: end")


async def test_a_stream_outlives_a_database_that_goes_away() -> None:
    sent = await run(History(30, Unavailable()).source())

    assert numbers(sent) == list(range(1, 31))
    assert sent[-2].startswith(b"event: end")


async def test_a_reader_that_stops_reading_is_told_overflow_and_closed() -> None:
    """A full socket makes `send` wait; what stands in memory is one frame."""
    stalls = 0

    async def full_socket(message: Message) -> None:
        nonlocal stalls
        if message["type"] == "http.response.body" and message["body"].startswith(b"id: 5\n"):
            stalls += 1
            await asyncio.Event().wait()

    history = History(30)
    sent = await run(history.source(), replace(FAST, stall_seconds=0.05), send=full_socket)

    assert numbers(sent) == [1, 2, 3, 4, 5]
    assert (sent[-1], stalls) == (OVERFLOW, 1)


async def test_a_reader_that_never_reads_again_is_given_up() -> None:
    async def dead_socket(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    sent = await run(History(3).source(), replace(FAST, stall_seconds=0.05), send=dead_socket)

    assert sent[-1] == OVERFLOW


async def test_a_reader_that_leaves_ends_the_stream() -> None:
    async def leaving() -> Message:
        return {"type": "http.disconnect"}

    endless = History(2**31)
    await run(endless.source(), receive=leaving)

    assert endless.looks < 10


async def test_a_server_that_stops_ends_the_stream_without_saying_that_the_job_ended() -> None:
    history = History(2**31)
    sent = await run(history.source(is_stopping=lambda: history.looks >= 6))

    assert numbers(sent) == [1, 2, 3]
    assert not any(b"event: end" in frame for frame in sent)


async def test_a_credential_that_stops_working_ends_the_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_stream, "_RECHECK_SECONDS", 0.0)
    history = History(2**31)

    def refuse() -> None:
        if history.looks >= 4:
            raise Unauthenticated

    sent = await run(history.source(check_access=refuse))

    assert numbers(sent) == [1, 2]
    assert not any(b"event: end" in frame for frame in sent)


async def test_an_idle_stream_beats() -> None:
    idle = History(2**31)

    async def nothing(_seq: int, _limit: int) -> list[Event]:
        idle.looks += 1
        return []

    source = replace(idle.source(is_stopping=lambda: idle.looks >= 5), list_after=nothing)
    sent = await run(source, replace(FAST, heartbeat_seconds=0))

    assert sent[:-1] == [b": beat\n\n"] * len(sent[:-1])
    assert len(sent) > 3
