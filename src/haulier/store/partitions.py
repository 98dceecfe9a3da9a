"""Partitions: made ahead, dropped by retention."""

from datetime import timedelta

from haulier.store.database import SystemTx
from haulier.store.records import read
from haulier.store.statements import statement


async def maintain(
    tx: SystemTx, ahead: timedelta, retention: timedelta, audit_retention: timedelta | None
) -> list[tuple[str, str]]:
    """Makes and drops partitions; returns ("created" or "dropped", name) per change."""
    rows = await tx.connection.fetch(
        statement("partitions/maintain"), ahead, retention, audit_retention
    )
    return [(read(row, "change", str), read(row, "partition_name", str)) for row in rows]
