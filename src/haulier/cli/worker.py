"""`haulier worker`: claims and runs jobs, alone."""

import asyncio
from typing import Annotated

import typer

from haulier.bootstrap import database_urls, ensure_schema, open_runtime
from haulier.cli.configuration import AppOption, ConfigOption, settings_for, write_logs
from haulier.cli.exit_codes import ExitCode
from haulier.cli.loop import on_stop, run_async
from haulier.cli.notices import notice
from haulier.cli.parent import ParentOption, tie_to
from haulier.settings import Settings
from haulier.worker.worker import Worker


def mount(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("worker")(worker)


def worker(
    concurrency: Annotated[
        int | None, typer.Option(help="Jobs at the same time. Default: HAULIER_WORKER_CONCURRENCY.")
    ] = None,
    queue: Annotated[
        list[str] | None, typer.Option(help="Queue to serve; repeatedly. Default: its kinds'.")
    ] = None,
    config: ConfigOption = None,
    app: AppOption = None,
    parent: ParentOption = None,
) -> None:
    """Runs jobs until SIGTERM or Ctrl-C, then finishes or hands back what it holds."""
    tie_to(parent)
    queues = tuple(queue) if queue else None
    overrides = {"worker_concurrency": concurrency, "worker_queues": queues}
    settings = settings_for(config, overrides, app)
    write_logs(settings)
    # uvloop opens sockets in C, past the guard.
    loop = asyncio.new_event_loop if settings.egress_guard == "on" else None
    run_async(_work(settings), loop=loop)


async def _work(settings: Settings) -> None:
    async with database_urls(settings, notice) as urls:
        await ensure_schema(urls)
        async with open_runtime(settings, urls.url) as runtime:
            await runtime.maintenance.run_once()
            worker = Worker(runtime.worker, runtime.handlers, runtime.worker_config)
            async with on_stop(worker.stop):
                await worker.run()
            if worker.is_spent:
                raise typer.Exit(ExitCode.RECYCLED)
