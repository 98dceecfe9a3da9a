"""`haulier workspaces`: making and listing them."""

from typing import Annotated

import typer

from haulier.bootstrap import operator_runtime
from haulier.cli.configuration import ConfigOption, settings_for
from haulier.cli.loop import run_async
from haulier.cli.notices import notice
from haulier.cli.output import JsonOption, print_json, print_line, print_table
from haulier.domain.ids import WorkspaceId, parse_workspace_id
from haulier.services.workspaces import Workspace
from haulier.settings import Settings

app = typer.Typer(help="Make and list workspaces.", no_args_is_help=True)


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="workspaces")


@app.command("create")
def create(
    workspace: Annotated[str, typer.Argument(help="1 to 32 of a-z, 0-9, _ and -.")],
    name: Annotated[str | None, typer.Option(help="For people. Default: the id.")] = None,
    config: ConfigOption = None,
) -> None:
    """Makes a workspace."""
    workspace_id = parse_workspace_id(workspace)
    run_async(_create(settings_for(config), workspace_id, name or workspace))
    print_line(f"Workspace {workspace_id} is there. Next: haulier keys create -w {workspace_id}")


@app.command("list")
def list_workspaces(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """All workspaces."""
    found = run_async(_list(settings_for(config)))
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "name", "fetch policy", "created"),
        ((one.workspace_id, one.name, one.fetch_policy or None, one.created_at) for one in found),
    )


async def _create(settings: Settings, workspace_id: WorkspaceId, name: str) -> None:
    async with operator_runtime(settings, notice) as runtime:
        await runtime.workspaces.create(workspace_id, name)


async def _list(settings: Settings) -> list[Workspace]:
    async with operator_runtime(settings, notice) as runtime:
        return await runtime.workspaces.list_page()
