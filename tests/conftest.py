"""Fixtures for tests of every folder."""

import hashlib
from collections.abc import AsyncGenerator, Generator

import asyncpg
import pytest

from haulier.store.migrations_folder import load_migrations
from haulier.store.migrator import upgrade
from support.postgres import Database, cloned_database, ensure_template, shared_server


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session")
def fast_server() -> Generator[Database]:
    """The tests' PostgreSQL, started by the first test that needs it, without fsync."""
    with shared_server("fast") as server:
        yield server


@pytest.fixture(scope="session")
def durable_server() -> Generator[Database]:
    """A second one that keeps its promises over a crash, for tests marked `durable`."""
    with shared_server("durable") as server:
        yield server


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Database:
    """The server for this test: durable where the test is marked so, else the fast one."""
    durable = request.node.get_closest_marker("durable") is not None
    return request.getfixturevalue("durable_server" if durable else "fast_server")


@pytest.fixture
def blank_database(server: Database) -> Generator[Database]:
    """An empty database of this test's own; haulier_owner owns it."""
    with cloned_database(server, template="template1") as database:
        yield database


@pytest.fixture
def template_database(server: Database) -> Database:
    """A database with every migration applied, made once per server and content; do not change."""
    migrations = load_migrations()
    digest = hashlib.sha256("".join(one.checksum for one in migrations).encode()).hexdigest()
    return ensure_template(
        server, digest=digest, migrate=lambda owner: upgrade(owner, migrations, stage="all")
    )


@pytest.fixture
def database(server: Database, template_database: Database) -> Generator[Database]:
    """A migrated database of this test's own, dropped afterwards."""
    with cloned_database(server, template=template_database.name) as database:
        yield database


@pytest.fixture
async def owner_connection(database: Database) -> AsyncGenerator[asyncpg.Connection]:
    """As haulier_owner, who migrates."""
    connection = await asyncpg.connect(database.admin_url)
    yield connection
    await connection.close()


@pytest.fixture
async def system_connection(database: Database) -> AsyncGenerator[asyncpg.Connection]:
    """As haulier_system, who sees every workspace."""
    connection = await asyncpg.connect(database.url)
    await connection.execute("set role haulier_system")
    yield connection
    await connection.close()
