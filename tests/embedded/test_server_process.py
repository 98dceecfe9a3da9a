"""The server program under stress: too slow, stuck, in a race, and what its log gives away."""

import asyncio
import os
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from haulier.embedded import EmbeddedConfig, EmbeddedPostgres
from haulier.embedded.accounts import choose_account
from haulier.embedded.binaries import PostgresBinaries, find_binaries
from haulier.embedded.cluster import knows_lz4
from haulier.embedded.layout import lay_out
from haulier.embedded.occupancy import read_postmaster, serves
from haulier.errors import SetupFailed


async def test_a_start_that_takes_too_long_is_ended_and_told(config: EmbeddedConfig) -> None:
    with pytest.raises(SetupFailed, match="not ready within 0 s"):
        async with EmbeddedPostgres(replace(config, start_timeout=timedelta())):
            pytest.fail("must not start")

    left = read_postmaster(config.home / "postgres" / "data")
    assert left is None or not serves(left.pid, config.home / "postgres" / "data")
    async with EmbeddedPostgres(config) as server:
        assert server.pid


async def test_a_stuck_session_does_not_keep_the_server_from_stopping(
    config: EmbeddedConfig,
) -> None:
    told: list[str] = []
    hasty = replace(config, stop_timeout=timedelta(milliseconds=200))
    async with EmbeddedPostgres(hasty, notify=told.append) as server:
        connection = await asyncpg.connect(server.admin_url)
        await connection.execute("create table kept as select 42 as answer")
        os.kill(connection.get_server_pid(), signal.SIGSTOP)
    connection.terminate()

    assert any("has not stopped" in message and "SIGINT" in message for message in told)
    async with EmbeddedPostgres(config) as server:
        connection = await asyncpg.connect(server.admin_url)
        assert await connection.fetchval("select answer from kept") == 42
        await connection.close()


async def test_open_sessions_and_transactions_do_not_delay_a_stop(config: EmbeddedConfig) -> None:
    told: list[str] = []
    async with EmbeddedPostgres(config, notify=told.append) as server:
        connection = await asyncpg.connect(server.admin_url)
        await connection.execute("begin; create table never ()")
    connection.terminate()

    assert told == []


async def test_of_two_that_start_at_once_one_wins(fresh: EmbeddedConfig) -> None:
    both_tried = asyncio.Barrier(2)

    async def start() -> str:
        try:
            async with EmbeddedPostgres(fresh) as server:
                await both_tried.wait()
                return str(server.pid)
        except SetupFailed as failure:
            await both_tried.wait()
            return failure.detail

    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(start()) for _ in range(2)]

    won, lost = sorted((one.result() for one in tries), key=lambda text: not text.isdigit())
    assert won.isdigit()
    assert f"Process {os.getpid()} already runs" in lost


async def test_the_servers_log_holds_no_statement_and_no_value(config: EmbeddedConfig) -> None:
    value = "tenants" + "-own-text"
    async with EmbeddedPostgres(config) as server:
        connection = await asyncpg.connect(server.admin_url)
        await connection.execute("create table kept (name text primary key)")
        await connection.execute("insert into kept values ($1)", value)
        with pytest.raises(asyncpg.UniqueViolationError) as raised:
            await connection.execute("insert into kept values ($1)", value)
        assert value in str(raised.value.detail)
        with pytest.raises(asyncpg.PostgresSyntaxError):
            await connection.execute(f"selekt '{value}'")
        await connection.close()

    (log,) = (config.home / "postgres" / "log").glob("*.log")
    assert "duplicate key value" in log.read_text()
    assert value not in log.read_text()


async def test_the_server_program_itself_says_whether_it_knows_lz4(
    config: EmbeddedConfig, home: Path
) -> None:
    account = choose_account(None, data_dir=config.home / "postgres" / "data")
    layout = lay_out(config.home, account)
    answers: list[bool] = []
    for code in (0, 1):
        folder = home / f"bin{code}"
        folder.mkdir(mode=0o755)
        (folder / "postgres").write_text(f"#!/bin/sh\nexit {code}\n")
        (folder / "postgres").chmod(0o755)
        fake = PostgresBinaries(bin_dir=folder, version=(18, 0), source="pg_bin")
        answers.append(await knows_lz4(fake, layout))

    assert answers == [True, False]
    compression = "lz4" if await knows_lz4(find_binaries(None), layout) else "off"
    async with EmbeddedPostgres(config) as server:
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("show wal_compression") == compression
        await connection.close()
