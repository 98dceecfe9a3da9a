"""Migrations that fail: named with their place, rolled back, and repeatable."""

from datetime import timedelta

import asyncpg
import pytest

from haulier.errors import MigrationFailed
from haulier.store import migrator
from haulier.store.migrations_folder import load_migrations
from haulier.store.migrator import LOCK_KEY, upgrade
from support.migrations import Folder, names, states, tables
from support.postgres import Database


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("create table two ();\n\nselect 'ü',\n  nothing;\n", r"line 4: column .nothing."),
        (
            "create table two ();\n-- again\ncreate table two ();\n",
            "line 3: relation .two. already",
        ),
        ("create table two ();\ndo $$\nbegin\n  perform 1/0;\nend $$", "line 2: division by zero"),
        ("create table two ();\nselekt 1;", r"line 2: syntax error .* \(42601\)"),
    ],
)
async def test_a_failing_migration_names_its_line_and_leaves_nothing(
    connection: asyncpg.Connection, folder: Folder, text: str, place: str
) -> None:
    folder.write("0002_pre_two", text)

    with pytest.raises(MigrationFailed, match=rf"0002_pre_two\.sql, {place}"):
        await upgrade(connection, folder.load(), stage="all")

    assert await tables(connection) == {"one"}
    assert await states(connection, folder) == ["applied", "pending"]


async def test_a_failed_run_can_be_repeated_after_mending(
    connection: asyncpg.Connection, other: asyncpg.Connection, folder: Folder
) -> None:
    folder.write("0002_pre_two", "selekt")
    with pytest.raises(MigrationFailed):
        await upgrade(connection, folder.load(), stage="all")

    mended = folder.write("0002_pre_two", "create table two ()")

    assert names(await upgrade(other, mended, stage="all")) == ["0002_pre_two.sql"]


async def test_a_connection_that_breaks_is_told_and_leaves_nothing(
    connection: asyncpg.Connection, other: asyncpg.Connection, folder: Folder
) -> None:
    folder.write(
        "0002_pre_two",
        "create table two ();\nselect pg_terminate_backend(pg_backend_pid());\nselect 3;",
    )

    with pytest.raises(MigrationFailed, match=r"0002_pre_two\.sql, line 2: "):
        await upgrade(connection, folder.load(), stage="all")

    assert await tables(other) == {"one"}
    assert await other.fetchval("select pg_try_advisory_lock($1)", LOCK_KEY)


async def test_what_fails_only_at_the_commit_is_told(
    connection: asyncpg.Connection, folder: Folder
) -> None:
    folder.write(
        "0002_pre_two",
        "create table two (id int primary key, next int references two initially deferred);\n"
        "insert into two values (1, 2);",
    )

    with pytest.raises(MigrationFailed, match=r"0002_pre_two\.sql, at its end: .* foreign key"):
        await upgrade(connection, folder.load(), stage="all")

    assert await tables(connection) == {"one"}
    assert await states(connection, folder) == ["applied", "pending"]


async def test_a_table_in_use_is_waited_for_only_so_long(
    connection: asyncpg.Connection,
    other: asyncpg.Connection,
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await upgrade(connection, folder.load(), stage="all")
    folder.write("0002_pre_two", "alter table one add column more int;")
    monkeypatch.setattr(migrator, "_DDL_LOCK_TIMEOUT", timedelta())
    async with other.transaction():
        await other.execute("select * from one")

        with pytest.raises(MigrationFailed, match=r"line 1: canceling statement due to lock"):
            await upgrade(connection, folder.load(), stage="all")

    monkeypatch.undo()
    assert names(await upgrade(connection, folder.load(), stage="all")) == ["0002_pre_two.sql"]


async def test_whoever_does_not_own_the_schema_is_told_what_to_set(database: Database) -> None:
    login = await asyncpg.connect(database.url)
    try:
        for run in (upgrade, migrator.check):
            with pytest.raises(MigrationFailed, match="HAULIER_DATABASE_ADMIN_URL"):
                await run(login, load_migrations(), stage="all")
    finally:
        await login.close()
