"""Dead letters as a workspace's callers use them: look, group, replay, remove."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from haulier.domain.access import Origin, Permission, Principal, require
from haulier.domain.dead_letters import DeadLetter, LetterFilter, LetterGroup
from haulier.domain.idempotency import parse_idempotency_key, request_digest
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.jobs import Job
from haulier.errors import Gone, IdempotencyInProgress, IdempotencyMismatch, NotFound
from haulier.services.fetch_policies import FetchPolicies
from haulier.services.kinds import KindCatalogue
from haulier.services.new_jobs import IDEMPOTENCY_WINDOW, again
from haulier.services.replays import run_again, run_all_again
from haulier.services.requests import Enqueued
from haulier.store import audit_log, dead_letters, jobs, keys
from haulier.store.database import Database, SystemTx, WorkspaceTx
from haulier.store.keys import WantedKey

MAX_REPLAYED: Final = 1000
"""Letters replayed by one request, in one transaction."""
MAX_COUNTED: Final = 100_000
MAX_PURGED: Final = 10_000
"""Letters purged by one request, in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is replayed, and how fast."""

    limit: int = MAX_REPLAYED
    """1 to MAX_REPLAYED; the earliest failures first."""
    per_second: float | None = None
    """None starts all at once."""

    @property
    def interval(self) -> timedelta:
        """The time between two jobs."""
        return timedelta(seconds=1 / self.per_second) if self.per_second else timedelta(0)


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay by filter came to, or would come to."""

    matched: int
    """Letters that fit and were not replayed, counted up to MAX_COUNTED."""
    replayed: int
    """0 for a dry run."""
    remaining: int
    spread_seconds: float
    """From the first job of this request to its last."""
    repeated: bool = False
    """The same request came before: this is what it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a purge came to."""

    count: int
    has_more: bool
    """As many as one request may remove went: there may be more."""


class DeadLetters:
    """The use cases of dead letters."""

    def __init__(self, database: Database, kinds: KindCatalogue, policies: FetchPolicies) -> None:
        self._database = database
        self._kinds = kinds
        self._policies = policies

    async def list_page(
        self,
        principal: Principal,
        wanted: LetterFilter,
        after: tuple[datetime, UUID] | None,
        offset: int,
        limit: int,
    ) -> list[DeadLetter]:
        """Letters without args, latest failure first, after a place in that order."""
        require(principal, Permission.DLQ_READ)
        async with self._database.workspace(principal.workspace_id) as tx:
            return await dead_letters.list_page(tx, wanted, after, offset, limit)

    async def get(self, principal: Principal, job_id: JobId) -> DeadLetter:
        """The letter of a job; its args only with `payloads:read`. Raises NotFound."""
        require(principal, Permission.DLQ_READ)
        async with self._database.workspace(principal.workspace_id) as tx:
            letter = await dead_letters.get(tx, job_id)
        if letter is None:
            raise NotFound
        may_see = Permission.PAYLOADS_READ in principal.permissions
        return letter if may_see else replace(letter, args=None)

    async def groups(
        self,
        principal: Principal,
        wanted: LetterFilter,
        after: tuple[int, str] | None,
        limit: int,
    ) -> list[LetterGroup]:
        """Letters by fingerprint, the most frequent first, after a place in that order."""
        require(principal, Permission.DLQ_READ)
        async with self._database.workspace(principal.workspace_id) as tx:
            return await dead_letters.groups(tx, wanted, after, limit)

    async def replay(
        self,
        principal: Principal,
        job_id: JobId,
        args: Mapping[str, object] | None,
        origin: Origin,
    ) -> Enqueued:
        """Runs the failed job again, as a job of its own that names it; both know each other.

        `args` replaces what it was given and is checked against its kind's schema. However often
        and from wherever it is called with the same args, one job comes of it. Raises NotFound,
        Gone when the job is past its time of keeping, ValidationFailed, UnknownKind.
        """
        require(principal, Permission.DLQ_WRITE)
        async with self._database.workspace(principal.workspace_id) as tx:
            job = await _job_of_letter(tx, job_id)
        if args is not None:
            kind = await self._kinds.check_args(str(job.kind), args)
            await self._policies.check_args(principal.workspace_id, kind, args)
        new = again(principal, job, args)
        async with self._database.system() as tx:
            if not await dead_letters.lock(tx, principal.workspace_id, job_id):
                raise NotFound
            return await run_again(tx, job, new, origin)

    async def count_replayable(
        self, principal: Principal, wanted: LetterFilter, pace: Pace
    ) -> ReplayReport:
        """What `replay_all` would do, without doing it."""
        require(principal, Permission.DLQ_WRITE)
        async with self._database.workspace(principal.workspace_id) as tx:
            found = await dead_letters.replayable(tx, _open(wanted), MAX_COUNTED, pace.limit)
        return _report(found.matched, 0, len(found.job_ids), pace)

    async def replay_all(
        self,
        principal: Principal,
        wanted: LetterFilter,
        pace: Pace,
        origin: Origin,
        idempotency_key: str | None = None,
    ) -> ReplayReport:
        """Replays letters that fit and were not replayed yet, in one transaction.

        A repeated `idempotency_key` (24 hours) is told the same again and replays nothing. Raises
        InvalidInput, IdempotencyMismatch, IdempotencyInProgress for keys.
        """
        require(principal, Permission.DLQ_WRITE)
        key = _request_key(principal.workspace_id, idempotency_key, wanted, pace)
        async with self._database.workspace(principal.workspace_id) as tx:
            found = await dead_letters.replayable(tx, _open(wanted), MAX_COUNTED, pace.limit)
        async with self._database.system() as tx:
            told = await _told_before(tx, key)
            if told is not None:
                return told
            done = await run_all_again(tx, principal, found.job_ids, pace.interval, origin)
            report = _report(found.matched, done, done, pace)
            await audit_log.append(
                tx, _entry(principal, "dead_letter.replay_all", wanted, origin, replayed=done)
            )
            if key is not None:
                answer = msgspec.json.encode(report).decode()
                await keys.put(tx, key, JobId(UUID(int=0)), answer)
        return report

    async def delete(self, principal: Principal, job_id: JobId, origin: Origin) -> None:
        """Removes a letter; its job stays failed. Raises NotFound."""
        require(principal, Permission.DLQ_WRITE)
        async with self._database.workspace(principal.workspace_id) as tx:
            if not await dead_letters.delete(tx, job_id):
                raise NotFound
            entry = _entry(principal, "dead_letter.delete", LetterFilter(), origin)
            await audit_log.append(tx, replace(entry, resource_id=str(job_id)))

    async def purge(self, principal: Principal, wanted: LetterFilter, origin: Origin) -> Purged:
        """Removes letters that fit, the earliest failures first, at most MAX_PURGED."""
        require(principal, Permission.DLQ_WRITE)
        async with self._database.workspace(principal.workspace_id) as tx:
            count = await dead_letters.purge(tx, wanted, MAX_PURGED)
            await audit_log.append(
                tx, _entry(principal, "dead_letter.purge", wanted, origin, purged=count)
            )
        return Purged(count=count, has_more=count == MAX_PURGED)


