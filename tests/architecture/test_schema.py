"""Rules that the schema keeps: keys, row-level security, grants, words."""

import re
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from architecture.source import sql_names, sql_text
from haulier.domain.states import EventType, Status
from support.postgres import Database

OWNER_RUNS = ("schema_migrations/",)
APP_RUNS = {
    "events/list", "jobs/get", "jobs/list_all", "jobs/list_final", "jobs/list_live",
    "queue_entries/ask_cancel", "queue_entries/cancel", "queue_entries/lock", "results/get",
    "audit_log/append", "dead_letters/delete", "dead_letters/get", "dead_letters/groups",
    "dead_letters/list", "dead_letters/list_by_category", "dead_letters/list_by_fingerprint",
    "dead_letters/list_by_region", "dead_letters/purge", "dead_letters/replayable",
}  # fmt: skip
"""Statements of requests, as haulier_app."""
BOTH_RUN = {"events/list", "jobs/get", "audit_log/append"}
SHARED_TABLES = {"kinds", "workers", "schema_migrations"}
"""They hold nothing of a workspace."""


def roles_of(name: str) -> list[str]:
    if name.startswith(OWNER_RUNS):
        return ["haulier_owner"]
    if name in BOTH_RUN:
        return ["haulier_app", "haulier_system"]
    return ["haulier_app"] if name in APP_RUNS else ["haulier_system"]


@pytest.fixture
async def owner(module_database: Database) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(module_database.admin_url)
    yield connection
    await connection.close()


async def test_every_statement_prepares_and_may_run_as_its_role(
    module_database: Database,
) -> None:
    """EXPLAIN asks for every right that running would need."""
    broken: list[str] = []
    for role in ("haulier_owner", "haulier_app", "haulier_system"):
        url = module_database.admin_url if role == "haulier_owner" else module_database.url
        connection = await asyncpg.connect(url)
        if role != "haulier_owner":
            await connection.execute(f"set role {role}")
        await connection.execute("set plan_cache_mode = force_generic_plan")
        for name in sql_names():
            if role not in roles_of(name) or name == "schema_migrations/create":
                continue
            try:
                prepared = await connection.prepare(sql_text(name))
                nulls = ", ".join("null" for _ in prepared.get_parameters())
                await connection.execute(f"prepare checked as {sql_text(name)}")
                await connection.fetch(f"explain execute checked({nulls})".replace("()", ""))
                await connection.execute("deallocate checked")
            except asyncpg.PostgresError as error:
                broken.append(f"{name} as {role}: {error}")
        await connection.close()

    assert broken == []


@pytest.mark.parametrize("name", ["jobs/enqueue", "attempts/cycle", "keys/claim", "api_keys/get"])
async def test_requests_may_not_run_what_the_system_runs(
    module_database: Database, name: str
) -> None:
    """The test above would notice: a right that is missing shows in EXPLAIN."""
    connection = await asyncpg.connect(module_database.url)
    await connection.execute("set role haulier_app")
    prepared = await connection.prepare(sql_text(name))
    nulls = ", ".join("null" for _ in prepared.get_parameters())
    await connection.execute(f"prepare checked as {sql_text(name)}")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch(f"explain execute checked({nulls})")
    await connection.close()


