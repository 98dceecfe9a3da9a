"""A database of its own for each of these tests: workers serve all workspaces of one."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from support.engine import Engine, open_engine
from support.postgres import Database


@pytest.fixture
async def engine(database: Database, tmp_path: Path) -> AsyncGenerator[Engine]:
    async with open_engine(database.url, tmp_path / "blobs") as engine:
        yield engine
