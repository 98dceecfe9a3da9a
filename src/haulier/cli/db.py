"""`haulier db`: the schema, brought up to date and looked at."""

from typing import Annotated

import typer

from haulier.bootstrap import (
    MigrationStatus,
    check_schema,
    database_urls,
    migration_sql,
    schema_status,
    upgrade_schema,
)
from haulier.cli.configuration import ConfigOption, settings_for
from haulier.cli.loop import run_async
from haulier.cli.notices import notice
from haulier.cli.output import JsonOption, print_json, print_line, print_table
from haulier.settings import Settings

app = typer.Typer(help="Bring the database's schema up to date, or look at it.")


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="db")


@app.command("upgrade")
def upgrade(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Runs the migrations that are pending; safe to run from many places at once."""
    applied = run_async(_upgrade(settings_for(config)))
    if as_json:
        print_json({"applied": applied})
        return
    for name in applied:
        print_line(f"applied {name}")
    if not applied:
        print_line("The schema is up to date.")


@app.command("status")
def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Every migration and whether it has run here."""
    rows = run_async(_status(settings_for(config)))
    if as_json:
        print_json(rows)
        return
    print_table(
        ("number", "name", "stage", "state", "applied at", "by"),
        (
            (row.number, row.name, row.stage, row.state, row.applied_at, row.haulier_version)
            for row in rows
        ),
    )


@app.command("check")
def check(config: ConfigOption = None) -> None:
    """Fails, and says why, unless the schema is exactly what this release wants."""
    run_async(_check(settings_for(config)))
    print_line("The schema is what this release wants.")


@app.command("sql")
def sql(
    since: Annotated[int, typer.Option(help="Leave out migrations up to this number.")] = 0,
) -> None:
    """Prints the SQL of the migrations, for those who run it by other means."""
    print_line(migration_sql(since))


async def _upgrade(settings: Settings) -> list[str]:
    async with database_urls(settings, notice) as urls:
        return [migration.name for migration in await upgrade_schema(urls.admin_url)]


async def _status(settings: Settings) -> list[MigrationStatus]:
    async with database_urls(settings, notice) as urls:
        return await schema_status(urls.admin_url)


async def _check(settings: Settings) -> None:
    async with database_urls(settings, notice) as urls:
        await check_schema(urls.admin_url)
