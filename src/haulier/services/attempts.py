"""Claims, leases and ends, as a worker uses them. All system: a worker serves every workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random

from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.kinds import KindRef
from haulier.domain.states import EventType
from haulier.store import attempts, steps, workers
from haulier.store.attempts import (
    Claimed,
    Demand,
    Ending,
    Held,
    Hold,
    Key,
    Lane,
    Return,
)
from haulier.store.database import Database
from haulier.store.records import dump, without_nul
from haulier.store.retrying import CONTENTION

__all__ = ["Claimed", "Demand", "Ending", "Held", "Hold", "Key", "Lane", "Return"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleResult:
    """What one cycle brought."""

    claimed: tuple[Claimed, ...]
    lost: frozenset[Key]
    """Endings that came too late: somebody else holds those jobs, nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFacts:
    """What a worker says of itself."""

    id: UUID
    """Random per process start."""
    hostname: str
    pid: int
    queues: tuple[str, ...]
    kinds: tuple[KindRef, ...]
    slots: int
    version: str


class Attempts:
    """The use cases of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(self, facts: WorkerFacts) -> None:
        """Makes the worker visible. Its leases do not depend on it."""
        async with self._database.system_statement() as tx:
            await workers.register(
                tx,
                facts.id,
                hostname=facts.hostname,
                pid=facts.pid,
                queues=facts.queues,
                kinds=facts.kinds,
                slots=facts.slots,
                version=facts.version,
            )

    async def leave(self, worker_id: UUID) -> None:
        """Takes the worker off the list."""
        async with self._database.system_statement() as tx:
            await workers.remove(tx, worker_id)

    async def lanes(self, queues: Sequence[str]) -> list[Lane]:
        """Where entries wait (future ones included)."""
        async with self._database.system_statement() as tx:
            return await attempts.lanes(tx, queues)

    async def cycle(self, endings: Sequence[Ending], demand: Demand) -> CycleResult:
        """Ends what is done and claims what comes next, in one commit.

        Endings whose row moved are tried again by key. Repeats itself on a deadlock.
        """
        by_address = [ending for ending in endings if ending.address is not None]
        moved = [ending for ending in endings if ending.address is None]
        cycle = None
        async for attempt in _contended():
            with attempt:
                async with self._database.system_statement() as tx:
                    cycle = await attempts.cycle(tx, by_address, demand)
        if cycle is None:
            raise RuntimeError("a cycle returns or raises")
        moved += [ending for ending in by_address if ending.hold.key in cycle.missing]
        return CycleResult(claimed=cycle.claimed, lost=await self._finish(moved))

    async def reschedule(self, returns: Sequence[Return]) -> Mapping[Key, bool]:
        """Puts jobs back into their queues.

        Returns the jobs still held; True where cancel was asked meanwhile: nothing was done for
        those, end them as cancelled.
        """
        async for attempt in _contended():
            with attempt:
                async with self._database.system_statement() as tx:
                    return await attempts.reschedule(tx, returns)
        raise RuntimeError("a contended statement returns or raises")

    async def record(
        self, facts: Sequence[tuple[Hold, EventType, Mapping[str, object]]]
    ) -> Mapping[Key, Held]:
        """Appends an event to each job (none twice in one call); returns those still held."""
        rows = [(hold, event, dump(data)) for hold, event, data in facts]
        async for attempt in _contended():
            with attempt:
                async with self._database.system_statement() as tx:
                    return await attempts.record(tx, rows)
        raise RuntimeError("a contended statement returns or raises")

    async def recall_step(
        self, workspace_id: WorkspaceId, job_id: JobId, path: str, item_key: str
    ) -> str | None:
        """A durable step's result as JSON text, None when it was not completed yet."""
        async with self._database.system_statement() as tx:
            return await steps.get(tx, workspace_id, job_id, path, item_key)

    async def remember_step(self, hold: Hold, path: str, item_key: str, result: str) -> Held | None:
        """Remembers a step with its event; None when the lease was taken over."""
        async with self._database.system_statement() as tx:
            return await steps.remember(tx, hold, path, item_key, without_nul(result))

    async def _finish(self, endings: Sequence[Ending]) -> frozenset[Key]:
        if not endings:
            return frozenset()
        done: set[Key] = set()
        async for attempt in _contended():
            with attempt:
                async with self._database.system_statement() as tx:
                    done = await attempts.finish(tx, endings)
        return frozenset(ending.hold.key for ending in endings) - done


def _contended() -> AsyncRetrying:
    """Deadlocks and serialization failures are the database's way to say: once more."""
    return AsyncRetrying(
        retry=retry_if_exception_type(CONTENTION),
        wait=wait_random(0, 0.05),
        stop=stop_after_attempt(5),
        reraise=True,
    )
