"""S0-BR5, S0-NFR3b: secrets that come in anywhere come out nowhere.

Canaries of many families are put into args, labels, headers, URLs, exceptions, what handlers tell,
page content and the environment; jobs fail and succeed through real processes; then everything
that is kept or shown is searched. One exception stands: args and a handler's own result are the
customer's data and are kept as given.
"""

import asyncio
import json
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, field

import asyncpg
import httpx2
import pytest

from haulier.checks.report import from_json
from haulier.checks.report_html import render_html
from haulier.client import Haulier
from haulier.testing.canaries import Canaries
from haulier.testing.leaky_kinds import SECRET_VARIABLE
from haulier.testing.leaky_page import ServedPage
from stack.conftest import temporary_home
from stack.processes import Home, wait_until
from support.postgres import Database, cloned_database

pytestmark = pytest.mark.serial


SHOW_ARGS = ("jobs list --json", "jobs get")
"""These show jobs whole, with the customer's own args."""


@dataclass(slots=True)
class Spilled:
    """What is left after everything ran."""

    canaries: Canaries
    tables: dict[str, str] = field(default_factory=dict[str, str])
    logs: str = ""
    problems: list[str] = field(default_factory=list[str])
    answers: list[str] = field(default_factory=list[str])
    reports: list[str] = field(default_factory=list[str])
    commands: dict[str, str] = field(default_factory=dict[str, str])
    """What each printed, on stdout and stderr."""


@pytest.fixture(scope="module")
def spilled(fast_server: Database) -> Generator[Spilled]:
    canaries = Canaries()
    with ExitStack() as stack:
        database = stack.enter_context(cloned_database(fast_server, template="template1"))
        settings = {"DATABASE_URL": database.url, "DATABASE_ADMIN_URL": database.admin_url}
        home = stack.enter_context(temporary_home(**settings))
        home.extra[SECRET_VARIABLE] = canaries.one("environment", "github")
        home.extra["AWS_SECRET_ACCESS_KEY"] = canaries.value("environment")
        port = stack.enter_context(ServedPage(canaries))
        spilled = _run(home, canaries, port)
        spilled.tables = asyncio.run(_dump(database))
        yield spilled


def _run(home: Home, canaries: Canaries, port: int) -> Spilled:
    spilled = Spilled(canaries=canaries)
    url = f"http://127.0.0.1:{home.settings['PORT']}"
    with (
        home.started("api", "--app", "haulier.testing.leaky_kinds") as api,
        home.started("worker", "--app", "haulier.testing.leaky_kinds") as worker,
    ):
        worker.wait_for("worker.started")
        home.run("workspaces", "create", "shop")
        opened = ("--allow", "127.0.0.1/32", "--port", str(port))
        home.run("fetch", "policy", "set", "shop", *opened)
        key = json.loads(home.run("keys", "create", "-w", "shop", "--json").stdout)["key"]
        canaries.planted["made/own"] = key
        with Haulier(url, key) as haulier:
            wait_until(lambda: haulier.health.ready().is_ready or None, api.said)
            _spill_into_jobs(haulier, canaries, spilled)
            _spill_into_audits(haulier, canaries, port, spilled)
            _spill_into_requests(url, key, canaries, spilled)
            _look_from_the_command_line(home, url, key, canaries, spilled, port)
        spilled.logs = api.said() + worker.said()
    spilled.logs += api.said() + worker.said()
    return spilled


def _spill_into_jobs(haulier: Haulier, canaries: Canaries, spilled: Spilled) -> None:
    args = {
        "secret": canaries.sentence("args"),
        "told": canaries.sentence("told"),
        "raised": canaries.sentence("raised"),
    }
    labels = {"owner": "Ada", "note": canaries.one("label", "github")}
    kinds = ("leak.succeed", "leak.fail", "leak.permanent", "leak.thread")
    asked = [haulier.jobs.enqueue(kind, args, labels=labels) for kind in kinds]
    ended = [haulier.jobs.wait(job.id, timeout=30) for job in asked]
    assert [job.status for job in ended] == ["completed", "failed", "failed", "failed"]
    for job in ended:
        spilled.answers += [repr(job.error), repr(list(haulier.jobs.stream(job.id)))]


def _spill_into_audits(haulier: Haulier, canaries: Canaries, port: int, spilled: Spilled) -> None:
    query = f"api_key={canaries.value('query')}&token={canaries.one('query', 'github')}"
    asked = haulier.site_audits.create(f"http://shop.localhost:{port}/?{query}")
    for event in haulier.jobs.stream(asked.audit_id):
        spilled.answers.append(repr(event))
    document = haulier.jobs.result_bytes(asked.audit_id)
    spilled.reports += [document.decode(), render_html(from_json(document))]


