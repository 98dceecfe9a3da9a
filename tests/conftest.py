"""Fixtures for tests of every folder."""

import hashlib
from collections.abc import AsyncGenerator, Generator

import asyncpg
import pytest

from haulier.domain.ids import WorkspaceId
from haulier.store.migrations_folder import load_migrations
from haulier.store.migrator import upgrade
from support.engine import Engine, fresh_workspace, open_engine
from support.held import Claimant, claimant
from support.postgres import Database, cloned_database, ensure_template, shared_server


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    # Not uvloop: closing its loop waits for ever for a connection that a failed test left open.
    return "asyncio"


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
    return _template(server)


@pytest.fixture(scope="session")
def migrated(fast_server: Database) -> Database:
    """The same on the fast server, for fixtures that outlive a test."""
    return _template(fast_server)


def _template(server: Database) -> Database:
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


@pytest.fixture(scope="module")
def module_database(fast_server: Database, migrated: Database) -> Generator[Database]:
    """A migrated database that the tests of one module share, each in a workspace of its own."""
    with cloned_database(fast_server, template=migrated.name) as database:
        yield database


@pytest.fixture(scope="module")
async def engine(
    module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Engine]:
    """The services on the module's database."""
    async with open_engine(module_database.url, tmp_path_factory.mktemp("blobs")) as engine:
        yield engine


@pytest.fixture
def workspace() -> WorkspaceId:
    """A workspace that no other test has."""
    return fresh_workspace()


@pytest.fixture
def worker(engine: Engine, workspace: WorkspaceId) -> Claimant:
    """A worker in that workspace, reduced to its database writes."""
    return claimant(engine, workspace)
