"""Plants canaries in a throw-away installation, then looks for them in all that it keeps and says.

Planted: args, labels, what handlers tell and raise, request bodies, header fields, URLs and
queries, the environment, a fetched page and its header fields. Searched: every table, the log
lines, the events, the problems, the reports.
"""

import asyncio
import re
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2
import msgspec

from haulier.bootstrap import (
    DatabaseUrls,
    Runtime,
    dump_tables,
    open_runtime,
    upgrade_schema,
)
from haulier.checks.report import from_json
from haulier.checks.report_html import render_html
from haulier.cli.configuration import settings_for
from haulier.cli.stack import free_port, running_stack
from haulier.client import Haulier
from haulier.domain.ids import parse_workspace_id
from haulier.embedded import EmbeddedConfig, EmbeddedPostgres
from haulier.settings import Settings
from haulier.testing.canaries import Canaries
from haulier.testing.leaky_kinds import SECRET_VARIABLE
from haulier.testing.leaky_page import ServedPage

_WORKSPACE: Final = "doctor"
_KINDS: Final = ("leak.succeed", "leak.fail", "leak.permanent", "leak.thread")
_LOGS: Final = ("api", "worker")
_PARTITION: Final = re.compile(r"_\d{8}$")
_WAIT_SECONDS: Final = 60


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """One place and what was found there."""

    place: str
    size: int
    """Characters that were searched."""
    hits: list[str]
    """Names of the canaries, `input/family`."""
    by_design: bool = False
    """The customer's own data, kept as given."""


@dataclass(slots=True)
class Spilled:
    """What the installation kept and said."""

    canaries: Canaries = field(default_factory=Canaries)
    texts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def keep(self, place: str, texts: Iterable[str]) -> None:
        """Notes texts of one place."""
        self.texts.setdefault(place, []).extend(texts)

    def search(self) -> list[Searched]:
        """Every place with its hits."""
        return [
            Searched(
                place=place,
                size=sum(map(len, texts)),
                hits=sorted({hit for text in texts for hit in self.canaries.found_in(text)}),
                by_design=place == "job args",
            )
            for place, texts in self.texts.items()
        ]


async def hunt(notify: Callable[[str], None]) -> list[Searched]:
    """Starts everything in a temporary home, plants, runs, stops, searches."""
    spilled = Spilled()
    with _temporary_home() as home:
        overrides = {
            "home": home,
            "port": free_port(),
            "kinds_modules": ("haulier.testing.leaky_kinds",),
        }
        settings = settings_for(None, overrides)
        async with EmbeddedPostgres(EmbeddedConfig(home=home), notify=notify) as server:
            await upgrade_schema(server.admin_url)
            urls = DatabaseUrls(url=server.url, admin_url=server.admin_url, embedded=True)
            async with open_runtime(settings, server.url) as runtime:
                await _run(settings, urls, runtime, spilled)
            tables = await dump_tables(server.superuser_url, leave_out="args")
            whole = await dump_tables(server.superuser_url, leave_out="")
        spilled.keep("job args", [text for name, text in whole.items() if name.startswith("jobs")])
        for name, text in sorted(tables.items()):
            spilled.keep(f"table {_PARTITION.sub('', name)}", [text])
        spilled.keep("log lines", [(home / "logs" / f"{name}.log").read_text() for name in _LOGS])
    return spilled.search()


@contextmanager
def _temporary_home() -> Generator[Path]:
    with TemporaryDirectory(prefix="haulier-doctor-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the database server's own account passes through
        yield home


async def _run(settings: Settings, urls: DatabaseUrls, runtime: Runtime, spilled: Spilled) -> None:
    workspace_id = parse_workspace_id(_WORKSPACE)
    await runtime.workspaces.create(workspace_id, _WORKSPACE)
    key = (await runtime.api_keys.create(workspace_id, "doctor")).text
    spilled.canaries.planted["made/own"] = key
    secret = {SECRET_VARIABLE.removeprefix("HAULIER_"): spilled.canaries.one("environment", "aws")}
    with ServedPage(spilled.canaries) as port:
        policy: dict[str, object] = {"allow": ["127.0.0.1/32"], "ports": [port]}
        await runtime.workspaces.set_fetch_policy(workspace_id, policy)
        logs = settings.home / "logs"
        async with running_stack(settings, urls, environment=secret, logs=logs) as stack:
            await asyncio.to_thread(_spill, stack.url, key, port, spilled)


def _spill(url: str, key: str, port: int, spilled: Spilled) -> None:
    with Haulier(url, key) as haulier:
        _into_jobs(haulier, spilled)
        _into_audits(haulier, port, spilled)
    _into_requests(url, key, spilled)


def _into_jobs(haulier: Haulier, spilled: Spilled) -> None:
    canaries = spilled.canaries
    args = {
        "secret": canaries.sentence("args"),
        "told": canaries.sentence("told"),
        "raised": canaries.sentence("raised"),
    }
    labels = {"note": canaries.one("label", "github")}
    asked = [haulier.jobs.enqueue(kind, args, labels=labels) for kind in _KINDS]
    for one in asked:
        job = haulier.jobs.wait(one.id, timeout=_WAIT_SECONDS)
        spilled.keep("job errors", [repr(job.error)])
        spilled.keep("events", map(repr, haulier.jobs.stream(job.id)))


def _into_audits(haulier: Haulier, port: int, spilled: Spilled) -> None:
    canaries = spilled.canaries
    query = f"api_key={canaries.value('query')}&token={canaries.one('query', 'github')}"
    asked = haulier.site_audits.create(f"http://shop.localhost:{port}/?{query}")
    spilled.keep("events", map(repr, haulier.jobs.stream(asked.audit_id)))
    document = haulier.jobs.result_bytes(asked.audit_id)
    spilled.keep("reports", [document.decode(), render_html(from_json(document))])


def _into_requests(url: str, key: str, spilled: Spilled) -> None:
    canaries = spilled.canaries
    secret = canaries.sentence("body").replace("\n", " ")
    headers = {
        "Authorization": f"Bearer {key}",
        "X-Api-Token": canaries.one("header", "stripe"),
        "Cookie": f"session={canaries.value('header')}",
        "X-Request-Id": canaries.one("header", "github"),
        "User-Agent": canaries.one("header", "slack"),
    }
    audited = f"http://ada:{canaries.value('userinfo')}@shop.localhost/"
    bodies: list[object] = [
        {"kind": "leak.succeed", "args": {"secret": 1, "password": secret}},
        {"kind": secret, "args": {}},
        {"kind": "site.audit", "args": {"url": audited}},
        {"kind": "leak.succeed", secret: 1},
    ]
    wrong = {"Authorization": f"Bearer {canaries.one('credential', 'own')}"}
    with httpx2.Client(base_url=url, headers=headers) as client:
        replies = [client.post("/v1/jobs", json=body) for body in bodies]
        replies += [
            client.post("/v1/jobs", content=f'{{"kind": "{secret}'),
            client.get("/v1/jobs", params={"status": secret, "cursor": secret}),
            client.get(f"/v1/jobs/{canaries.one('path', 'github')}"),
            client.get("/v1/kinds", headers=wrong),
        ]
    spilled.keep("problems", [reply.text + repr(reply.headers) for reply in replies])
