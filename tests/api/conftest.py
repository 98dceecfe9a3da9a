"""Fixtures: a house with two workspaces, and clients of it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from api.house import RIVAL, House, client_of, furnish, open_house
from support.postgres import Database


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
