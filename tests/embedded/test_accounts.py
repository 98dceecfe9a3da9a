"""Who runs the server, what that account can reach, and what it cannot."""

import os
import pwd
import shutil
import stat
import sys
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from haulier.embedded import EmbeddedConfig, EmbeddedPostgres
from haulier.embedded.accounts import Account, choose_account, closed_folder
from haulier.embedded.binaries import find_binaries
from haulier.embedded.cluster import reachable_binaries, system_identifier
from haulier.embedded.layout import lay_out
from haulier.errors import SetupFailed

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def told_by_proc(pid: int, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


@root_only
async def test_root_lets_somebody_else_run_the_server(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config) as server:
        status = told_by_proc(server.pid, "status").decode()
        owner = (config.home / "postgres" / "data").stat().st_uid
        account = pwd.getpwuid(owner)

        assert account.pw_name in {"haulier", "nobody"}
        assert f"Uid:\t{owner}\t{owner}\t{owner}\t{owner}\n" in status
        assert "CapEff:\t0000000000000000" in status
        assert f"Groups:\t{account.pw_gid} \n" in status or "Groups:\t \n" in status


@linux_only
async def test_nothing_of_our_environment_reaches_the_server(
    config: EmbeddedConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAULIER_SECRET", "s3" + "cret")
    monkeypatch.setenv("PGPORT", "1")
    async with EmbeddedPostgres(config) as server:
        names = {entry.split(b"=")[0] for entry in told_by_proc(server.pid, "environ").split(b"\0")}

        assert not {b"HAULIER_SECRET", b"PGPORT"} & names


async def test_passwords_and_folders_are_closed_to_others(fresh: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(fresh):
        root = fresh.home / "postgres"
        passwords = sorted((root / "passwords").iterdir())

        assert [path.name for path in passwords] == ["haulier_login", "haulier_owner", "postgres"]
        assert {mode(path) for path in passwords} == {0o600}
        assert {path.stat().st_uid for path in passwords} == {os.geteuid()}
        assert len({path.read_text() for path in passwords}) == 3
        for folder in ("data", "log", "socket", "passwords"):
            assert mode(root / folder) == 0o700, folder
        assert not (root / "initdb.password").exists()


@root_only
def test_a_home_that_the_account_cannot_reach_is_named_and_left_as_it_is(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    account = choose_account(None, data_dir=home / "none")

    with pytest.raises(SetupFailed, match=rf"may not pass {closed} .*/var/lib/haulier"):
        lay_out(closed / "deep" / "home", account)

    assert mode(closed) == 0o700
    assert list(closed.iterdir()) == []


@root_only
def test_a_tight_umask_does_not_close_the_home_to_the_server(home: Path) -> None:
    account = choose_account(None, data_dir=home / "none")
    assert account is not None
    before = os.umask(0o077)
    try:
        layout = lay_out(home / "deep" / "er", account)
    finally:
        os.umask(before)

    assert closed_folder(layout.data, account) is None


@root_only
async def test_a_wheel_that_the_account_cannot_reach_is_copied_once(
    config: EmbeddedConfig, home: Path
) -> None:
    closed = home / "closed"
    found = find_binaries(None)
    assert found.package is not None
    for folder in (found.package, found.package.with_name(f"{found.package.name}.libs")):
        shutil.copytree(folder, closed / folder.name)
    closed.chmod(0o700)
    hidden = replace(
        found,
        package=closed / found.package.name,
        bin_dir=closed / found.bin_dir.relative_to(found.package.parent),
    )
    layout = lay_out(config.home, choose_account(None, data_dir=home / "none"))

    copied = reachable_binaries(hidden, layout)

    assert copied.bin_dir.is_relative_to(layout.root)
    async with EmbeddedPostgres(replace(config, pg_bin=copied.bin_dir)) as server:
        connection = await asyncpg.connect(server.url)
        await connection.close()
    made = copied.bin_dir.stat().st_ino
    assert reachable_binaries(hidden, layout).bin_dir.stat().st_ino == made


@root_only
def test_a_systems_postgresql_that_the_account_cannot_reach_is_told(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    layout = lay_out(home, choose_account(None, data_dir=home / "none"))

    with pytest.raises(SetupFailed, match=f"may not pass {closed}"):
        reachable_binaries(replace(find_binaries(None), bin_dir=closed, package=None), layout)


@root_only
@pytest.mark.parametrize("name", ["root", "no-such-account"])
def test_the_server_does_not_run_as_root_or_nobody_known(name: str, home: Path) -> None:
    with pytest.raises(SetupFailed, match=name):
        choose_account(name, data_dir=home)


@root_only
def test_an_existing_data_folder_keeps_its_owner(home: Path) -> None:
    daemon = pwd.getpwnam("daemon")
    os.chown(home, daemon.pw_uid, daemon.pw_gid)

    assert choose_account(None, data_dir=home) == Account(
        name="daemon", uid=daemon.pw_uid, gid=daemon.pw_gid
    )


def test_the_outermost_closed_folder_is_answered(home: Path) -> None:
    stranger = Account(name="stranger", uid=54321, gid=54321)
    inner = home / "a" / "b"
    inner.mkdir(parents=True)
    assert closed_folder(inner, stranger) is None

    (home / "a").chmod(0o750)
    inner.chmod(0o700)

    assert closed_folder(inner, stranger) == home / "a"
    assert closed_folder(inner, replace(stranger, gid=(home / "a").stat().st_gid)) == inner


def test_a_deep_home_gets_a_short_socket_folder(home: Path) -> None:
    layout = lay_out(home / ("deep" * 20), None)

    assert len(os.fsencode(layout.socket_dir / ".s.PGSQL.65535")) <= 103
    assert mode(layout.socket_dir) == 0o700
    assert lay_out(home / ("deep" * 20), None).socket_dir == layout.socket_dir
    layout.socket_dir.rmdir()


def test_a_socket_folder_that_somebody_else_put_there_is_refused(home: Path) -> None:
    layout = lay_out(home / ("deep" * 20), None)
    layout.socket_dir.rmdir()
    layout.socket_dir.symlink_to(home)
    try:
        with pytest.raises(SetupFailed, match="is not ours"):
            lay_out(home / ("deep" * 20), None)
    finally:
        layout.socket_dir.unlink()


async def test_a_relative_home_is_refused() -> None:
    with pytest.raises(SetupFailed, match="must be absolute"):
        async with EmbeddedPostgres(EmbeddedConfig(home=Path("here"))):
            pytest.fail("must not start")


async def test_a_folder_of_another_major_version_is_refused(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config):
        pass
    marker = config.home / "postgres" / "data" / "PG_VERSION"
    marker.write_text("17\n")

    with pytest.raises(SetupFailed, match=r"made by PostgreSQL 17, .* pg_upgrade"):
        async with EmbeddedPostgres(config):
            pytest.fail("must not start")


async def test_a_lost_superuser_password_is_told(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config):
        pass
    (config.home / "postgres" / "passwords" / "postgres").unlink()

    with pytest.raises(SetupFailed, match=r"passwords/postgres is gone"):
        async with EmbeddedPostgres(config):
            pytest.fail("must not start")


async def test_an_initdb_that_was_cut_off_is_done_again(fresh: EmbeddedConfig) -> None:
    left = fresh.home / "postgres" / "data.unfinished"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    left.parent.chmod(0o711)

    async with EmbeddedPostgres(fresh):
        assert not left.exists()


def test_a_broken_data_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="not a whole PostgreSQL data folder"):
        system_identifier(tmp_path)
