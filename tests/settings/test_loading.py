"""Settings from the command line, the environment and the file: which wins, and what is wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from haulier.errors import ConfigurationInvalid
from haulier.settings import Settings, describe_settings, load_settings
from haulier.settings.model import default_home

Write = Callable[[str | bytes], Path]
PASSWORD = "pw" + "-of-nobody-" + "1234567890"
URL = f"postgresql://ada:{PASSWORD}@db.example:5432/haulier"

WRONG = {
    "HOME": ["relative/path", "\x01"],
    "DATABASE_URL": [
        "mysql://db/haulier",
        "db.example",
        "postgresql",
        f"://{PASSWORD}",
        "http://[",
    ],
    "DATABASE_ADMIN_URL": ["sqlite:///x", f"{PASSWORD}"],
    "DB_POOL_SIZE": ["0", "-1", "1001", "ten", "1.5", "9" * 400, "1e3"],
    "DB_STATEMENT_TIMEOUT_MS": ["99", "3600001", "1s"],
    "PORT": ["-1", "65536", "http", "80 80", "²"],
    "AUTH": ["ON", "none", "true", "0"],
    "BODY_LIMIT_BYTES": ["1023", "104857601", "1MB"],
    "WORKER_CONCURRENCY": ["0", "10001", "many"],
    "LEASE_S": ["0", "3601", "nan", "inf", "-5"],
    "HEARTBEAT_S": ["0", "1201", "nan", "20"],
    "POLL_MS": ["9", "60001", ""],
    "SHUTDOWN_GRACE_S": ["-1", "86401", "nan", "forever"],
    "RESULT_TTL_S": ["59", "315360001"],
    "EVENT_TTL_S": ["604799", "1d"],
    "AUDIT_TTL_S": ["1", "-604800"],
    "LOG_FORMAT": ["xml", "JSON"],
    "LOG_LEVEL": ["trace", "INFO", "10"],
}


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No setting of the machine, and an empty current folder."""
    for name in [name for name in os.environ if name.startswith("HAULIER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HAULIER_HOME", str(tmp_path))
    return monkeypatch


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def into_file(content: str | bytes) -> Path:
        path = tmp_path / "haulier.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return into_file


def problems() -> str:
    with pytest.raises(ConfigurationInvalid) as caught:
        load_settings()
    return caught.value.detail


def test_every_setting_is_documented_and_has_a_default() -> None:
    settings = load_settings()

    rows = describe_settings(settings)
    assert {row.name for row in rows} == {
        f"HAULIER_{name.upper()}" for name in Settings.model_fields
    }
    assert all(len(row.description) > 15 for row in rows)


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in WRONG.items() for value in values if value],
)
def test_a_wrong_variable_is_named(clean: pytest.MonkeyPatch, name: str, value: str) -> None:
    clean.setenv(f"HAULIER_{name}", value)

    said = problems()

    assert name in said
    assert PASSWORD not in said
    assert len(said) < 1000


def test_every_problem_is_told_at_once_with_its_origin(
    clean: pytest.MonkeyPatch, write: Write
) -> None:
    path = write('port = 99999\nlog_level = "loud"\nno_such_thing = 1\n[worker]\nconcurrency = 0\n')
    clean.setenv("HAULIER_LEASE_S", "0")
    clean.setenv("HAULIER_AUTH", "maybe")
    clean.setenv("HAULIER_LEASE", "30")

    said = problems()

    lines = {
        line.split(":")[0].split(" (")[0].removeprefix("  - "): line for line in said.splitlines()
    }
    for name in ("PORT", "LOG_LEVEL", "WORKER_CONCURRENCY", "NO_SUCH_THING"):
        assert str(path.name) in lines[f"HAULIER_{name}"]
    for name in ("LEASE_S", "AUTH"):
        assert path.name not in lines[f"HAULIER_{name}"]
    assert "HAULIER_LEASE is no setting of haulier" in said


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(
    clean: pytest.MonkeyPatch, write: Write
) -> None:
    write("port = 1001\npoll_ms = 1001\nlease_s = 101\n")
    clean.setenv("HAULIER_PORT", "1002")
    clean.setenv("HAULIER_POLL_MS", "1002")

    settings = load_settings(overrides={"port": 1003})

    found = (settings.port, settings.poll_ms, settings.lease_s, settings.db_pool_size)
    assert found == (1003, 1002, 101, 10)
    origins = {row.name: row.origin for row in describe_settings(settings)}
    assert origins["HAULIER_POLL_MS"] == "environment"
    assert origins["HAULIER_LEASE_S"] == "file"
    assert origins["HAULIER_DB_POOL_SIZE"] == "default"


