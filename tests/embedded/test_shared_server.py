"""The server that the tests share: one for all, gone after the last."""

import fcntl
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from support.postgres import Database, _is_locked, shared_server

USE = """
import sys
from pathlib import Path
from support.postgres import shared_server

with shared_server("fast", home=Path(sys.argv[1])) as server:
    print(server.superuser_url, flush=True)
    sys.stdin.read()
"""


def user(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USE, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_all_users_get_one_server_which_goes_when_the_last_was_killed(home: Path) -> None:
    with user(home) as first, user(home) as second:
        urls = {url_of(first), url_of(second)}
        assert len(urls) == 1
        assert urls != {""}

        first.kill()
        first.wait()
        with shared_server("fast", home=home) as third:
            assert {third.superuser_url} == urls
        assert _is_locked(home / "keeper")
        second.kill()
        second.wait()

    # The keeper lets go of its own lock only after the server has stopped.
    with (home / "keeper").open("a") as keeper:
        fcntl.flock(keeper, fcntl.LOCK_EX)
    assert not (home / "home" / "postgres" / "data").exists()


async def test_a_blank_database_is_ones_own(blank_database: Database, server: Database) -> None:
    connection = await asyncpg.connect(blank_database.url)
    try:
        assert blank_database.name != server.name
        assert await connection.fetchval("select current_database()") == blank_database.name
    finally:
        await connection.close()


@pytest.mark.durable
async def test_a_test_can_ask_for_a_server_that_keeps_what_it_confirmed(server: Database) -> None:
    assert await fsync(server) == "on"


async def test_the_server_of_other_tests_is_fast(server: Database) -> None:
    assert await fsync(server) == "off"


async def fsync(server: Database) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval("show fsync")
    finally:
        await connection.close()
