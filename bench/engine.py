"""What the engine does: claims at a million entries, progress, pickup, drain."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from uuid_utils.compat import uuid7

from bench.figures import Figure, latency, rate
from haulier.domain.access import Origin, Principal
from haulier.domain.ids import parse_job_id
from haulier.domain.jobs import NewJob
from haulier.domain.kinds import KindRef
from haulier.domain.states import EventType
from haulier.services.attempts import Attempts, Claimed, Demand, Hold, Lane
from haulier.services.jobs import Jobs
from haulier.services.requests import JobRequest
from haulier.services.results import Results
from haulier.store import jobs as job_store
from haulier.store.database import Database
from haulier.store.jobs import JobToWrite

NOOP = KindRef("bench.noop")
_WORKSPACES = 1000


async def fill(superuser_url: str, entries: int) -> None:
    """Queues `entries` jobs over a thousand workspaces, without their events."""
    connection = await asyncpg.connect(superuser_url, command_timeout=600)
    await connection.execute(
        """
        with made as (
          select uuidv7() as id, 'w' || (n % $2) as workspace_id from generate_series(1, $1) n
        ), job as (
          insert into jobs (workspace_id, id, kind, kind_version, queue, priority, max_attempts,
                            timeout, args, created_by)
          select workspace_id, id, 'bench.noop', 1, 'million', 5, 3, '5 min', '{}', 'bench'
          from made
        )
        insert into queue_entries (workspace_id, job_id, queue, kind, priority, max_attempts)
        select workspace_id, id, 'million', 'bench.noop@1', 5, 3 from made
        """,
        entries,
        _WORKSPACES,
    )
    await connection.execute("vacuum analyze queue_entries")
    await connection.execute("vacuum analyze jobs")
    await connection.close()


async def claims(attempts: Attempts, rounds: int) -> tuple[Figure, list[Claimed]]:
    """Claims of ten jobs from ten of a thousand workspaces, at the size that `fill` left."""
    seconds: list[float] = []
    held: list[Claimed] = []
    lanes = await attempts.lanes(["million"])
    for number in range(rounds):
        chosen = tuple(lanes[(number * 10 + step) % len(lanes)] for step in range(10))
        demand = Demand(
            worker_id=uuid7(),
            lanes=chosen,
            per_lane=1,
            kinds=(NOOP,),
            lease=timedelta(minutes=10),
        )
        began = time.perf_counter()
        result = await attempts.cycle([], demand)
        seconds.append(time.perf_counter() - began)
        held += result.claimed
    return latency("claim of 10, at 1,000,000 queued", seconds, "limit p99 50 ms"), held


async def progress(attempts: Attempts, held: Sequence[Claimed], rounds: int) -> Figure:
    """Progress events of running jobs, one statement each."""
    seconds: list[float] = []
    for number in range(rounds):
        job = held[number % len(held)]
        hold = Hold(workspace_id=job.workspace_id, job_id=job.job_id, lease_token=job.lease_token)
        data = {"progress": number / rounds, "message": "working"}
        began = time.perf_counter()
        await attempts.record([(hold, EventType.PROGRESS, data)])
        seconds.append(time.perf_counter() - began)
    return latency("progress event write", seconds, "limit p99 10 ms")


async def pickup(services: Jobs, results: Results, principal: Principal, rounds: int) -> Figure:
    """Idle worker: from the return of the enqueue call to the start of the handler."""
    seconds: list[float] = []
    for _ in range(rounds):
        enqueued = await services.enqueue(principal, JobRequest(kind="bench.pickup"))
        returned = time.monotonic_ns()
        job_id = parse_job_id(enqueued.acknowledgement.id)
        while not (await services.get(principal, job_id)).status.is_final:
            await asyncio.sleep(0.002)
        found = await results.get(principal, job_id)
        started = json.loads(found.result.body or "{}")["started_ns"]
        seconds.append((started - returned) / 1e9)
        await asyncio.sleep(0.05)
    return latency("pickup by an idle worker", seconds)


async def enqueue_many(database: Database, principal: Principal, count: int) -> float:
    """Bulk enqueue, a thousand per statement; jobs per second."""
    new = JobToWrite(
        job=NewJob(
            workspace_id=principal.workspace_id,
            kind=NOOP,
            queue="bench",
            priority=5,
            args=b'{"payload": "' + b"x" * 200 + b'"}',
            max_attempts=3,
            timeout=timedelta(minutes=5),
            created_by="bench",
        ),
        origin=Origin(request_id="req_bench"),
    )
    began = time.perf_counter()
    for _ in range(count // 1000):
        async with database.system_statement() as tx:
            await job_store.enqueue(tx, [new] * 1000, [])
    return count / (time.perf_counter() - began)


async def drain(superuser_url: str, count: int, commits: float) -> Figure:
    """One worker process works off `count` waiting jobs; timed from the first that it ended."""
    connection = await asyncpg.connect(superuser_url)
    statement = "select count(*) from queue_entries where queue = 'bench'"
    while await connection.fetchval(statement) == count:
        await asyncio.sleep(0.005)
    began = time.perf_counter()
    while await connection.fetchval(statement):
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    await connection.close()
    return rate(f"drain of {count:,} no-op jobs, one worker", count / seconds, commits, "commits")


def lane(principal: Principal) -> Lane:
    """The lane of the benchmark's own jobs."""
    return Lane(queue="bench", workspace_id=principal.workspace_id)