async def _job_of_letter(tx: WorkspaceTx, job_id: JobId) -> Job:
    if await dead_letters.get(tx, job_id) is None:
        raise NotFound
    job = await jobs.get(tx, tx.workspace_id, job_id)
    if job is None:
        raise Gone("The job is past its time of keeping: there is nothing to replay.")
    return job


async def _told_before(tx: SystemTx, key: WantedKey | None) -> ReplayReport | None:
    """What the key's first request was told; None where this is the first."""
    if key is None or (await keys.claim(tx, [(1, key)], 1)):
        return None
    held = await keys.get(tx, key.workspace_id, key.scope, key.key)
    if held is None or (held.answer is None and held.digest == key.digest):
        raise IdempotencyInProgress
    if held.digest != key.digest:
        raise IdempotencyMismatch
    told = msgspec.json.decode(held.answer or "", type=ReplayReport)
    return msgspec.structs.replace(told, repeated=True)


def _request_key(
    workspace_id: WorkspaceId, text: str | None, wanted: LetterFilter, pace: Pace
) -> WantedKey | None:
    if text is None:
        return None
    return WantedKey(
        workspace_id=workspace_id,
        scope="request",
        key=parse_idempotency_key(text),
        digest=request_digest(["dlq.replay", _told(wanted), pace.limit, pace.per_second]),
        kept_for=IDEMPOTENCY_WINDOW,
    )


def _open(wanted: LetterFilter) -> LetterFilter:
    return replace(wanted, replayed=False)


def _report(matched: int, replayed: int, planned: int, pace: Pace) -> ReplayReport:
    return ReplayReport(
        matched=matched,
        replayed=replayed,
        remaining=max(matched - replayed, 0),
        spread_seconds=max(planned - 1, 0) * pace.interval.total_seconds(),
    )


def _entry(
    principal: Principal, action: str, wanted: LetterFilter, origin: Origin, **counts: int
) -> audit_log.Entry:
    return audit_log.Entry(
        workspace_id=principal.workspace_id,
        actor=principal.actor,
        action=action,
        resource_type="dead_letter",
        resource_id="*",
        origin=origin,
        details={**_told(wanted), **counts},
    )


def _told(wanted: LetterFilter) -> dict[str, object]:
    """The filters that are set, as JSON can say them."""
    return {
        name: value if isinstance(value, bool) else str(value)
        for name, value in asdict(wanted).items()
        if value is not None
    }
