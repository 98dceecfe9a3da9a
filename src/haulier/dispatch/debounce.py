"""Keeps NOTIFY rare: it serialises commits across the whole cluster."""

import time
from collections.abc import Callable, Iterable
from typing import Final

INTERVAL_SECONDS: Final = 0.005


class Debounce:
    """At most one wake-up per lane and interval; one more follows when some were held back."""

    def __init__(
        self, interval: float = INTERVAL_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = interval
        self._clock = clock
        self._sent: dict[str, float] = {}
        self._held: dict[str, float] = {}
        """Lane -> when its trailing wake-up is due."""

    def due(self, lanes: Iterable[str]) -> list[str]:
        """The lanes to notify right now; the rest come due later (see `delay`)."""
        now = self._clock()
        for lane in lanes:
            at = self._sent.get(lane, float("-inf")) + self._interval
            self._held.setdefault(lane, max(now, at))
        ready = [lane for lane, at in self._held.items() if at <= now]
        for lane in ready:
            del self._held[lane]
            self._sent[lane] = now
        if len(self._sent) > 10_000:  # noqa: PLR2004 - a bound for idle lanes, not a tuning knob
            self._sent = {lane: at for lane, at in self._sent.items() if at > now - 1}
        return ready

    def delay(self) -> float | None:
        """Seconds until a held-back wake-up is due; None when there is none."""
        if not self._held:
            return None
        return max(0.0, min(self._held.values()) - self._clock())
