"""A folder of migrations that grows with a test, and what became of it in a database."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from haulier.store.migrations_folder import Migration, load_migrations
from haulier.store.migrator import status


class Folder:
    """A folder of migrations that grows with the test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> list[Migration]:
        (self.path / f"{name}.sql").write_text(text)
        return self.load()

    def drop(self, name: str) -> list[Migration]:
        (self.path / f"{name}.sql").unlink()
        return self.load()

    def load(self) -> list[Migration]:
        return load_migrations(self.path)


async def tables(connection: asyncpg.Connection) -> set[str]:
    rows = await connection.fetch(
        "select relname::text from pg_class where relkind = 'r' and"
        " relnamespace = 'public'::regnamespace"
    )
    return {row[0] for row in rows} - {"schema_migrations"}


async def states(connection: asyncpg.Connection, folder: Folder) -> list[str]:
    return [entry.state for entry in await status(connection, folder.load())]


def names(migrations: Sequence[Migration]) -> list[str]:
    return [migration.name for migration in migrations]
