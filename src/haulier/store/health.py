"""Whether the database answers, and how far its schema is."""

import asyncpg

from haulier.store.database import LOST, SystemTx, connect_system
from haulier.store.records import read
from haulier.store.statements import statement


async def ping(tx: SystemTx) -> int:
    """The number of the last migration applied."""
    row = await tx.connection.fetchrow(statement("health/ping"))
    return 0 if row is None else read(row, "schema_version", int)


async def schema_version(url: str) -> int | None:
    """How far the schema is, as a plain login sees it; None where it cannot tell.

    It cannot when the server is away, the roles are missing, or the schema was never made.
    """
    try:
        connection = await connect_system(url, connect_seconds=10.0, statement_seconds=10.0)
    except (*LOST, TimeoutError, asyncpg.PostgresError):
        return None
    try:
        return await ping(SystemTx(connection))
    except asyncpg.PostgresError:
        return None
    finally:
        await connection.close()
