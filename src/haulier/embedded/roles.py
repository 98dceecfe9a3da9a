"""The database and the roles that haulier expects, made on every start where they are missing."""

from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, urlencode

import asyncpg

from haulier.embedded.cluster import SUPERUSER, system_identifier
from haulier.embedded.layout import Layout, password
from haulier.errors import SetupFailed

DATABASE = "haulier"
OWNER = "haulier_owner"
LOGIN = "haulier_login"

_CONNECT_SECONDS = 30.0
_STATEMENT_SECONDS = 120.0


def database_url(layout: Layout, port: int, *, role: str, database: str = DATABASE) -> str:
    """Answer a URL over the Unix socket; it holds the password."""
    where = urlencode({"host": str(layout.socket_dir), "port": port})
    return f"postgresql://{role}:{quote(password(layout, role))}@/{database}?{where}"


async def verify_server(layout: Layout, port: int) -> None:
    """Make sure that the server behind our socket is ours before anyone gets its URL.

    Raises SetupFailed when its folder or its system identifier is another.
    """
    connection = await _connect(layout, port)
    try:
        row = await connection.fetchrow(_sql("identity"))
    finally:
        await connection.close()
    if row is None:  # pragma: no cover  # the statement always answers one row
        raise SetupFailed("The server does not say who it is.")
    _check_identity(layout, row["data_directory"], row["system_identifier"])


async def ensure_roles(layout: Layout, port: int) -> None:
    """Make the database `haulier` and its roles, or bring them back to what they must be."""
    connection = await _connect(layout, port)
    try:
        await connection.execute(
            _sql("passwords"), password(layout, OWNER), password(layout, LOGIN)
        )
        await connection.execute(_sql("roles"))
        if not await connection.fetchval(_sql("find_database")):
            await connection.execute(_sql("create_database"))
        await connection.execute(_sql("access"))
    finally:
        await connection.close()


def _check_identity(layout: Layout, data_directory: str, identifier: int) -> None:
    ours = (layout.data.resolve(), system_identifier(layout.data))
    theirs = (Path(data_directory).resolve(), identifier)
    if theirs != ours:
        raise SetupFailed(
            f"The server on {layout.socket_dir} serves {theirs[0]} (system {theirs[1]}),"
            f" not {ours[0]} (system {ours[1]})."
        )


async def _connect(layout: Layout, port: int) -> asyncpg.Connection:
    url = database_url(layout, port, role=SUPERUSER, database="postgres")
    try:
        return await asyncpg.connect(
            url,
            timeout=_CONNECT_SECONDS,
            command_timeout=_STATEMENT_SECONDS,
            statement_cache_size=0,
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise SetupFailed(f"PostgreSQL is ready and does not let us in: {error}") from error


def _sql(name: str) -> str:
    return (files("haulier.embedded") / "sql" / f"{name}.sql").read_text()
