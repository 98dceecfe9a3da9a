"""Which lanes to claim from next: all that may have work, in turn."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from haulier.services.attempts import Claimed, Lane

MAX_LANES: Final = 64
"""Lanes in one claim: each costs an index look, also when it is empty."""


class Lanes:
    """A rotation of lanes that may have work.

    A lane that gave less than it was asked for leaves, until a wake-up names it or the next poll
    finds it.
    """

    def __init__(self) -> None:
        self._active: OrderedDict[Lane, None] = OrderedDict()
        self._named: set[Lane] = set()
        """Named since they were last chosen: a claim on its way may have missed that work."""

    def __bool__(self) -> bool:
        return bool(self._active)

    def add(self, lanes: Iterable[Lane]) -> None:
        """These may have work."""
        for lane in lanes:
            self._active.setdefault(lane)
            self._named.add(lane)

    def choose(self, wanted: int) -> tuple[tuple[Lane, ...], int]:
        """Lanes for one claim of about `wanted` jobs, and how many to take from each.

        Never more than `wanted` in all; those chosen go to the end of the rotation.
        """
        if wanted <= 0 or not self._active:
            return (), 0
        chosen = tuple(list(self._active)[: min(wanted, MAX_LANES)])
        for lane in chosen:
            self._active.move_to_end(lane)
            self._named.discard(lane)
        return chosen, wanted // len(chosen)

    def learn(self, asked: Sequence[Lane], per_lane: int, claimed: Sequence[Claimed]) -> None:
        """Drops the lanes that gave less than they were asked for."""
        counts = dict.fromkeys(asked, 0)
        for job in claimed:
            lane = Lane(queue=job.queue, workspace_id=job.workspace_id)
            counts[lane] = counts.get(lane, 0) + 1
        for lane in asked:
            if counts[lane] < per_lane and lane not in self._named:
                self._active.pop(lane, None)
