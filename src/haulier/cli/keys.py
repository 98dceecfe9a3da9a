"""`haulier keys`: API keys, made and ended by whoever runs the database."""

from datetime import timedelta
from typing import Annotated, TypeAlias

import typer

from haulier.bootstrap import operator_runtime
from haulier.cli.configuration import ConfigOption, settings_for
from haulier.cli.loop import run_async
from haulier.cli.notices import notice
from haulier.cli.output import JsonOption, print_fields, print_json, print_line, print_table
from haulier.domain.access import ALL_PERMISSIONS, Permission
from haulier.domain.durations import parse_duration
from haulier.domain.ids import WorkspaceId, format_id, parse_id, parse_workspace_id
from haulier.errors import InvalidInput
from haulier.services.api_keys import ApiKey, NewKey
from haulier.settings import Settings

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

WorkspaceOption: TypeAlias = Annotated[
    str, typer.Option("--workspace", "-w", help="The workspace that the key is bound to.")
]


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="keys")


@app.command("create")
def create(
    workspace: WorkspaceOption,
    name: Annotated[str, typer.Option(help="What it is for.")] = "made on the command line",
    permissions: Annotated[
        list[str] | None,
        typer.Option("--permission", help="Such as jobs:read; repeatedly. Default: all."),
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Life, such as 30d. Default: none.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes a key and shows it, this once: only its digest is stored."""
    lives_for = None if expires is None else parse_duration(expires)
    key = run_async(
        _create(
            settings_for(config),
            parse_workspace_id(workspace),
            name,
            _permissions(permissions),
            lives_for,
        )
    )
    fields = {
        "id": key.id,
        "workspace": key.workspace_id,
        "permissions": sorted(key.permissions),
        "expires_at": key.expires_at,
        "key": key.text,
    }
    if as_json:
        print_json(fields)
        return
    print_fields(fields.items())
    notice("Keep it safe: it is shown this once.")


@app.command("list")
def list_keys(
    workspace: WorkspaceOption, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """A workspace's keys, newest first; never their secrets."""
    keys = run_async(_list(settings_for(config), parse_workspace_id(workspace)))
    rows = [
        {
            "id": format_id("key", key.id),
            "name": key.name,
            "permissions": sorted(key.permissions),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "revoked_at": key.revoked_at,
            "last_used_at": key.last_used_at,
        }
        for key in keys
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("id", "name", "permissions", "created", "expires", "revoked", "last used"),
        ([*row.values()] for row in rows),
    )


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="key_...")],
    workspace: WorkspaceOption,
    config: ConfigOption = None,
) -> None:
    """Ends a key for good; it stops working within a second everywhere."""
    run_async(_revoke(settings_for(config), parse_workspace_id(workspace), key_id))
    print_line(f"{key_id} is revoked.")


def _permissions(words: list[str] | None) -> frozenset[Permission]:
    if not words:
        return ALL_PERMISSIONS
    known = {permission.value for permission in Permission}
    unknown = sorted(set(words) - known)
    if unknown:
        raise InvalidInput(
            f"There is no permission {', '.join(unknown)}. Known: {', '.join(sorted(known))}."
        )
    return frozenset(Permission(word) for word in words)


async def _create(
    settings: Settings,
    workspace_id: WorkspaceId,
    name: str,
    permissions: frozenset[Permission],
    lives_for: timedelta | None,
) -> NewKey:
    async with operator_runtime(settings, notice) as runtime:
        return await runtime.api_keys.create(workspace_id, name, permissions, lives_for)


async def _list(settings: Settings, workspace_id: WorkspaceId) -> list[ApiKey]:
    async with operator_runtime(settings, notice) as runtime:
        return await runtime.api_keys.list_all(workspace_id)


async def _revoke(settings: Settings, workspace_id: WorkspaceId, key_id: str) -> None:
    async with operator_runtime(settings, notice) as runtime:
        await runtime.api_keys.revoke(workspace_id, parse_id("key", key_id))
