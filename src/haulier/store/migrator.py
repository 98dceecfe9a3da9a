"""Brings the schema up to date: forward only, one transaction per file, one run at a time."""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Literal, TypeAlias

import asyncpg

from haulier.errors import MigrationFailed
from haulier.store.migrations_folder import Migration, Stage
from haulier.store.sql_script import Statement, split_statements
from haulier.store.statements import statement as sql_text

MigrationConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
State = Literal["applied", "pending", "changed", "unknown"]

LOCK_KEY = 0x6861756C696572
"""`haulier` in ASCII: the advisory lock that only one run holds at a time."""

_CONNECT_SECONDS = 30.0

_DDL_LOCK_TIMEOUT = timedelta(seconds=15)
"""A table lock that waits longer would hold up every query behind it: rather fail and try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationStatus:
    """Where one migration stands in one database."""

    number: int
    name: str
    stage: Stage
    state: State
    """`changed`: its file is not what has run. `unknown`: it has run, but we do not have it."""
    applied_at: datetime | None
    haulier_version: str | None
    """Of the release that ran it."""


async def connect_owner(url: str) -> MigrationConnection:
    """Open a connection as the schema's owner; the caller closes it.

    Raises MigrationFailed when the server does not let us in.
    """
    try:
        return await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise MigrationFailed(f"The database cannot be reached as its owner: {error}") from error


async def upgrade(
    connection: asyncpg.Connection,
    migrations: Sequence[Migration],
    *,
    stage: Literal["pre", "all"],
    wait: timedelta = timedelta(minutes=5),
) -> list[Migration]:
    """Run what is pending, in order, and answer it; `pre` leaves the post migrations for later.

    Waits at most `wait` for another run to end. What ran before a failure stays.

    Raises MigrationFailed when the history does not fit the files (see `check`), when a pending
    pre migration stands behind a pending post one and only `pre` is asked for, when the lock is
    not had in time, or when a migration fails: it is rolled back, and its file and line are named.
    """
    async with _only_run(connection, wait):
        with _as_owner():
            await connection.execute(sql_text("schema_migrations/create"))
        statuses = await status(connection, migrations)
        _check_history(statuses)
        pending = _pending(statuses, stage)
        if stage == "pre":
            _check_order(statuses, pending)
        numbers = {entry.number for entry in pending}
        chosen = [migration for migration in migrations if migration.number in numbers]
        for migration in chosen:
            await _apply(connection, migration)
        return chosen


async def status(
    connection: asyncpg.Connection, migrations: Sequence[Migration]
) -> list[MigrationStatus]:
    """Answer where each migration stands, by number; changes nothing."""
    applied = {row["number"]: row for row in await _applied(connection)}
    statuses = [
        _compared(migration, applied.pop(migration.number, None)) for migration in migrations
    ]
    statuses += [_unknown(row) for row in applied.values()]
    return sorted(statuses, key=lambda entry: entry.number)


async def check(
    connection: asyncpg.Connection,
    migrations: Sequence[Migration],
    *,
    stage: Literal["pre", "all"] = "all",
) -> None:
    """Make sure that this release and the schema fit.

    `all` wants them equal. `pre` is for a program that starts in the midst of an upgrade: pending
    post migrations of this release are fine, and so are pre migrations of the next one, which by
    definition leave our code working.

    Raises MigrationFailed, listing everything that does not fit.
    """
    statuses = await status(connection, migrations)
    if stage == "pre":
        statuses = [one for one in statuses if not (one.state == "unknown" and one.stage == "pre")]
    _check_history(statuses)
    if pending := _pending(statuses, stage):
        names = ", ".join(entry.name for entry in pending)
        raise MigrationFailed(f"The schema is behind this release. Still to run: {names}.")


def sql(migrations: Sequence[Migration], since: int) -> str:
    """Answer the text that `upgrade` would run in a database whose last migration is `since`.

    0 means an empty database. Each file stands in its transaction, under its name.
    """
    return "\n".join(
        f"-- {migration.name}\nbegin;\n{migration.text.rstrip()}\ncommit;\n"
        for migration in migrations
        if migration.number > since
    )


def _compared(migration: Migration, row: asyncpg.Record | None) -> MigrationStatus:
    state: State = "pending"
    if row is not None:
        same = (row["checksum"], row["name"]) == (migration.checksum, migration.name)
        state = "applied" if same else "changed"
    return MigrationStatus(
        number=migration.number,
        name=migration.name,
        stage=migration.stage,
        state=state,
        applied_at=row["applied_at"] if row else None,
        haulier_version=row["haulier_version"] if row else None,
    )


def _unknown(row: asyncpg.Record) -> MigrationStatus:
    return MigrationStatus(
        number=row["number"],
        name=row["name"],
        stage="post" if "_post_" in row["name"] else "pre",
        state="unknown",
        applied_at=row["applied_at"],
        haulier_version=row["haulier_version"],
    )


def _pending(
    statuses: Sequence[MigrationStatus], stage: Literal["pre", "all"]
) -> list[MigrationStatus]:
    pending = [entry for entry in statuses if entry.state == "pending"]
    return [entry for entry in pending if stage == "all" or entry.stage == "pre"]


def _check_history(statuses: Sequence[MigrationStatus]) -> None:
    problems = [
        f"{entry.name} was changed after it had run (by haulier {entry.haulier_version}): put the"
        " file back, and write a further migration"
        for entry in statuses
        if entry.state == "changed"
    ]
    problems += [
        f"{entry.name} was run by haulier {entry.haulier_version}, which is newer than this"
        f" release ({version('haulier')}): use that one"
        for entry in statuses
        if entry.state == "unknown"
    ]
    last = max((entry.number for entry in statuses if entry.applied_at), default=0)
    problems += [
        f"{entry.name} has not run, but later ones have: give it a number at the end"
        for entry in statuses
        if entry.state == "pending" and entry.number < last
    ]
    if problems:
        raise MigrationFailed("The schema does not fit this release. " + "; ".join(problems) + ".")


def _check_order(statuses: Sequence[MigrationStatus], chosen: Sequence[MigrationStatus]) -> None:
    posts = [one for one in statuses if one.state == "pending" and one.stage == "post"]
    late = [entry for entry in chosen if posts and entry.number > posts[0].number]
    if late:
        raise MigrationFailed(
            f"{late[0].name} builds on {posts[0].name}, which has not run. Finish the earlier"
            " upgrade first: stop the programs of the release before it, then run all stages."
        )


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    transaction = connection.transaction()
    await transaction.start()
    finished = False
    try:
        await _limit_lock_waits(connection, _DDL_LOCK_TIMEOUT)
        for statement in split_statements(migration.text):
            await _run(connection, migration, statement)
        await connection.execute(
            sql_text("schema_migrations/insert"),
            migration.number,
            migration.name,
            migration.checksum,
            version("haulier"),
        )
        finished = True
    finally:
        if not finished and not connection.is_closed():
            await transaction.rollback()
    try:
        await transaction.commit()
    except asyncpg.PostgresError as error:  # a deferred constraint, or the connection
        raise MigrationFailed(_told(migration, "at its end", error)) from error


async def _run(connection: asyncpg.Connection, migration: Migration, statement: Statement) -> None:
    try:
        await connection.execute(statement.text)
    except asyncpg.PostgresError as error:
        # The server counts characters of the statement from 1; not every error has a position.
        offset = int(error.position) - 1 if error.position else 0
        line = statement.line + statement.text.count("\n", 0, offset)
        raise MigrationFailed(_told(migration, f"line {line}", error)) from error


def _told(migration: Migration, place: str, error: asyncpg.PostgresError) -> str:
    text = f"{migration.name}, {place}: {error.message or error} ({error.sqlstate})."
    if error.hint:
        text += f" {error.hint}"
    return f"{text} This migration was rolled back."


async def _applied(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    if not await connection.fetchval(sql_text("schema_migrations/exists")):
        return []
    with _as_owner():
        return await connection.fetch(sql_text("schema_migrations/list"))


@contextmanager
def _as_owner() -> Generator[None]:
    try:
        yield
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationFailed(
            f"This needs the database's owner ({error.message}): set HAULIER_DATABASE_ADMIN_URL."
        ) from error


@asynccontextmanager
async def _only_run(connection: asyncpg.Connection, wait: timedelta) -> AsyncGenerator[None]:
    try:
        async with connection.transaction():
            await _limit_lock_waits(connection, wait)
            await connection.execute(sql_text("schema_migrations/lock"), LOCK_KEY)
    except asyncpg.LockNotAvailableError as error:
        raise MigrationFailed(await _waited_for(connection, wait)) from error
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute(sql_text("schema_migrations/unlock"), LOCK_KEY)


async def _limit_lock_waits(connection: asyncpg.Connection, wait: timedelta) -> None:
    """Until the end of the transaction; PostgreSQL takes 0 for no limit."""
    milliseconds = max(1, int(wait.total_seconds() * 1000))
    await connection.execute(sql_text("schema_migrations/limit_lock_waits"), str(milliseconds))


async def _waited_for(connection: asyncpg.Connection, wait: timedelta) -> str:
    holders = [
        f"backend {row['pid']} ({row['application_name'] or 'unnamed'} at"
        f" {row['client_addr'] or 'this machine'}, {row['state']}, connected"
        f" {row['backend_start']:%Y-%m-%d %H:%M:%S %Z})"
        for row in await connection.fetch(sql_text("schema_migrations/lock_holder"), LOCK_KEY)
    ]
    who = ", ".join(holders) or "somebody who has just let go"
    return (
        f"Another migration run holds the lock: {who}."
        f" Waited {wait.total_seconds():g} s. Nothing was changed."
    )
