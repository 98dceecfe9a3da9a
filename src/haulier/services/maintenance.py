"""What has to be done now and then, by whichever process gets to it. All system, all idempotent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from haulier.blobs.store import BlobStore
from haulier.store import dead_letters, keys, partitions, results, workers
from haulier.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceConfig:
    """How long things are kept."""

    ahead: timedelta = timedelta(days=28)
    """How far partitions are made ahead."""
    retention: timedelta = timedelta(days=90)
    """Jobs, events, results and steps older than this go, whole weeks at a time; dead letters
    one by one."""
    audit_retention: timedelta | None = None
    """None keeps the audit log for ever."""
    batch: int = 1000
    """Rows removed in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceDone:
    """What one round did."""

    partitions: tuple[str, ...]
    """"created jobs_20260105" and the like."""
    results_removed: int


class Maintenance:
    """Partitions, expired results and keys, old dead letters, silent workers."""

    def __init__(self, database: Database, blobs: BlobStore, config: MaintenanceConfig) -> None:
        self._database = database
        self._blobs = blobs
        self._config = config

    async def run_once(self) -> MaintenanceDone:
        """One round; any number of processes may do it at the same time."""
        config = self._config
        async with self._database.system_statement() as tx:
            changes = await partitions.maintain(
                tx, config.ahead, config.retention, config.audit_retention
            )
        async with self._database.system_statement() as tx:
            await workers.remove(tx, None)
        await self._in_batches(self._sweep_keys)
        await self._in_batches(self._remove_dead_letters)
        return MaintenanceDone(
            partitions=tuple(f"{change} {name}" for change, name in changes),
            results_removed=await self._in_batches(self._remove_results),
        )

    async def _in_batches(self, remove: Callable[[], Awaitable[int]]) -> int:
        """Removes batch by batch, each in a transaction of its own, until little is left."""
        total = 0
        while (count := await remove()) >= self._config.batch:
            total += count
        return total + count

    async def _sweep_keys(self) -> int:
        async with self._database.system_statement() as tx:
            return await keys.sweep(tx, self._config.batch)

    async def _remove_dead_letters(self) -> int:
        async with self._database.system_statement() as tx:
            return await dead_letters.remove_old(tx, self._config.retention, self._config.batch)

    async def _remove_results(self) -> int:
        async with self._database.system_statement() as tx:
            removed = await results.remove_expired(tx, self._config.batch)
        for path in removed:
            if path is not None:
                await self._blobs.remove(path)
        return len(removed)
