"""Kinds that workers declared."""

from collections.abc import Sequence

from haulier.domain.kinds import Kind, decode_kind, encode_kind
from haulier.store.database import SystemTx
from haulier.store.records import read
from haulier.store.statements import statement


async def declare(tx: SystemTx, kinds: Sequence[Kind]) -> None:
    """Tells or renews what the kinds are; unchanged ones cost no write."""
    await tx.connection.execute(
        statement("kinds/declare"),
        [kind.ref.name for kind in kinds],
        [kind.ref.version for kind in kinds],
        [encode_kind(kind) for kind in kinds],
    )


async def list_all(tx: SystemTx) -> list[Kind]:
    """Every kind that was ever declared, by name and version."""
    rows = await tx.connection.fetch(statement("kinds/list"))
    return [decode_kind(read(row, "declaration", str)) for row in rows]
