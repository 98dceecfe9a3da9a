"""`haulier up`: everything on this machine, in the foreground."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from haulier.bootstrap import Runtime
from haulier.cli.configuration import AppOption, ConfigOption, settings_for, write_logs
from haulier.cli.credentials import Credentials, read_credentials, write_credentials
from haulier.cli.loop import on_stop, run_async
from haulier.cli.notices import notice
from haulier.cli.output import print_line
from haulier.cli.stack import Stack, free_port, prepared, running_stack
from haulier.domain.ids import WorkspaceId, parse_workspace_id
from haulier.errors import Conflict, SetupFailed, Unauthenticated
from haulier.settings import Settings

WORKSPACE: Final = "default"


def mount(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("up")(up)


def up(
    port: Annotated[int | None, typer.Option(help="Port. Default: HAULIER_PORT.")] = None,
    config: ConfigOption = None,
    app: AppOption = None,
) -> None:
    """Runs PostgreSQL, the API and one worker until Ctrl-C; a second `up` finds its data.

    With HAULIER_DATABASE_URL it uses that server and starts none.
    """
    settings = settings_for(config, {"port": port}, app)
    if settings.port == 0:
        settings = settings_for(config, {"port": free_port()}, app)
    write_logs(settings, "console")
    run_async(_up(settings))


async def ensure_workspace(runtime: Runtime, name: str) -> WorkspaceId:
    """The workspace, made where it is missing."""
    workspace_id = parse_workspace_id(name)
    try:
        await runtime.workspaces.create(workspace_id, name)
    except Conflict:
        return workspace_id
    return workspace_id


async def ensure_credentials(
    runtime: Runtime, home: Path, workspace: str, url: str
) -> tuple[Credentials, bool]:
    """A key for the workspace, kept in the data home; True when it was made just now.

    A kept key that the database does not know (another database, or revoked) is replaced.
    """
    workspace_id = await ensure_workspace(runtime, workspace)
    kept = read_credentials(home)
    if kept is not None and await _works(runtime, kept.api_key):
        if kept.url != url:
            kept = Credentials(url=url, api_key=kept.api_key)
            write_credentials(home, kept)
        return kept, False
    key = await runtime.api_keys.create(workspace_id, "made by haulier up")
    credentials = Credentials(url=url, api_key=key.text)
    write_credentials(home, credentials)
    return credentials, True


async def _works(runtime: Runtime, api_key: str) -> bool:
    try:
        await runtime.api.auth.authenticate(api_key)
    except Unauthenticated:
        return False
    return True


async def _up(settings: Settings) -> None:
    stopping = asyncio.Event()
    async with on_stop(stopping.set), prepared(settings, notice) as ready:
        credentials, made = await ensure_credentials(
            ready.runtime, settings.home, WORKSPACE, settings.url
        )
        async with running_stack(settings, ready.urls) as stack:
            _greet(settings, stack, credentials, made=made)
            await _until_stopped(stopping, stack)
            notice("Stopping ...")
    notice("Stopped. Your data is kept; `haulier up` finds it again.")


def _greet(settings: Settings, stack: Stack, credentials: Credentials, *, made: bool) -> None:
    print_line(f"haulier is up at {stack.url}  (reference: {stack.url}/v1/docs)")
    print_line(f"Workspace {WORKSPACE}, data in {settings.home}")
    if made:
        print_line(f"API key, shown this once: {credentials.api_key}")
    print_line("Try: haulier audit https://example.com    Stop: Ctrl-C")


async def _until_stopped(stopping: asyncio.Event, stack: Stack) -> None:
    """Waits for Ctrl-C. Raises SetupFailed when the API or the worker ends by itself."""
    async with asyncio.TaskGroup() as tasks:
        waits = {
            tasks.create_task(process.wait()): name for name, process in stack.processes.items()
        }
        stop = tasks.create_task(stopping.wait())
        done, _ = await asyncio.wait([stop, *waits], return_when=asyncio.FIRST_COMPLETED)
        for task in (stop, *waits):
            task.cancel()
        ended = [waits[task] for task in done if task in waits]
    if ended and not stopping.is_set():
        raise SetupFailed(f"The {ended[0]} process ended by itself; its last lines are above.")