def _spill_into_requests(url: str, key: str, canaries: Canaries, spilled: Spilled) -> None:
    secret = canaries.sentence("body").replace("\n", " ")
    odd = {
        "Authorization": f"Bearer {key}",
        "X-Api-Token": canaries.one("header", "stripe"),
        "Cookie": f"session={canaries.value('header')}",
        "X-Request-Id": canaries.one("header", "github"),
        "User-Agent": canaries.one("header", "slack"),
    }
    userinfo = canaries.value("userinfo")
    bodies: list[object] = [
        {"kind": "leak.succeed", "args": {"secret": 1, "password": secret}},
        {"kind": "leak.succeed", "args": {"secret": [secret], "told": {"a": secret}, "raised": ""}},
        {"kind": secret, "args": {}},
        {"kind": "site.audit", "args": {"url": f"http://ada:{userinfo}@shop.localhost/"}},
        {"kind": "site.audit", "args": {"url": "https://example.com/", "mode": secret}},
        {"kind": "leak.succeed", secret: 1},
        [secret],
    ]
    with httpx2.Client(base_url=url, headers=odd) as client:
        replies = [client.post("/v1/jobs", json=body) for body in bodies]
        replies += [
            client.post("/v1/jobs", content=f'{{"kind": "{secret}'),
            client.get("/v1/jobs", params={"status": secret, "cursor": secret}),
            client.get(f"/v1/jobs/{canaries.one('path', 'github')}"),
            client.get(
                "/v1/kinds", headers={"Authorization": f"Bearer {canaries.one('auth', 'own')}"}
            ),
            client.get("/v1/kinds", headers={"Authorization": f"Basic {canaries.value('auth')}"}),
        ]
    assert {reply.status_code // 100 for reply in replies} == {4}
    spilled.problems += [reply.text + repr(reply.headers) for reply in replies]


def _look_from_the_command_line(
    home: Home, url: str, key: str, canaries: Canaries, spilled: Spilled, port: int
) -> None:
    home.extra.update({"HAULIER_URL": url, "HAULIER_API_KEY": key})
    page = f"http://shop.localhost:{port}/?token={canaries.one('query', 'github')}"
    failed = json.loads(home.run("jobs", "list", "--status", "failed", "--json").stdout)
    commands = [
        ("jobs", "list"),
        ("jobs", "list", "--json"),
        ("jobs", "get", failed[0]["id"]),
        ("jobs", "events", failed[0]["id"]),
        ("config", "check"),
        ("config", "check", "--json"),
        ("keys", "list", "-w", "shop", "--json"),
        ("audit", page, "--json"),
        ("audit", f"http://ada:{canaries.value('userinfo')}@shop.localhost/"),
    ]
    for command in commands:
        ended = home.run(*command)
        spilled.commands[" ".join(command)] = ended.stdout + ended.stderr


async def _dump(database: Database) -> dict[str, str]:
    """Every row of every table and view as JSON, by table."""
    connection = await asyncpg.connect(database.superuser_url)
    try:
        names = await connection.fetch(
            "select quote_ident(schemaname) || '.' || quote_ident(name) as name from ("
            " select schemaname, tablename as name from pg_tables"
            " union all select schemaname, viewname from pg_views) as found"
            " where schemaname not in ('pg_catalog', 'information_schema')"
        )
        return {
            row["name"]: "\n".join(
                text[0]
                for text in await connection.fetch(
                    f"select (to_jsonb(t) - 'args')::text from {row['name']} as t"
                )
            )
            for row in names
        }
    finally:
        await connection.close()


def test_no_table_but_the_args_holds_a_secret(spilled: Spilled) -> None:
    found = {
        name: hits
        for name, text in spilled.tables.items()
        if (hits := spilled.canaries.found_in(text))
    }

    assert sum(map(len, spilled.tables.values())) > 10_000
    assert found == {}


def test_no_log_line_holds_a_secret(spilled: Spilled) -> None:
    assert spilled.logs.count("job.attempt") >= 6
    assert spilled.canaries.found_in(spilled.logs) == []


def test_no_problem_holds_a_secret(spilled: Spilled) -> None:
    assert len(spilled.problems) == 12
    assert [hits for text in spilled.problems if (hits := spilled.canaries.found_in(text))] == []


def test_no_error_or_event_that_the_api_shows_holds_a_secret(spilled: Spilled) -> None:
    told = "\n".join(spilled.answers)

    assert "progress" in told
    assert "permanent" in told
    assert spilled.canaries.found_in(told) == []


def test_no_report_holds_a_secret(spilled: Spilled) -> None:
    document, page = spilled.reports

    assert "sec.cookies" in document
    assert "<!doctype html>" in page.lower()
    assert spilled.canaries.found_in(document) == []
    assert spilled.canaries.found_in(page) == []


def test_no_command_shows_a_secret(spilled: Spilled) -> None:
    whole = {name: text for name, text in spilled.commands.items() if name.startswith(SHOW_ARGS)}
    others = "".join(
        text for name, text in spilled.commands.items() if not name.startswith(SHOW_ARGS)
    )

    assert "leak.fail" in others
    assert "HAULIER_DATABASE_URL" in others
    assert '"schema": "haulier.audit/1"' in others
    assert spilled.canaries.found_in(others) == []
    for text in whole.values():
        args = ["args/", "told/", "raised/", "query/"]
        assert spilled.canaries.found_in(text, but=args) == []
