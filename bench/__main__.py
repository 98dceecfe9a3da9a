"""`make bench`: runs everything once and prints a table; JSON goes to bench/out."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from rich.console import Console
from rich.table import Table

from bench import baseline, engine, http_load
from bench.figures import Figure, latency, rate
from haulier.bootstrap import Runtime, database_config, open_runtime, upgrade_schema
from haulier.cli.stack import free_port
from haulier.cli.up import ensure_workspace
from haulier.domain.access import ALL_PERMISSIONS, Principal
from haulier.embedded import EmbeddedConfig, EmbeddedPostgres
from haulier.embedded.binaries import find_binaries
from haulier.settings import Settings, environment_with, load_settings
from haulier.store.database import open_database

DRAINED = 20_000
QUEUED = 1_000_000
OUT = Path("bench/out")


async def main() -> None:
    """All figures, in the order in which they disturb each other least."""
    with TemporaryDirectory(prefix="haulier-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        async with EmbeddedPostgres(EmbeddedConfig(home=home)) as server:
            await upgrade_schema(server.admin_url)
            settings = load_settings(
                overrides={"home": home, "port": free_port(), "kinds_modules": ("bench.kinds",)}
            )
            async with open_runtime(settings, server.url) as runtime:
                figures = await measure(settings, runtime, server)
    show(figures)
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2))
    sys.stdout.write(f"{path}\n")


async def measure(settings: Settings, runtime: Runtime, server: EmbeddedPostgres) -> list[Figure]:
    """Runs every measurement against one server."""
    workspace_id = await ensure_workspace(runtime, "bench")
    await runtime.api.kinds.declare([one.kind for one in runtime.handlers.values()])
    key = await runtime.api_keys.create(workspace_id, "bench")
    principal = Principal(workspace_id=workspace_id, actor="bench", permissions=ALL_PERMISSIONS)
    pg_bin = find_binaries(None).bin_dir
    commits = await baseline.commits_per_second(pg_bin, server.superuser_url, 1, 5)
    figures = [
        Figure(
            name="baseline: one-row insert commits, 1 client",
            value=f"{commits:,.0f}/s",
            data={"per_second": commits},
        )
    ]
    payload: dict[str, object] = {"kind": "bench.noop", "args": {}, "queue": "parked"}
    async with process("api", settings, server):
        await wait_for_port(settings)
        for connections, requests in ((1, 500), (32, 4000)):
            seconds, per_second = await http_load.measure(
                settings.url, key.text, connections, requests, payload
            )
            words = f"enqueue over HTTP, {connections} connections"
            figures.append(latency(words, seconds, "limit p99 200 ms"))
            figures.append(rate(f"{words}, rate", per_second, commits, "commits"))
    async with process("worker", settings, server):
        await asyncio.sleep(2)
        results = runtime.api.results
        figures.append(await engine.pickup(runtime.api.jobs, results, principal, 100))
    async with open_database(database_config(settings, server.url)) as database:
        bulk = await engine.enqueue_many(database, principal, DRAINED)
        figures.append(rate("bulk enqueue, 1,000 a statement", bulk, commits, "commits"))
        async with process("worker", settings, server):
            figures.append(await engine.drain(server.superuser_url, DRAINED, commits))
    await engine.fill(server.superuser_url, QUEUED)
    claim, held = await engine.claims(runtime.worker.attempts, 300)
    figures += [claim, await engine.progress(runtime.worker.attempts, held, 1000)]
    return figures


@asynccontextmanager
async def process(
    name: str, settings: Settings, server: EmbeddedPostgres
) -> AsyncGenerator[Process]:
    """A process of haulier, as an operator would start it, with its defaults."""
    environment = environment_with(
        {
            "HOME": str(settings.home),
            "DATABASE_URL": server.url,
            "DATABASE_ADMIN_URL": server.admin_url,
            "PORT": str(settings.port),
            "KINDS_MODULES": "bench.kinds",
        }
    )
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "haulier", name), env=environment, stdin=DEVNULL, stderr=DEVNULL
    )
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        await running.wait()


async def wait_for_port(settings: Settings) -> None:
    """Returns when the API accepts connections; at most a minute."""
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection(settings.bind, settings.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def show(figures: list[Figure]) -> None:
    """Prints the table."""
    table = Table("figure", "measured", "beside", title="haulier, quick benchmark")
    for figure in figures:
        table.add_row(figure.name, figure.value, figure.beside)
    Console().print(table)


uvloop.run(main())
