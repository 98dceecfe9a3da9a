"""Claims and ends by hand: a worker reduced to its database writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID

from haulier.domain.access import Origin
from haulier.domain.ids import JobId, WorkspaceId
from haulier.domain.jobs import NewJob
from haulier.domain.kinds import KindRef
from haulier.domain.lifecycle import AttemptFacts, Finish, Reschedule, next_step
from haulier.domain.outcomes import Completed, Outcome, StoredResult
from haulier.domain.retries import RetryPolicy
from haulier.services.attempts import Claimed, Demand, Ending, Hold, Lane, Return
from haulier.store import attempts, jobs
from haulier.store.jobs import JobToWrite
from support.engine import Engine

TEST_KIND = KindRef("test.job")
LEASE = timedelta(minutes=5)
NOBODY = UUID(int=0)


def asked(
    workspace_id: WorkspaceId,
    *,
    kind: KindRef = TEST_KIND,
    queue: str = "default",
    priority: int = 5,
    args: bytes = b"{}",
    max_attempts: int = 3,
    run_at: datetime | None = None,
    delay: timedelta | None = None,
) -> NewJob:
    """A job as the services would write it."""
    return NewJob(
        workspace_id=workspace_id,
        kind=kind,
        queue=queue,
        priority=priority,
        args=args,
        max_attempts=max_attempts,
        timeout=timedelta(seconds=30),
        created_by="key_test",
        run_at=run_at,
        delay=delay,
    )


async def write(engine: Engine, *new: NewJob) -> list[JobId]:
    """Writes the jobs in one statement; their ids in order."""
    async with engine.database.system_statement() as tx:
        written = await jobs.enqueue(tx, [JobToWrite(job=job, origin=Origin()) for job in new], [])
    return [job.id for job in written]


@dataclass(slots=True)
class Claimant:
    """A worker that does only what it is told."""

    engine: Engine
    workspace_id: WorkspaceId
    id: UUID
    kinds: tuple[KindRef, ...] = (TEST_KIND,)
    queues: tuple[str, ...] = ("default",)
    lease: timedelta = LEASE

    async def claim(self, limit: int = 1) -> list[Claimed]:
        """The next jobs of the workspace."""
        async with self.engine.database.system_statement() as tx:
            cycle = await attempts.cycle(tx, [], self.demand(limit))
        return list(cycle.claimed)

    async def claim_one(self) -> Claimed:
        """The next job; there must be one."""
        (claimed,) = await self.claim()
        return claimed

    async def end(self, claimed: Claimed, outcome: Outcome, *, moved: bool = False) -> bool:
        """Ends or returns the job as `next_step` says; False when the lease was lost."""
        step = step_of(claimed, outcome)
        if isinstance(step, Finish):
            return await self.finish(claimed, step, moved=moved)
        return await self.put_back(claimed, step) is not None

    async def finish(self, claimed: Claimed, step: Finish, *, moved: bool = False) -> bool:
        """As `end`, for a step that is decided."""
        nothing = Demand(
            worker_id=self.id, lanes=(), per_lane=0, kinds=self.kinds, lease=self.lease
        )
        result = await self.engine.attempts.cycle([ending(claimed, step, moved=moved)], nothing)
        return claimed.key not in result.lost

    async def put_back(self, claimed: Claimed, step: Reschedule) -> bool | None:
        """None when the lease was lost, else whether cancel was asked."""
        held = await self.engine.attempts.reschedule([Return(hold=hold_of(claimed), step=step)])
        return held.get(claimed.key)

    def demand(self, limit: int) -> Demand:
        """What it asks for."""
        lanes = tuple(Lane(queue=queue, workspace_id=self.workspace_id) for queue in self.queues)
        return Demand(
            worker_id=self.id, lanes=lanes, per_lane=limit, kinds=self.kinds, lease=self.lease
        )


def claimant(engine: Engine, workspace_id: WorkspaceId) -> Claimant:
    """A worker with a random id."""
    return Claimant(engine, workspace_id, UUID(bytes=token_bytes(16), version=4))


def hold_of(claimed: Claimed, *, token: int | None = None) -> Hold:
    """What the claim's writes name; with another token where one is given."""
    return Hold(
        workspace_id=claimed.workspace_id,
        job_id=claimed.job_id,
        lease_token=claimed.lease_token if token is None else token,
    )


def ending(claimed: Claimed, step: Finish, *, moved: bool = False) -> Ending:
    """The end of a claim, found by address or, when `moved`, by key."""
    return Ending(
        hold=hold_of(claimed),
        step=step,
        processing_time_ms=7,
        kept_for=timedelta(days=1),
        address=None if moved else claimed.address,
    )


def step_of(
    claimed: Claimed, outcome: Outcome, *, cancel_asked: bool = False
) -> Finish | Reschedule:
    """What the worker would decide, with the longest delay that the jitter allows."""
    policy = RetryPolicy(max_attempts=claimed.max_attempts)
    facts = AttemptFacts(
        kind=claimed.kind, attempt=claimed.attempt, retry=policy, cancel_asked=cancel_asked
    )
    return next_step(facts, outcome, 0.999)


def completed(body: str = '{"ok":true}') -> Completed:
    """A result that fits into a row."""
    return Completed(
        result=StoredResult(
            body=body,
            output_uri=None,
            content_type="application/json",
            size_bytes=len(body),
            sha256=sha256(body.encode()).digest(),
        )
    )


async def expire_leases(engine: Engine, workspace_id: WorkspaceId) -> None:
    """Makes every lease of the workspace old."""
    async with engine.database.system_statement() as tx:
        await tx.connection.execute(
            "update queue_entries set lease_expires_at = now() - interval '1 second'"
            " where workspace_id = $1 and locked_by is not null",
            workspace_id,
        )


async def make_due(engine: Engine, workspace_id: WorkspaceId) -> None:
    """Makes everything that waits for a time due."""
    async with engine.database.system_statement() as tx:
        await tx.connection.execute(
            "update queue_entries set run_at = least(run_at, now()) where workspace_id = $1",
            workspace_id,
        )


async def dump_workspace(engine: Engine, workspace_id: WorkspaceId) -> dict[str, list[str]]:
    """Every row of the workspace as text, to see that nothing changed."""
    tables = ("queue_entries", "job_events", "job_results", "job_steps", "dead_letters", "job_keys")
    async with engine.database.system() as tx:
        return {
            table: [
                str(row[0])
                for row in await tx.connection.fetch(
                    f"select t::text from {table} t where workspace_id = $1 order by 1",
                    workspace_id,
                )
            ]
            for table in tables
        }