async def tables(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    return await owner.fetch(
        """
        select c.oid, c.relname as name, c.relrowsecurity as enabled,
               c.relforcerowsecurity as forced, c.relispartition as is_partition,
               exists (select from pg_attribute a
                       where a.attrelid = c.oid and a.attname = 'workspace_id') as has_workspace
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p')
        order by c.relname
        """
    )


async def test_every_table_of_a_workspace_forces_row_level_security(
    owner: asyncpg.Connection,
) -> None:
    """S4-ISO2: partitions too, so that asking one by name shows nothing more."""
    found = await tables(owner)

    assert {row["name"] for row in found if not row["has_workspace"]} == SHARED_TABLES
    for row in found:
        if row["has_workspace"]:
            assert (row["enabled"], row["forced"]) == (True, True), row["name"]
    assert sum(row["is_partition"] for row in found) >= 5 * 5


async def test_workspace_id_comes_first_in_every_primary_key_and_unique_index(
    owner: asyncpg.Connection,
) -> None:
    """S3-MT: two workspaces may use the same id, and the tables can be sharded by workspace."""
    rows = await owner.fetch(
        """
        select c.relname as name, i.indisprimary as is_primary,
               (select a.attname from pg_attribute a
                where a.attrelid = c.oid and a.attnum = i.indkey[0]) as leading
        from pg_index i join pg_class c on c.oid = i.indrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and (i.indisunique or i.indisprimary)
        """
    )
    keyed = {row["name"] for row in rows if row["is_primary"]}

    for row in rows:
        if row["name"] not in SHARED_TABLES:
            assert row["leading"] == "workspace_id", row["name"]
    assert keyed == {row["name"] for row in await tables(owner)}


async def test_every_workspace_table_has_a_policy_for_each_role(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select tablename, policyname, roles::text[] as roles, qual from pg_policies"
        " where schemaname = 'public'"
    )
    policies = {(row["tablename"], row["policyname"]): row for row in rows}

    for row in await tables(owner):
        if row["has_workspace"] and not row["is_partition"]:
            own = policies[row["name"], "own_workspace"]
            every = policies[row["name"], "every_workspace"]
            assert (own["roles"], every["roles"]) == (["haulier_app"], ["haulier_system"])
            assert "current_workspace()" in own["qual"]
    assert {name for _, name in policies} == {
        "own_workspace",
        "every_workspace",
        "owner_maintenance",
    }


@pytest.mark.parametrize("role", ["haulier_app", "haulier_system"])
async def test_facts_can_be_added_but_not_changed(owner: asyncpg.Connection, role: str) -> None:
    """S0-FR3b: nobody but the owner may change or delete what happened; not even truncate."""
    for row in await tables(owner):
        base = re.sub(r"_\d{8}$", "", row["name"])
        if base in {"jobs", "job_events", "audit_logs", "job_steps", "job_results"}:
            rights = {
                right
                for right in ("update", "delete", "truncate", "references", "trigger", "maintain")
                if await owner.fetchval(
                    "select has_table_privilege($1, $2::oid, $3)", role, row["oid"], right
                )
                or (
                    right == "update"
                    and await owner.fetchval(
                        "select has_any_column_privilege($1, $2::oid, $3)", role, row["oid"], right
                    )
                )
            }
            allowed = (
                {"delete"} if (role, row["name"]) == ("haulier_system", "job_results") else set()
            )
            assert rights == allowed, row["name"]


async def test_requests_cannot_write_what_only_haulier_writes(owner: asyncpg.Connection) -> None:
    may = {
        (row["table_name"], row["privilege_type"])
        for row in await owner.fetch(
            "select table_name, privilege_type from information_schema.role_table_grants"
            " where grantee = 'haulier_app' and privilege_type <> 'SELECT'"
        )
    }
    columns = {
        (row["table_name"], row["column_name"])
        for row in await owner.fetch(
            "select table_name, column_name from information_schema.role_column_grants"
            " where grantee = 'haulier_app' and privilege_type = 'UPDATE'"
        )
    }

    assert may == {
        ("job_events", "INSERT"),
        ("audit_logs", "INSERT"),
        ("queue_entries", "DELETE"),
        ("dead_letters", "DELETE"),
    }
    assert columns == {("queue_entries", "cancel_asked"), ("queue_entries", "event_seq")}


async def test_no_role_of_the_programs_stands_above_row_level_security(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch(
        "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
        " where rolname in ('haulier_app', 'haulier_system')"
    )

    assert len(rows) == 2
    assert not any(any(tuple(row)[1:]) for row in rows)


async def test_event_words_are_the_same_in_python_and_postgresql(owner: asyncpg.Connection) -> None:
    words = await owner.fetchval("select enum_range(null::event_type)::text[]")

    assert words == [event.value for event in EventType]


async def test_the_view_says_every_status_and_no_other_word(owner: asyncpg.Connection) -> None:
    """S1-1.1a: live words stand in the view, final ones are the final events."""
    view = await owner.fetchval("select pg_get_viewdef('jobs_current')")
    case = view[view.index("CASE") : view.index("END AS status")]
    words = set(re.findall(r"(?:THEN|ELSE) '(\w+)'::text", case))

    assert words | {"completed", "failed", "cancelled"} == {status.value for status in Status}
    assert not words & {"completed", "failed", "cancelled"}


async def test_functions_with_the_owners_rights_are_closed_to_the_public(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch(
        "select p.oid::regprocedure::text as name, p.proconfig::text[] as settings"
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = 'public' and p.prosecdef"
    )

    assert rows
    for row in rows:
        assert any(setting.startswith("search_path=") for setting in row["settings"] or [])
        assert not await owner.fetchval(
            "select has_function_privilege('haulier_app', $1::regprocedure, 'execute')", row["name"]
        )
