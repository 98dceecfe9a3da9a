import asyncio

import asyncpg
import pytest

from haulier.dispatch import listener
from support.postgres import Database


async def test_a_quiet_connection_survives_being_asked_whether_it_lives(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_CHECK_SECONDS", 0.01)
    asked = asyncio.Event()
    heard: list[tuple[str, str]] = []
    opened: list[asyncpg.Connection] = []

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(database.url)
        connection.add_query_logger(lambda _query: asked.set())
        opened.append(connection)
        return connection

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(
            listener.listen(connect, lambda channel, payload: heard.append((channel, payload)))
        )
        asked.clear()
        for _ in range(3):
            await asked.wait()
            asked.clear()
        listening.cancel()

    assert heard == [(listener.WAKE_CHANNEL, "")]
    assert len(opened) == 1
