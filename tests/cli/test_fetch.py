"""`haulier fetch`: verdicts without a database, policies with one."""

import asyncio
import json
from collections.abc import Callable

import asyncpg
import pytest

from haulier.safefetch import Resolver
from support.postgres import Database

Haulier = Callable[..., int]


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look-ups that need no network."""

    async def look_up(_self: Resolver, host: str) -> list[str]:
        known = {"shop.example": ["93.184.215.14"], "two.example": ["93.184.215.14", "10.1.2.3"]}
        return known[host]

    monkeypatch.setattr(Resolver, "__call__", look_up)


def test_a_public_url_passes_every_step(
    haulier: Haulier, capsys: pytest.CaptureFixture[str]
) -> None:
    assert haulier("fetch", "check", "https://shop.example/a?token=abc") == 0

    told = capsys.readouterr().out
    assert "well_formed" in told
    assert "93.184.215.14" in told
    assert "It would be fetched." in told
    assert "token" not in told


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://two.example/", "private"),
        ("http://169.254.169.254/", "cloud_metadata"),
        ("http://user@shop.example/", "userinfo"),
        ("ftp://shop.example/", "scheme"),
        ("", "empty_url"),
        ("http://shop.example:22/", "port"),
        ("http://shop.example/\x1b[31m", "control_character"),
    ],
)
def test_a_refused_url_ends_with_exit_6_and_its_reason(
    haulier: Haulier, capsys: pytest.CaptureFixture[str], url: str, reason: str
) -> None:
    """S0-FR5a, S0-FR5c."""
    assert haulier("fetch", "check", "--json", "--", url) == 6

    told = json.loads(capsys.readouterr().out)
    assert not told["allowed"]
    assert [step["reason"] for step in told["steps"] if not step["passed"]] == [reason]


def test_a_workspace_s_policy_is_shown_explained_and_kept_in_the_audit_log(
    haulier: Haulier,
    database: Database,
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """S0-NFR3a."""
    environment.setenv("HAULIER_DATABASE_URL", database.url)
    environment.setenv("HAULIER_DATABASE_ADMIN_URL", database.admin_url)
    assert haulier("workspaces", "create", "shop") == 0
    check = ("fetch", "check", "http://two.example:8080/", "-w", "shop", "--json")

    assert haulier(*check) == 6
    opened = ("--allow", "10.1.0.0/16", "--port", "8080")
    assert haulier("fetch", "policy", "set", "shop", *opened) == 0
    assert haulier(*check) == 0
    assert haulier("fetch", "policy", "set", "shop", "--deny", "93.184.215.0/24") == 0
    assert haulier(*check) == 6
    capsys.readouterr()
    assert haulier("fetch", "policy", "show", "shop", "--json") == 0

    assert json.loads(capsys.readouterr().out) == {"deny": ["93.184.215.0/24"]}
    first = {"allow": ["10.1.0.0/16"], "ports": [8080]}
    assert _changes(database) == [
        {"before": {}, "after": first},
        {"before": first, "after": {"deny": ["93.184.215.0/24"]}},
    ]


@pytest.mark.parametrize(
    "options", [("--allow", "10.0.0.1/8"), ("--deny", "everything"), ("--port", "70000")]
)
def test_a_policy_that_makes_no_sense_changes_nothing(
    haulier: Haulier,
    database: Database,
    environment: pytest.MonkeyPatch,
    options: tuple[str, str],
) -> None:
    environment.setenv("HAULIER_DATABASE_URL", database.url)
    environment.setenv("HAULIER_DATABASE_ADMIN_URL", database.admin_url)
    assert haulier("workspaces", "create", "shop") == 0

    assert haulier("fetch", "policy", "set", "shop", *options) == 2
    assert haulier("fetch", "policy", "set", "nowhere", "--port", "81") == 3

    assert _changes(database) == []


def _changes(database: Database) -> list[object]:
    async def read() -> list[object]:
        connection = await asyncpg.connect(database.superuser_url)
        try:
            rows = await connection.fetch(
                "select request_details from audit_logs where action = 'workspace.set_fetch_policy'"
                " order by id"
            )
        finally:
            await connection.close()
        return [json.loads(row["request_details"]) for row in rows]

    return asyncio.run(read())
