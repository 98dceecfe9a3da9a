"""The generic plans of the hot path on a large table: what they touch, not how long they take."""

import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import cast

import asyncpg
import pytest

from haulier.domain.ids import WorkspaceId
from haulier.store import attempts
from haulier.store.database import SystemTx
from haulier.store.statements import statement
from support.engine import Engine
from support.held import Claimant, claimant, hold_of
from support.postgres import Database

ENTRIES = 120_000
BUSY = WorkspaceId("busy")
LATER = WorkspaceId("later")
FOREIGN = WorkspaceId("foreign")

Plan = dict[str, object]


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> AsyncGenerator[asyncpg.Connection]:
    """120,000 entries: two thirds ready in one lane, the rest far ahead or of an unknown kind."""
    connection = await asyncpg.connect(module_database.url)
    await connection.execute("set role haulier_system")
    await connection.execute(
        f"""
        with made as (
          select n, uuidv7() as id,
                 case when n % 6 < 4 then '{BUSY}' when n % 6 = 4 then '{LATER}'
                      else '{FOREIGN}' end as workspace_id
          from generate_series(1, {ENTRIES}) as n
        ), job as (
          insert into jobs (workspace_id, id, kind, kind_version, queue, priority, max_attempts,
                            timeout, args, created_by)
          select workspace_id, id, 'test.job', 1, 'default', n % 10, 3, '30 s', '{{}}', 'key_test'
          from made
        ), event as (
          insert into job_events (workspace_id, job_id, seq, attempt, type)
          select workspace_id, id, 1, 0, 'queued' from made
        )
        insert into queue_entries
          (workspace_id, job_id, queue, kind, priority, run_at, max_attempts)
        select workspace_id, id, 'default',
               case when workspace_id = '{FOREIGN}' then 'test.other@1' else 'test.job@1' end,
               n % 10, now() + case when workspace_id = '{LATER}' then interval '1 day'
                                    else interval '-1 minute' end, 3
        from made
        """
    )
    owner = await asyncpg.connect(module_database.superuser_url)
    await owner.execute("vacuum analyze")
    await owner.close()
    await connection.execute("set plan_cache_mode = force_generic_plan")
    yield connection
    await connection.close()


