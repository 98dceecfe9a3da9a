"""Whole tables as text, for whoever searches the database for what must not be there."""

import io

from haulier.store.migrator import MigrationConnection
from haulier.store.records import read
from haulier.store.statements import statement


async def dump(connection: MigrationConnection, *, leave_out: str) -> dict[str, str]:
    """Every table's rows as CSV by table, without the columns of one name.

    Wants a superuser: everybody else is held to row-level security.
    """
    found: dict[str, str] = {}
    for row in await connection.fetch(statement("tables/list"), leave_out):
        name, output = read(row, "name", str), io.BytesIO()
        await connection.copy_from_table(
            name,
            schema_name=read(row, "schema_name", str),
            columns=read(row, "columns", str).split(","),
            output=output,
            format="csv",
        )
        found[name] = output.getvalue().decode()
    return found
