"""What is left of the time and the bytes of one fetch."""

import asyncio
import time

from haulier.safefetch.errors import TimedOut, TooLarge
from haulier.safefetch.policy import Limits


class Budget:
    """One allowance for a whole chain of redirects, drawn down by every hop."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.started_at = time.perf_counter()
        self.deadline = asyncio.get_running_loop().time() + limits.total_seconds
        self.wire_bytes = 0
        """Received so far, over all hops."""

    def receive(self, count: int) -> None:
        """Count bytes that came in. Raises TooLarge beyond the limit."""
        self.wire_bytes += count
        if self.wire_bytes > self.limits.wire_bytes:
            raise TooLarge("wire_bytes")

    def scope(self, seconds: float) -> "Scope":
        """Return a deadline of `seconds` from now, or of the whole budget where that is nearer."""
        return Scope(seconds, self.deadline)

    def elapsed_ms(self, since: float) -> float:
        """Milliseconds between a `time.perf_counter` reading and now."""
        return (time.perf_counter() - since) * 1000


class Scope:
    """The nearer of a limit and the end of the budget, and which of the two it was."""

    def __init__(self, seconds: float, deadline: float) -> None:
        own = asyncio.get_running_loop().time() + seconds
        self.is_total = deadline <= own
        self.when = min(own, deadline)

    def expired(self, reason: str) -> TimedOut:
        """Return the error to raise when the deadline has passed."""
        return TimedOut("total" if self.is_total else reason)
