"""Fixtures: a house with two workspaces, and clients of it."""

import hashlib
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx2
import pytest
import structlog

from api.house import RIVAL, House, client_of, furnish, open_house
from haulier.store.migrations_folder import load_migrations
from haulier.store.migrator import upgrade
from support.postgres import Database, cloned_database, ensure_template


@pytest.fixture(scope="session", autouse=True)
def quiet_log() -> Generator[None]:
    """Lines are looked at where a test captures them; else nobody reads them."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def shared_database(fast_server: Database) -> Generator[Database]:
    """One database for all tests of a module that change nothing."""
    migrations = load_migrations()
    digest = hashlib.sha256("".join(one.checksum for one in migrations).encode()).hexdigest()
    template = ensure_template(
        fast_server, digest=digest, migrate=lambda owner: upgrade(owner, migrations, stage="all")
    )
    with cloned_database(fast_server, template=template.name) as database:
        yield database


@pytest.fixture(scope="module")
async def shared_house(
    shared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[House]:
    async with open_house(shared_database.url, tmp_path_factory.mktemp("blobs")) as house:
        await furnish(house)
        yield house


@pytest.fixture(scope="module")
async def shared_client(shared_house: House) -> AsyncGenerator[httpx2.AsyncClient]:
    """For requests that are refused or change nothing that another test looks at."""
    async with client_of(shared_house.app(), await shared_house.key()) as client:
        yield client


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(database.url, tmp_path / "blobs") as house:
        await furnish(house)
        yield house


@pytest.fixture
async def client(house: House) -> AsyncGenerator[httpx2.AsyncClient]:
    async with client_of(house.app(), await house.key()) as client:
        yield client


@pytest.fixture
async def rival(house: House) -> AsyncGenerator[httpx2.AsyncClient]:
    async with client_of(house.app(), await house.key(RIVAL)) as client:
        yield client
