"""The embedded server as a whole: started, stopped, killed, orphaned."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from haulier.embedded import EmbeddedConfig, EmbeddedPostgres
from haulier.embedded.accounts import Account
from haulier.embedded.occupancy import read_postmaster, serves
from haulier.embedded.roles import verify_server
from haulier.embedded.server_settings import DEFAULT_PORT
from haulier.errors import SetupFailed, Unavailable

DEADLINE_SECONDS = 60.0

HOLD = """
import asyncio, sys, uvloop
from pathlib import Path
from haulier.embedded import EmbeddedConfig, EmbeddedPostgres

async def main():
    config = EmbeddedConfig(home=Path(sys.argv[1]), shared_buffers_mb=16, max_connections=20)
    async with EmbeddedPostgres(config) as server:
        print(server.pid, flush=True)
        await asyncio.Event().wait()

{"asyncio": asyncio.run, "uvloop": uvloop.run}[sys.argv[2]](main())
"""


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def until_gone(pid: int, config: EmbeddedConfig) -> None:
    await until(lambda: not serves(pid, config.home / "postgres" / "data"))


async def until_another_is_ready(pid: int, config: EmbeddedConfig) -> None:
    def is_ready() -> bool:
        found = read_postmaster(config.home / "postgres" / "data")
        return found is not None and found.pid != pid and found.status == "ready"

    await until(is_ready)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110  # other processes tell nobody
            await asyncio.sleep(0.02)


def start(*command: str | Path, account: Account | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


async def test_what_is_written_is_there_after_a_restart(fresh: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(fresh) as first:
        await ask(first.admin_url, "create table kept as select 42 as answer")
        first_pid = first.pid
    await until_gone(first_pid, fresh)

    async with EmbeddedPostgres(fresh) as second:
        assert second.pid != first_pid
        assert await ask(second.admin_url, "select answer from kept") == 42


async def test_the_server_answers_only_on_its_own_socket(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config) as server:
        assert await ask(server.url, "show listen_addresses") == ""
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        assert (server.socket_dir / ".s.PGSQL.5432").is_socket()


async def test_a_port_on_the_loopback_is_opened_when_asked_for(
    config: EmbeddedConfig, unused_port: int
) -> None:
    async with EmbeddedPostgres(replace(config, port=unused_port)) as server:
        connection = await asyncpg.connect(server.url, host="127.0.0.1", port=unused_port)
        assert await connection.fetchval("select host(inet_server_addr())") == "127.0.0.1"
        await connection.close()


async def test_a_taken_port_is_told_and_leaves_nothing_behind(
    config: EmbeddedConfig, taken_port: int
) -> None:
    with pytest.raises(SetupFailed, match="could not bind IPv4"):
        async with EmbeddedPostgres(replace(config, port=taken_port)):
            pytest.fail("must not start")

    async with EmbeddedPostgres(config) as server:
        assert server.pid


async def test_no_password_no_entry(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config) as server:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.superuser_url, password="wrong" + "-one")


async def test_the_server_keeps_what_it_confirms(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await ask(server.url, f"show {name}") == "on", name


async def test_text_is_utf8_and_sorted_alike_on_every_machine(fresh: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(fresh) as server:
        assert await ask(server.url, "show server_encoding") == "UTF8"
        provider = (
            "select datlocprovider::text || datlocale from pg_database where datname = 'haulier'"
        )
        assert await ask(server.url, provider) == "bC.UTF-8"


async def test_a_killed_server_is_started_again_with_its_data(config: EmbeddedConfig) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    async with EmbeddedPostgres(config, notify=told.put_nowait) as server:
        await ask(server.admin_url, "create table kept as select 42 as answer")
        killed = server.pid

        os.kill(killed, signal.SIGKILL)
        await until_another_is_ready(killed, config)
        assert "is started again" in told.get_nowait()

        assert await ask(server.admin_url, "select answer from kept") == 42


async def test_a_server_that_keeps_dying_ends_the_body(config: EmbeddedConfig) -> None:
    async def lose_a_file_and_wait() -> None:
        async with EmbeddedPostgres(config) as server:
            control = config.home / "postgres" / "data" / "global" / "pg_control"
            control.rename(control.with_name("lost"))
            os.kill(server.pid, signal.SIGKILL)
            async with asyncio.timeout(DEADLINE_SECONDS):
                await asyncio.Event().wait()

    with pytest.raises(Unavailable, match="keeps dying"):
        await lose_a_file_and_wait()


async def test_the_error_of_the_body_comes_through_as_it_is(config: EmbeddedConfig) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with EmbeddedPostgres(config):
            raise KeyError("mine")


async def test_a_second_start_names_the_process_that_runs_it(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config) as server:
        with pytest.raises(SetupFailed, match=rf"Process {os.getpid()} already runs"):
            async with EmbeddedPostgres(config):
                pytest.fail("must not start")

        assert await ask(server.url, "select 1") == 1


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux ties a child's life to its parent's"
)
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_the_server_dies_with_a_killed_parent_and_starts_again(
    config: EmbeddedConfig, loop: str
) -> None:
    with start(sys.executable, "-c", HOLD, config.home, loop) as parent:
        assert parent.stdout is not None
        pid = int(await asyncio.to_thread(parent.stdout.readline))
        assert serves(pid, config.home / "postgres" / "data")

        parent.kill()
        await asyncio.to_thread(parent.wait)

    await until_gone(pid, config)
    (log,) = (config.home / "postgres" / "log").glob("*.log")
    assert "received fast shutdown request" in log.read_text().rpartition(f"[{pid}]")[0]
    async with EmbeddedPostgres(config) as server:
        assert await ask(server.url, "select 1") == 1


async def test_an_orphan_of_a_killed_parent_is_stopped_first(config: EmbeddedConfig) -> None:
    """As on a system without a tie to the parent: the lock names our server, nobody holds it."""
    async with EmbeddedPostgres(config) as server:
        command, account = server._process._command, server._layout.account
    with start(*command, account=account) as orphan:
        await until_another_is_ready(0, config)
        lock = config.home / "postgres" / "lock"

        lock.write_text("1 \n")
        with pytest.raises(SetupFailed, match=rf"haulier did not start \(process {orphan.pid}\)"):
            async with EmbeddedPostgres(config):
                pytest.fail("must not start")

        lock.write_text(f"1 {orphan.pid}\n")
        async with EmbeddedPostgres(config) as server:
            assert server.pid != orphan.pid
            assert orphan.wait(DEADLINE_SECONDS) == 0


async def test_a_postmaster_file_with_somebody_elses_number_does_not_block(
    config: EmbeddedConfig,
) -> None:
    async with EmbeddedPostgres(config):
        pass
    stale = config.home / "postgres" / "data" / "postmaster.pid"
    with start(sys.executable, "-c", "input()") as other:
        stale.write_text(f"{other.pid}\n{stale.parent}\n0\n5432\n\n\n0 0\nready\n")
        async with EmbeddedPostgres(config) as server:
            assert await ask(server.url, "select 1") == 1
        other.kill()


async def test_another_servers_answer_is_refused(config: EmbeddedConfig) -> None:
    other = replace(config, home=config.home / "other")  # its data folder is made anew
    async with EmbeddedPostgres(config) as ours, EmbeddedPostgres(other) as theirs:
        mixed = replace(
            ours._layout, socket_dir=theirs.socket_dir, passwords=theirs._layout.passwords
        )

        with pytest.raises(SetupFailed, match=rf"serves {theirs._layout.data} .* not {mixed.data}"):
            await verify_server(mixed, DEFAULT_PORT)


async def test_ctrl_c_in_the_terminal_leaves_the_stopping_to_us(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config) as server:
        assert os.getpgid(server.pid) == server.pid
        assert os.getsid(server.pid) == server.pid
