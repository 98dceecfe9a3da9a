"""What an operator does on the command line: schema, keys, workspaces, settings."""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime

import asyncpg
import pytest

from haulier.cli.app import run
from haulier.cli.exit_codes import ExitCode
from haulier.settings import Settings
from support.postgres import Database

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def operate(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> Callable[..., tuple[int, str]]:
    """Runs a command on this test's own database; its exit code and stdout."""
    for name in [name for name in os.environ if name.startswith("HAULIER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HAULIER_DATABASE_URL", database.url)
    monkeypatch.setenv("HAULIER_DATABASE_ADMIN_URL", database.admin_url)

    def operated(*arguments: str) -> tuple[int, str]:
        code = run(arguments)
        return code, capsys.readouterr().out

    return operated


Operate = Callable[..., tuple[int, str]]


def read(operate: Operate, *arguments: str) -> object:
    code, out = operate(*arguments, "--json")
    assert code == 0, arguments
    return json.loads(out)


def test_the_schema_is_upgraded_looked_at_and_checked(operate: Operate) -> None:
    assert read(operate, "db", "upgrade") == {"applied": []}
    rows = read(operate, "db", "status")
    checked = operate("db", "check")
    sql = operate("db", "sql")
    none_since = operate("db", "sql", "--since", "9999")

    assert isinstance(rows, list)
    assert {row["state"] for row in rows} == {"applied"}
    assert checked == (0, "The schema is what this release wants.\n")
    assert "create table jobs (" in sql[1]
    assert none_since[1].strip() == ""


def look(database: Database, statement: str) -> list[str]:
    """The first column of each row, as the superuser sees it."""

    async def fetch() -> list[str]:
        connection = await asyncpg.connect(database.superuser_url)
        try:
            return [str(row[0]) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_a_key_is_shown_once_and_only_its_digest_is_kept(
    operate: Operate, database: Database
) -> None:
    operate("workspaces", "create", "shop")
    made = read(operate, "keys", "create", "-w", "shop", "--name", "for a test", "--expires", "30d")
    listed = operate("keys", "list", "-w", "shop")
    rows = read(operate, "keys", "list", "-w", "shop")

    assert isinstance(made, dict)
    assert isinstance(rows, list)
    secret = str(made["key"]).rpartition("_")[2]
    assert len(secret) >= 32
    assert secret not in listed[1] + json.dumps(rows)
    assert [row["name"] for row in rows] == ["for a test"]
    stored = "".join(look(database, "select row_to_json(k) from api_keys as k"))
    assert secret not in stored
    assert secret not in "".join(look(database, "select row_to_json(a) from audit_logs as a"))
    lives = datetime.fromisoformat(str(made["expires_at"])) - datetime.now(UTC)
    assert 29 <= lives.days <= 30


def test_a_revoked_key_is_listed_as_such(operate: Operate) -> None:
    operate("workspaces", "create", "shop")
    made = read(operate, "keys", "create", "-w", "shop", "--permission", "jobs:read")
    assert isinstance(made, dict)

    assert operate("keys", "revoke", str(made["id"]), "-w", "shop")[0] == 0

    rows = read(operate, "keys", "list", "-w", "shop")
    assert isinstance(rows, list)
    assert [(row["permissions"], row["revoked_at"] is not None) for row in rows] == [
        (["jobs:read"], True)
    ]


def test_a_change_of_what_a_workspace_may_fetch_is_in_the_audit_log(
    operate: Operate, database: Database
) -> None:
    operate("workspaces", "create", "shop", "--name", "The shop")
    opened = ("--allow", "192.0.2.0/24", "--deny", "192.0.2.7/32", "--port", "8443")

    assert operate("fetch", "policy", "set", "shop", *opened)[0] == 0
    assert operate("fetch", "policy", "set", "shop")[0] == 0

    entries = look(
        database,
        "select row_to_json(a) from audit_logs as a where a::text like '%192.0.2.0%'",
    )
    assert len(entries) == 2
    assert all("8443" in entry and "shop" in entry for entry in entries)
    rows = read(operate, "workspaces", "list")
    assert isinstance(rows, list)
    shop = next(row for row in rows if row["workspace_id"] == "shop")
    assert (shop["name"], shop["fetch_policy"]) == ("The shop", {})


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("workspaces", "create", "Not Valid"), ExitCode.USAGE),
        (("workspaces", "create", ""), ExitCode.USAGE),
        (("workspaces", "create", "a" * 33), ExitCode.USAGE),
        (("workspaces", "create", "twice"), ExitCode.CONFLICT),
        (("fetch", "policy", "set", "nowhere"), ExitCode.NOT_FOUND),
        (("fetch", "policy", "set", "twice", "--allow", "everything"), ExitCode.USAGE),
        (("fetch", "policy", "set", "twice", "--allow", "10.0.0.1/8"), ExitCode.USAGE),
        (("fetch", "policy", "set", "twice", "--port", "0"), ExitCode.USAGE),
        (("keys", "create", "-w", "nowhere"), ExitCode.NOT_FOUND),
        (("keys", "create", "-w", "twice", "--permission", "jobs:everything"), ExitCode.USAGE),
        (("keys", "create", "-w", "twice", "--expires", "soon"), ExitCode.USAGE),
        (("keys", "create"), ExitCode.USAGE),
        (("keys", "revoke", "key_nonsense", "-w", "twice"), ExitCode.NOT_FOUND),
        (("keys", "revoke", f"key_{'0' * 26}", "-w", "twice"), ExitCode.NOT_FOUND),
        (("db", "sql", "--since", "first"), ExitCode.USAGE),
        (("db", "nonsense"), ExitCode.USAGE),
    ],
)
def test_a_wrong_command_has_its_code_and_a_sentence(
    operate: Operate, capsys: Capture, arguments: tuple[str, ...], code: ExitCode
) -> None:
    operate("workspaces", "create", "twice")

    assert run(arguments) == code

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.strip()
    assert "Traceback" not in told.err


def test_config_check_shows_every_setting_and_no_secret(
    operate: Operate, database: Database
) -> None:
    rows = read(operate, "config", "check")
    shown = operate("config", "check")

    assert isinstance(rows, list)
    assert {row["name"] for row in rows} == {
        f"HAULIER_{name.upper()}" for name in Settings.model_fields
    }
    password = database.url.partition("@")[0].rpartition(":")[2]
    assert password not in shown[1] + json.dumps(rows)
    assert shown[1].rstrip().endswith("The settings are valid.")


def test_config_check_lists_what_is_wrong(
    operate: Operate, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("HAULIER_PORT", "http")
    monkeypatch.setenv("HAULIER_PROT", "8080")

    assert run(["config", "check"]) == ExitCode.FAILED

    told = capsys.readouterr().err
    assert "HAULIER_PORT" in told
    assert "HAULIER_PROT is no setting" in told


def test_a_database_that_is_not_there_is_told(
    operate: Operate, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for name in ("DATABASE_URL", "DATABASE_ADMIN_URL"):
        monkeypatch.setenv(
            f"HAULIER_{name}", "postgresql://ada:" + "secret1" + "@127.0.0.1:9/haulier"
        )

    assert run(["db", "status"]) == ExitCode.FAILED

    told = capsys.readouterr().err
    assert told.startswith("haulier: ")
    assert "secret1" not in told
    assert "Traceback" not in told
