"""`haulier doctor`: haulier looks for its own faults."""

import typer

from haulier.cli.doctor_leaks import Searched, hunt
from haulier.cli.exit_codes import ExitCode
from haulier.cli.loop import run_async
from haulier.cli.notices import notice
from haulier.cli.output import JsonOption, print_json, print_line, print_table

app = typer.Typer(help="Let haulier look for its own faults.", no_args_is_help=True)


def mount(root: typer.Typer) -> None:
    """Adds the group."""
    root.add_typer(app, name="doctor")


@app.callback()
def doctor() -> None:
    """Let haulier look for its own faults."""


@app.command("leaks")
def leaks(as_json: JsonOption = False) -> None:
    """Plants secrets through every input of a throw-away installation and searches what is kept.

    Touches no database but one of its own, which is gone at the end. Exit 6 when a secret is found.
    A job's args are kept as given, by design: they are the customer's own data.
    """
    found = run_async(hunt(notice))
    if as_json:
        print_json(found)
    else:
        print_table(("searched", "bytes", "verdict"), map(_row, found))
        hits = sum(len(one.hits) for one in found if not one.by_design)
        print_line("No secret got through." if not hits else f"{hits} secrets got through.")
    if any(one.hits and not one.by_design for one in found):
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _row(one: Searched) -> tuple[str, int, str]:
    if one.by_design:
        return one.place, one.size, "kept by design"
    return one.place, one.size, "clean" if not one.hits else ", ".join(one.hits)
