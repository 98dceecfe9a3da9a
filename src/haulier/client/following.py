"""Following a job's events over connections that break: what to ask, keep and give up, no I/O."""

import time
from collections.abc import Callable, Iterator
from typing import Final

import httpx2

from haulier.client.call import Reply, Request, decode, get, segment
from haulier.client.models import Event
from haulier.client.problems import read_problem
from haulier.client.retrying import backoff_seconds, is_worth_retrying, retry_after
from haulier.errors import HaulierError, Unavailable

SILENCE_LIMIT_SECONDS: Final = 45.0
"""Three heartbeats of the server: a connection silent for longer is taken for dead."""

_STEADY_SECONDS: Final = 10.0

Clock = Callable[[], float]


class Following:
    """One reader's place in a job's events; `is_over` once nothing more can come."""

    def __init__(
        self, job_id: str, after: int, retries: int, clock: Clock = time.monotonic
    ) -> None:
        self._path = f"/v1/jobs/{segment(job_id)}/events"
        self._last = after
        self._retries = retries
        self._clock = clock
        self._opened_at = 0.0
        self._failures = 0
        self._trouble: Exception | None = None
        self._asked_seconds: float | None = None
        self.is_over = False

    def request(self) -> Request:
        """The request for everything above the last event that was kept."""
        self._opened_at = self._clock()
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if self._last:
            headers["Last-Event-ID"] = str(self._last)
        request = get(self._path, after=self._last or None)
        return Request(method="GET", path=request.path, query=request.query, headers=headers)

    def take(self, message: httpx2.ServerSentEvent) -> Event | None:
        """The message's event, unless it was kept before or says only how the stream stands."""
        if message.event == "end":
            self.is_over = True
        if message.event in {"end", "overflow"} or not message.data:
            return None
        event = decode(message.data.encode(), Event)
        if event.seq <= self._last:
            return None
        self._last, self._failures = event.seq, 0
        self.is_over = event.is_final
        return event

    def refuse(self, reply: Reply) -> None:
        """Notes an answer that asks for patience; raises any other refusal."""
        error = read_problem(reply.status, reply.headers, reply.body)
        if not is_worth_retrying(reply):
            raise error
        self._trouble, self._asked_seconds = error, retry_after(reply)

    def lose(self, trouble: httpx2.HTTPError) -> None:
        """Notes that the connection broke."""
        self._trouble = trouble

    def pause(self) -> float:
        """Seconds to wait before the next connection.

        Raises what went wrong last when one connection after the other came to nothing; a
        connection that held for a while or brought an event makes the count begin anew.
        """
        held = self._clock() - self._opened_at >= _STEADY_SECONDS
        if held and not isinstance(self._trouble, httpx2.TimeoutException):
            self._failures = 0
        self._failures += 1
        if self._failures > self._retries:
            raise self._give_up() from self._trouble
        asked, self._asked_seconds, self._trouble = self._asked_seconds, None, None
        return backoff_seconds(self._failures) if asked is None else asked

    def _give_up(self) -> HaulierError:
        if isinstance(self._trouble, HaulierError):
            return self._trouble
        return Unavailable(f"The job's events broke off after event {self._last}. Try again.")


def pauses(timeout: float | None, clock: Clock = time.monotonic) -> Iterator[float]:
    """Pauses in seconds between two looks at a job: 0.05 growing to 1, ending at the timeout."""
    deadline = None if timeout is None else clock() + timeout
    pause = 0.05
    while True:
        left = pause if deadline is None else deadline - clock()
        if left <= 0:
            return
        yield min(pause, left)
        pause = min(pause * 1.5, 1.0)
