"""Connections to an empty database, and migrations to run in it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import pytest

from support.migrations import Folder
from support.postgres import Database


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.write("0001_pre_one", "create table one (id int);\ninsert into one values (1);\n")
    return folder


@pytest.fixture
async def connection(blank_database: Database) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(blank_database.admin_url)
    yield connection
    await connection.close()


@pytest.fixture
async def other(blank_database: Database) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        blank_database.admin_url, server_settings={"application_name": "somebody"}
    )
    yield connection
    await connection.close()
