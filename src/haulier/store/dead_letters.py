"""Dead letters: failed jobs, kept apart from the rest. Written with the end of the job."""

from datetime import timedelta

from haulier.store.database import SystemTx
from haulier.store.statements import statement


async def remove_old(tx: SystemTx, retention: timedelta, limit: int) -> int:
    """Removes those that are older than `retention`, at most `limit`; returns how many."""
    return len(await tx.connection.fetch(statement("dead_letters/remove_old"), retention, limit))
