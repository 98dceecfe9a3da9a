"""The migrator on a real server: order, checksums, one run at a time."""

import asyncio
from datetime import timedelta
from importlib.metadata import version

import asyncpg
import pytest

from haulier.errors import MigrationFailed
from haulier.store.migrator import LOCK_KEY, check, sql, status, upgrade
from support.migrations import Folder, names, states, tables


async def test_what_is_pending_runs_once_and_in_order(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    folder.write("0002_post_two", "create table two as select * from one;")

    assert names(await upgrade(connection, folder.load(), stage="all")) == [
        "0001_pre_one.sql",
        "0002_post_two.sql",
    ]
    assert await upgrade(connection, folder.load(), stage="all") == []
    assert await connection.fetchval("select count(*) from two") == 1


async def test_the_record_says_what_ran_when_and_by_which_release(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    assert await states(connection, folder) == ["pending"]
    assert await tables(connection) == set()

    await upgrade(connection, folder.load(), stage="all")

    (entry,) = await status(connection, folder.load())
    assert (entry.state, entry.haulier_version) == ("applied", version("haulier"))
    assert entry.applied_at is not None


async def test_the_pre_stage_leaves_post_migrations_for_later(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    folder.write("0002_post_two", "create table two ()")

    assert names(await upgrade(connection, folder.load(), stage="pre")) == ["0001_pre_one.sql"]
    await check(connection, folder.load(), stage="pre")
    with pytest.raises(MigrationFailed, match=r"Still to run: 0002_post_two\.sql"):
        await check(connection, folder.load())

    assert names(await upgrade(connection, folder.load(), stage="all")) == ["0002_post_two.sql"]
    await check(connection, folder.load())


async def test_the_pre_stage_does_not_jump_over_an_unfinished_upgrade(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    folder.write("0002_post_two", "create table two ()")
    folder.write("0003_pre_three", "create table three ()")

    with pytest.raises(MigrationFailed, match=r"0003_pre_three\.sql builds on 0002_post_two"):
        await upgrade(connection, folder.load(), stage="pre")

    assert await tables(connection) == set()


async def test_a_released_file_that_was_changed_is_refused(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    await upgrade(connection, folder.load(), stage="all")
    folder.write("0001_pre_one", "create table one (id bigint);")
    folder.write("0002_pre_two", "create table two ()")

    assert await states(connection, folder) == ["changed", "pending"]
    for refuse in (
        check(connection, folder.load()),
        upgrade(connection, folder.load(), stage="all"),
    ):
        with pytest.raises(MigrationFailed, match=r"0001_pre_one\.sql was changed after"):
            await refuse
    assert await tables(connection) == {"one"}


async def test_an_older_release_does_not_touch_a_newer_schema(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    await upgrade(connection, folder.write("0002_post_two", "create table two ()"), stage="all")
    older = folder.drop("0002_post_two")

    assert await states(connection, folder) == ["applied", "unknown"]
    for refuse in (
        check(connection, older),
        check(connection, older, stage="pre"),
        upgrade(connection, older, stage="all"),
    ):
        with pytest.raises(MigrationFailed, match=r"0002_post_two\.sql was run by .* newer"):
            await refuse


async def test_a_program_of_the_release_before_starts_during_a_pre_migration(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    await upgrade(connection, folder.write("0002_pre_two", "create table two ()"), stage="all")
    older = folder.drop("0002_pre_two")

    await check(connection, older, stage="pre")
    with pytest.raises(MigrationFailed, match="newer"):
        await check(connection, older)


async def test_a_second_run_waits_and_then_finds_nothing_to_do(
    connection: asyncpg.Connection, other: asyncpg.Connection, folder: Folder
) -> None:
    migrations = folder.load()
    async with asyncio.TaskGroup() as group:
        runs = [
            group.create_task(upgrade(one, migrations, stage="all")) for one in (connection, other)
        ]

    assert sorted(len(run.result()) for run in runs) == [0, 1]


async def test_a_run_that_waits_too_long_names_who_holds_the_lock(
    connection: asyncpg.Connection, other: asyncpg.Connection, folder: Folder
) -> None:
    await other.execute("select pg_advisory_lock($1)", LOCK_KEY)
    holder = await other.fetchval("select pg_backend_pid()")

    with pytest.raises(MigrationFailed, match=rf"backend {holder} \(somebody .* Waited 0 s"):
        await upgrade(connection, folder.load(), stage="all", wait=timedelta())

    assert await tables(connection) == set()


async def test_the_lock_is_free_and_the_session_as_before_after_a_run(
    connection: asyncpg.Connection, other: asyncpg.Connection, folder: Folder
) -> None:
    await connection.execute("set lock_timeout = '7s'")
    await upgrade(connection, folder.load(), stage="all")

    assert await other.fetchval("select pg_try_advisory_lock($1)", LOCK_KEY)
    assert await connection.fetchval("show lock_timeout") == "7s"


async def test_the_text_to_run_can_be_read_before_and_does_the_same(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    migrations = folder.write("0002_pre_two", "create table two ()  ;\n-- end of file")

    assert "0001" not in sql(migrations, 1)
    assert sql(migrations, 2) == ""
    await connection.execute(sql(migrations, 0))
    assert await tables(connection) == {"one", "two"}
