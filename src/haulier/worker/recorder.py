"""Writes progress and log events of running jobs, joined: one statement for all jobs at a time."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from haulier.domain.states import EventType
from haulier.errors import Unavailable
from haulier.services.attempts import Attempts, Key
from haulier.worker.running import HeldJob, Interruption

PROGRESS_INTERVAL_SECONDS: Final = 0.25
"""At most four progress events a second and job are stored."""
_RETRY_SECONDS: Final = 0.5
_log = structlog.stdlib.get_logger()


@dataclass(slots=True)
class _Waiting:
    job: HeldJob
    progress: Mapping[str, object] | None = None
    logs: deque[Mapping[str, object]] = field(default_factory=deque[Mapping[str, object]])
    progressed_at: float = float("-inf")
    is_writing: bool = False
    """A fact was taken out and is on its way to the database."""
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def next_fact(self, now: float) -> tuple[EventType, Mapping[str, object]] | None:
        """What to write now: logs first, in order; progress when its time has come."""
        if self.logs:
            return EventType.LOG, self.logs.popleft()
        if self.progress is not None and now >= self.progressed_at + PROGRESS_INTERVAL_SECONDS:
            fact, self.progress, self.progressed_at = self.progress, None, now
            return EventType.PROGRESS, fact
        return None


class Recorder:
    """The one writer of a worker's progress and log events. Runs inside `run()`."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self._waiting: dict[Key, _Waiting] = {}
        self._ready = asyncio.Event()

    def progress(self, job: HeldJob, data: Mapping[str, object]) -> None:
        """Notes the job's latest progress; an earlier one that was not written yet gives way."""
        self._of(job).progress = data
        self._ready.set()

    def log(self, job: HeldJob, data: Mapping[str, object]) -> None:
        """Notes a log line."""
        self._of(job).logs.append(data)
        self._ready.set()

    async def flush(self, job: HeldJob) -> None:
        """Returns when everything that was noted for the job is written, or the lease is lost."""
        waiting = self._waiting.get(job.key)
        if waiting is None or waiting.job is not job:
            return
        waiting.progressed_at = float("-inf")
        if waiting.progress is not None or waiting.logs or waiting.is_writing:
            waiting.idle.clear()
            self._ready.set()
            await waiting.idle.wait()

    def forget(self, job: HeldJob) -> None:
        """The job is over: nothing more is written for it."""
        waiting = self._waiting.get(job.key)
        if waiting is not None and waiting.job is job:
            waiting.idle.set()
            del self._waiting[job.key]

    async def run(self) -> None:
        """Writes until cancelled. What cannot be written now is kept and tried again."""
        while True:
            try:
                async with asyncio.timeout(self._delay()):
                    await self._ready.wait()
            except TimeoutError:
                pass
            self._ready.clear()
            await self._write_round()

    async def _write_round(self) -> None:
        now = time.monotonic()
        facts = [
            (waiting, fact)
            for waiting in list(self._waiting.values())
            if (fact := waiting.next_fact(now)) is not None
        ]
        for waiting, _ in facts:
            waiting.is_writing = True
        if facts:
            await self._write(facts)
        for waiting, _ in facts:
            waiting.is_writing = False
        for waiting in self._waiting.values():
            if waiting.progress is None and not waiting.logs:
                waiting.idle.set()
            elif waiting.logs:
                self._ready.set()

    async def _write(
        self, facts: list[tuple[_Waiting, tuple[EventType, Mapping[str, object]]]]
    ) -> None:
        rows = [(waiting.job.hold, event, data) for waiting, (event, data) in facts]
        try:
            held = await self._attempts.record(rows)
        except Unavailable:
            for waiting, (event, data) in facts:
                if event is EventType.LOG:
                    waiting.logs.appendleft(data)
                elif waiting.progress is None:
                    waiting.progress = data
            await asyncio.sleep(_RETRY_SECONDS)
            return
        for waiting, _ in facts:
            answer = held.get(waiting.job.key)
            if answer is None:
                waiting.job.interrupt(Interruption.LOST)
                waiting.idle.set()
            else:
                waiting.job.heard(answer)

    def _delay(self) -> float | None:
        due = [
            waiting.progressed_at + PROGRESS_INTERVAL_SECONDS
            for waiting in self._waiting.values()
            if waiting.progress is not None
        ]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _of(self, job: HeldJob) -> _Waiting:
        waiting = self._waiting.get(job.key)
        if waiting is None or waiting.job is not job:
            waiting = self._waiting[job.key] = _Waiting(job)
        return waiting
