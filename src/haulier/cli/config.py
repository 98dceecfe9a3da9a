"""`haulier config`: the settings as they come out."""

import typer

from haulier.cli.configuration import ConfigOption, settings_for
from haulier.cli.output import JsonOption, print_json, print_line, print_table
from haulier.settings import describe_settings

app = typer.Typer(help="Check and show the settings.", no_args_is_help=True)


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="config")


@app.command("check")
def check(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Lists everything that is wrong, or every setting with its value and where it came from.

    Secrets are masked.
    """
    rows = describe_settings(settings_for(config), config)
    if as_json:
        print_json(rows)
        return
    print_table(
        ("setting", "value", "from", "what it does"),
        ((row.name, row.value, row.origin, row.description) for row in rows),
    )
    print_line("The settings are valid.")
