import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from haulier.dispatch.listener import WAKE_CHANNEL, listen
from support.postgres import Database


class Ear:
    """Keeps what was heard, and lets a test wait for it."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def __call__(self, channel: str, payload: str) -> None:
        self.heard.put_nowait((channel, payload))

    async def next(self) -> tuple[str, str]:
        async with asyncio.timeout(20):
            return await self.heard.get()


@asynccontextmanager
async def listening(database: Database, ear: Ear, check_seconds: float) -> AsyncGenerator[None]:
    async def connect() -> asyncpg.Connection:
        settings = {"application_name": "test-listener"}
        return await asyncpg.connect(database.url, server_settings=settings)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(listen(connect, ear, check_seconds=check_seconds))
        try:
            yield
        finally:
            task.cancel()


async def notify(database: Database, payload: str) -> None:
    connection = await asyncpg.connect(database.superuser_url)
    await connection.execute("select pg_notify($1, $2)", WAKE_CHANNEL, payload)
    await connection.close()


async def test_wake_ups_are_heard_between_many_checks_of_the_connection(
    database: Database,
) -> None:
    """S0-FR2a: the check of a listening connection does not end it."""
    ear = Ear()

    async with listening(database, ear, check_seconds=0.01):
        assert await ear.next() == (WAKE_CHANNEL, "")
        for number in range(20):
            await notify(database, f"default w{number}")
            assert await ear.next() == (WAKE_CHANNEL, f"default w{number}")


@pytest.mark.parametrize("check_seconds", [0.05, 60.0])
async def test_a_cut_connection_is_made_anew_and_says_that_something_may_be_missed(
    database: Database, check_seconds: float
) -> None:
    """S0-FR2a."""
    ear = Ear()

    async with listening(database, ear, check_seconds=check_seconds):
        assert await ear.next() == (WAKE_CHANNEL, "")
        superuser = await asyncpg.connect(database.superuser_url)
        await superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'test-listener' and datname = current_database()"
        )
        await superuser.close()

        assert await ear.next() == (WAKE_CHANNEL, "")
        await notify(database, "default demo")
        assert await ear.next() == (WAKE_CHANNEL, "default demo")