async def plan_of(connection: asyncpg.Connection, name: str, *arguments: str) -> list[Plan]:
    """Every node of the statement's plan as it ran; rolled back."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f"prepare planned as {statement(name)}")
        text = await connection.fetchval(
            f"explain (analyze, buffers, format json) execute planned({', '.join(arguments)})"
        )
        await connection.execute("deallocate planned")
    finally:
        await transaction.rollback()
    return _nodes(json.loads(text)[0]["Plan"])


def _nodes(plan: Plan) -> list[Plan]:
    found = [plan]
    for child in cast("list[Plan]", plan.get("Plans", [])):
        found += _nodes(child)
    return found


def scans(nodes: list[Plan], relation: str) -> set[str]:
    """How the plan reads the relation (and those of its partitions that were not pruned)."""
    return {
        str(node["Node Type"])
        for node in nodes
        if str(node.get("Relation Name", "")).startswith(relation)
        and "Scan" in str(node["Node Type"])
        and node["Actual Loops"]
    }


CYCLE = (
    "array['default']", "array['{lane}']", "{limit}", "array['test.job@1']",
    "'00000000-0000-4000-8000-000000000001'", "interval '30 s'",
    *["array[]::text[]", "array[]::uuid[]", "array[]::int[]", "array[]::tid[]"],
    *["array[]::event_type[]", "array[]::text[]", "array[]::bigint[]", "array[]::text[]"],
    *["array[]::text[]", "array[]::text[]", "array[]::bigint[]", "array[]::bytea[]"],
    *["array[]::text[]", "array[]::real[]", "array[]::interval[]", "array[]::text[]"],
    "array[]::text[]",
)  # fmt: skip


def cycle_of(lane: str, limit: int = 10) -> list[str]:
    return [part.format(lane=lane, limit=limit) for part in CYCLE]


async def test_a_claim_reads_the_queue_by_index_and_by_address_only(
    filled: asyncpg.Connection,
) -> None:
    """S1-1.1b, S0-NFR2b: no sequential scan at 120,000 entries, and work in step with the limit."""
    nodes = await plan_of(filled, "attempts/cycle", *cycle_of(BUSY))

    assert scans(nodes, "queue_entries") == {"Index Scan", "Tid Scan"}
    assert scans(nodes, "jobs") <= {"Index Scan"}
    root_buffers = int(str(nodes[0]["Shared Hit Blocks"])) + int(
        str(nodes[0]["Shared Read Blocks"])
    )
    assert root_buffers < 1500


@pytest.mark.parametrize("lane", [LATER, FOREIGN])
async def test_future_entries_and_unknown_kinds_cost_index_looks_only(
    filled: asyncpg.Connection, lane: str
) -> None:
    """20,000 of them stand in the lane; a claim that finds nothing visits no row of the table."""
    nodes = await plan_of(filled, "attempts/cycle", *cycle_of(lane))

    (picked,) = [node for node in nodes if node.get("Index Name") == "queue_entries_claim"]
    assert picked["Actual Rows"] == 0
    assert picked.get("Rows Removed by Filter", 0) == 0
    assert "kind" in str(picked["Index Cond"])
    assert int(str(picked["Shared Hit Blocks"])) + int(str(picked["Shared Read Blocks"])) < 600


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (
            "attempts/renew",
            ["array['busy']", "array[{job}]::uuid[]", "array[1]", "interval '30 s'"],
        ),
        (
            "attempts/record",
            [
                "array['busy']", "array[{job}]::uuid[]", "array[1]",
                "array['progress']::event_type[]", "array['{{}}']",
            ],
        ),
        ("jobs/get", ["'busy'", "{job}"]),
        ("queue_entries/lock", ["'busy'", "{job}"]),
        (
            "attempts/reschedule",
            [
                "array['busy']", "array[{job}]::uuid[]", "array[1]",
                "array['retrying']::event_type[]", "array['{{}}']", "array[interval '1 s']",
                "array[true]",
            ],
        ),
        (
            "attempts/finish",
            [
                "array['busy']", "array[{job}]::uuid[]", "array[1]",
                "array['completed']::event_type[]", "array[null]::text[]", "array[1]::bigint[]",
                "array[null]::text[]", "array[null]::text[]", "array[null]::text[]",
                "array[null]::bigint[]", "array[null]::bytea[]", "array[null]::text[]",
                "array[null]::real[]", "array[null]::interval[]", "array[null]::text[]",
                "array[null]::text[]",
            ],
        ),
    ],
)  # fmt: skip
async def test_what_names_a_job_finds_it_by_its_key(
    filled: asyncpg.Connection, name: str, arguments: list[str]
) -> None:
    """S0-NFR2c."""
    job = await filled.fetchval(
        "select job_id from queue_entries where workspace_id = 'busy' limit 1"
    )
    nodes = await plan_of(filled, name, *[part.format(job=f"'{job}'") for part in arguments])

    assert scans(nodes, "queue_entries") <= {"Index Scan", "Tid Scan", "Index Only Scan"}
    assert scans(nodes, "queue_entries")
    for relation in ("jobs", "job_events", "job_results"):
        assert scans(nodes, relation) <= {"Index Scan", "Index Only Scan"}


async def test_lanes_cost_one_index_look_each_however_deep_they_are(
    filled: asyncpg.Connection,
) -> None:
    nodes = await plan_of(filled, "attempts/lanes", "array['default', 'empty']")

    assert scans(nodes, "queue_entries") == {"Index Only Scan"}
    assert int(str(nodes[0]["Shared Hit Blocks"])) + int(str(nodes[0]["Shared Read Blocks"])) < 100


async def test_claiming_renewing_and_recording_are_hot_updates(
    filled: asyncpg.Connection, engine: Engine
) -> None:
    """No index entry is written for any of them, so a claim costs the same however often."""
    worker: Claimant = claimant(engine, BUSY)
    before = await _updates(filled)
    async with engine.database.system() as tx:
        claimed = (await attempts.cycle(tx, [], worker.demand(200))).claimed
        holds = [hold_of(job) for job in claimed]
        await attempts.renew(tx, holds, timedelta(minutes=1))
        await _flush_statistics(tx)

    after = await _updates(filled)
    updated, hot = after[0] - before[0], after[1] - before[1]

    assert len(claimed) == 200
    assert updated == 400
    assert hot >= 0.95 * updated


async def _flush_statistics(tx: SystemTx) -> None:
    await tx.connection.execute("select pg_stat_force_next_flush()")


async def _updates(connection: asyncpg.Connection) -> tuple[int, int]:
    row = await connection.fetchrow(
        "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'queue_entries'"
    )
    assert row is not None
    return row["n_tup_upd"], row["n_tup_hot_upd"]