def test_an_empty_variable_counts_as_unset(clean: pytest.MonkeyPatch, write: Write) -> None:
    write("port = 1001\n")
    for name in Settings.model_fields:
        clean.setenv(f"HAULIER_{name.upper()}", "")

    settings = load_settings()

    assert settings.port == 1001
    assert settings.worker_concurrency == 10


def test_secrets_are_in_no_repr_table_or_error(clean: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_ADMIN_URL"):
        clean.setenv(f"HAULIER_{name}", URL)
    clean.setenv("HAULIER_CURSOR_KEY", PASSWORD)
    settings = load_settings()
    clean.setenv("HAULIER_PORT", "x")

    shown = repr(settings) + str(settings) + repr(describe_settings(settings)) + problems()

    assert "DATABASE_URL" in shown
    assert PASSWORD not in shown
    assert PASSWORD not in str(settings.model_dump())


def test_modules_of_kinds_come_from_a_table_of_the_file(write: Write) -> None:
    write('[kinds]\nmodules = ["shop.jobs", "harbour.jobs"]\n')

    assert load_settings().kinds_modules == ("shop.jobs", "harbour.jobs")


def test_lists_in_the_environment_are_split_at_commas(clean: pytest.MonkeyPatch) -> None:
    clean.setenv("HAULIER_KINDS_MODULES", " shop.jobs, ,harbour.jobs,")

    assert load_settings().kinds_modules == ("shop.jobs", "harbour.jobs")


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02",
        b"\xff\xfe",
        b"port = ",
        b"port = 1\nport = 2",
        b"[kinds\n",
        b'port = "80"]',
        b"= 1",
        b"a" * 2_000_000,
        b"[" * 100_000,
        b"x = " + b"[" * 100_000,
        b"x = " + b"{a=" * 50_000,
    ],
)
def test_a_file_that_is_no_toml_is_named(write: Write, content: bytes) -> None:
    path = write(content)

    said = problems()

    assert path.name in said
    assert len(said) < 2000


@pytest.mark.parametrize(
    "content",
    [
        'port = "http"',
        "port = [80]",
        "port = {a = 1}",
        "port = 1979-05-27",
        "kinds_modules = 7",
        "kinds_modules = [7]",
        "[kinds]\nmodules = {a = 1}",
        "[kinds]\nmodules = [[]]",
        "pg_bin = 7",
        "database_url = 7",
        "[[port]]\na = 1",
        "HAULIER_PORT = 80",
        '"" = 1',
        '"a b" = 1',
        "[database]\nurls = 1",
        "[database.url.deep]\na = 1",
    ],
)
def test_a_wrong_value_in_the_file_is_told_with_the_file(write: Write, content: str) -> None:
    path = write(content)

    assert path.name in problems()


def test_a_file_that_is_not_there_or_no_file_is_told(
    clean: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        clean.setenv("HAULIER_CONFIG", str(path))
        assert str(path) in problems()


def test_a_huge_file_is_refused_without_being_read(write: Write) -> None:
    path = write("")
    with path.open("r+b") as stream:
        stream.truncate(10_000_000_000)

    assert path.name in problems()


def test_things_that_do_not_fit_together_are_told_together(clean: pytest.MonkeyPatch) -> None:
    clean.setenv("HAULIER_HEARTBEAT_S", "20")
    clean.setenv("HAULIER_AUTH", "off")
    clean.setenv("HAULIER_BIND", "0.0.0.0")
    clean.setenv("HAULIER_HOME", "relative")

    said = problems()

    assert "HEARTBEAT_S must be at most a third" in said
    assert "only possible with BIND on loopback" in said
    assert "HOME must be an absolute path" in said


def test_the_home_follows_root_xdg_and_the_user(clean: pytest.MonkeyPatch) -> None:
    clean.setattr("os.geteuid", lambda: 0)
    clean.setenv("XDG_DATA_HOME", "/data")
    as_root = default_home()
    clean.setattr("os.geteuid", lambda: 1000)
    clean.setenv("HOME", "/home/ada")
    with_xdg = default_home()
    clean.setenv("XDG_DATA_HOME", "relative")
    relative = default_home()
    clean.delenv("XDG_DATA_HOME")

    assert as_root == Path("/var/lib/haulier")
    assert with_xdg == Path("/data/haulier")
    assert relative == default_home() == Path("/home/ada/.local/share/haulier")
