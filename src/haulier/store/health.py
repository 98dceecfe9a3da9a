"""Whether the database answers, and how far its schema is."""

from haulier.store.database import SystemTx
from haulier.store.records import read
from haulier.store.statements import statement


async def ping(tx: SystemTx) -> int:
    """The number of the last migration applied."""
    row = await tx.connection.fetchrow(statement("health/ping"))
    return 0 if row is None else read(row, "schema_version", int)
