"""The lists of dead letters are read in order from the index that fits them."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest

from architecture.test_plans import Plan, plan_of, scans
from support.postgres import Database

LETTERS = 30_000
NO_FILTER = dict.fromkeys(range(2, 13), "null")


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> AsyncGenerator[asyncpg.Connection]:
    """30,000 letters of one workspace; one in a thousand is of a rare category, region and print.

    Their jobs are not kept.
    """
    connection = await asyncpg.connect(module_database.superuser_url)
    await connection.execute(
        f"""
        insert into dead_letters (workspace_id, job_id, kind, kind_version, queue, region, category,
                                  fingerprint, error_type, message, attempts, failed_at)
        select 'busy', uuidv7(), 'test.job', 1, 'default',
               case when n % 1000 = 0 then 'eu' else 'default' end,
               case when n % 1000 = 1 then 'auth' else 'internal' end,
               case when n % 1000 = 2 then repeat('a', 16) else repeat('0', 16) end,
               'Denied', 'no entry', 1, now() - n * interval '1 second'
        from generate_series(1, {LETTERS}) as n
        """
    )
    await connection.execute("vacuum analyze dead_letters")
    await connection.execute("set plan_cache_mode = force_generic_plan")
    yield connection
    await connection.close()


def arguments(*more: str, **given: str) -> list[str]:
    numbers = {"category": 2, "region": 5, "fingerprint": 6, "failed_at": 11, "job_id": 12}
    filled = NO_FILTER | {numbers[name]: value for name, value in given.items()}
    return ["'busy'", *filled.values(), *more]


def cost(nodes: list[Plan]) -> int:
    """8 KiB pages that the statement looked at."""
    return int(str(nodes[0]["Shared Hit Blocks"])) + int(str(nodes[0]["Shared Read Blocks"]))


@pytest.mark.parametrize(
    ("name", "given", "index"),
    [
        ("list", {}, "dead_letters_by_time"),
        ("list_by_category", {"category": "'auth'"}, "dead_letters_by_category"),
        ("list_by_region", {"region": "'eu'"}, "dead_letters_by_region"),
        (
            "list_by_fingerprint",
            {"fingerprint": "repeat('a', 16)"},
            "dead_letters_by_fingerprint",
        ),
    ],
)
@pytest.mark.parametrize("is_first_page", [True, False])
async def test_a_page_is_read_in_order_from_its_index(
    filled: asyncpg.Connection, name: str, given: dict[str, str], index: str, is_first_page: bool
) -> None:
    """S2-IDX3, S2-IDX4: fifteen rare letters among 30,000 cost what fifteen letters cost."""
    place = {
        "failed_at": "now() - interval '4 hours'",
        "job_id": "'00000000-0000-7000-8000-000000000000'",
    }
    chosen = given if is_first_page else given | place

    nodes = await plan_of(filled, f"dead_letters/{name}", *arguments("0", "15", **chosen))

    assert {node["Index Name"] for node in nodes if "Index Name" in node} == {index}
    assert scans(nodes, "dead_letters") == {"Index Scan"}
    assert "Sort" not in {node["Node Type"] for node in nodes}
    assert nodes[0]["Actual Rows"] == 15
    assert cost(nodes) < 100


async def test_a_purge_removes_the_earliest_without_reading_the_rest(
    filled: asyncpg.Connection,
) -> None:
    nodes = await plan_of(filled, "dead_letters/purge", *arguments()[:10], "50")

    assert "dead_letters_by_time" in {node.get("Index Name") for node in nodes}
    assert scans(nodes, "dead_letters") <= {"Index Scan", "Index Only Scan"}
    assert cost(nodes) < 1500
