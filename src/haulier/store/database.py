"""Connections, pools, and the two kinds of transaction.

`SystemTx` speaks for haulier itself (role haulier_system: all workspaces), `WorkspaceTx` for one
workspace (role haulier_app under forced row-level security). Store functions take one or the
other, so forgetting the workspace does not type-check.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import asyncpg
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from haulier.domain.ids import WorkspaceId
from haulier.errors import Unavailable
from haulier.store.statements import statement

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

    AnyConnection: TypeAlias = asyncpg.Connection[Record] | PoolConnectionProxy[Record]
    Pool: TypeAlias = asyncpg.Pool[Record]
    Connection: TypeAlias = asyncpg.Connection[Record]

# The statements are written for their generic plans: look-ups by address and by key at any table
# size. A custom plan sees the array lengths and may choose to scan (docs/decisions/0003).
_SESSION: Final = {
    "plan_cache_mode": "force_generic_plan",
    "application_name": "haulier",
    "TimeZone": "UTC",
}
_CLOSE_SECONDS: Final = 10.0
LOST: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that was cut while it was being reset
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""What asyncpg raises when the server is away rather than the statement wrong."""


@dataclass(frozen=True, slots=True)
class SystemTx:
    """A transaction (or a single statement) that sees every workspace."""

    connection: "AnyConnection"


@dataclass(frozen=True, slots=True)
class WorkspaceTx:
    """A transaction that sees one workspace; row-level security stands behind it."""

    connection: "AnyConnection"
    workspace_id: WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseConfig:
    """How to reach PostgreSQL at run time.

    `url` logs in as a role that is a member of haulier_app and haulier_system; every connection
    becomes one of the two at once and for good.
    """

    url: str
    pool_size: int = 10
    """Connections per role and process, at most."""
    statement_timeout_seconds: float = 30.0
    connect_timeout_seconds: float = 10.0


class Database:
    """Two pools, one per role. Made by `open_database`."""

    def __init__(self, config: DatabaseConfig, app: "Pool", system: "Pool") -> None:
        self.config = config
        self._app = app
        self._system = system

    @asynccontextmanager
    async def workspace(self, workspace_id: WorkspaceId) -> AsyncGenerator[WorkspaceTx]:
        """A transaction as haulier_app that sees only `workspace_id`; commits at the end.

        Raises Unavailable when the database cannot be reached.
        """
        async with _available(), self._app.acquire() as connection, connection.transaction():
            await connection.execute(statement("database/speak_for"), workspace_id)
            yield WorkspaceTx(connection, workspace_id)

    @asynccontextmanager
    async def system(self) -> AsyncGenerator[SystemTx]:
        """A transaction as haulier_system; commits at the end. Raises Unavailable."""
        async with _available(), self._system.acquire() as connection, connection.transaction():
            yield SystemTx(connection)

    @asynccontextmanager
    async def system_statement(self) -> AsyncGenerator[SystemTx]:
        """As `system`, for exactly one statement: it is its own transaction, one round trip."""
        async with _available(), self._system.acquire() as connection:
            yield SystemTx(connection)

    async def connect(self) -> "Connection":
        """A connection of its own as haulier_system, for a lease keeper or a listener.

        The caller closes it. Raises Unavailable.
        """
        async with _available():
            return await connect_system(
                self.config.url,
                connect_seconds=self.config.connect_timeout_seconds,
                statement_seconds=self.config.statement_timeout_seconds,
            )


async def connect_system(
    url: str, *, connect_seconds: float, statement_seconds: float
) -> "Connection":
    """One connection as haulier_system, outside all pools. Raises what the driver raises."""
    return await asyncpg.connect(
        url,
        server_settings={**_SESSION, "role": "haulier_system"},
        timeout=connect_seconds,
        command_timeout=statement_seconds,
    )


@asynccontextmanager
async def open_database(config: DatabaseConfig) -> AsyncGenerator[Database]:
    """Opens both pools, waiting up to half a minute for a server that is starting.

    Raises Unavailable when it does not answer by then.
    """
    app = await _open_pool(config, "haulier_app")
    try:
        system = await _open_pool(config, "haulier_system")
        try:
            yield Database(config, app, system)
        finally:
            await _close(system)
    finally:
        await _close(app)


async def _close(pool: "Pool") -> None:
    """Closes in good order, or cuts what does not end: a cut connection never answers."""
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def _open_pool(config: DatabaseConfig, role: str) -> "Pool":
    async with _available():
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((OSError, asyncpg.CannotConnectNowError)),
            wait=wait_random_exponential(multiplier=0.1, max=2),
            stop=stop_after_delay(30),
            reraise=True,
        ):
            with attempt:
                return await asyncpg.create_pool(
                    config.url,
                    min_size=1,
                    max_size=config.pool_size,
                    server_settings={**_SESSION, "role": role},
                    timeout=config.connect_timeout_seconds,
                    command_timeout=config.statement_timeout_seconds,
                )
    raise Unavailable


@asynccontextmanager
async def _available() -> AsyncGenerator[None]:
    try:
        yield
    except LOST as error:
        raise Unavailable("The database does not answer. Try again in a moment.") from error
