"""Finds the command: each group lives in a module that is loaded only when it is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Final

import typer

from haulier.cli.credentials import DataHome, data_home
from haulier.cli.exit_codes import ExitCode, exit_code
from haulier.cli.output import complain
from haulier.errors import HaulierError


@dataclass(frozen=True, slots=True)
class Entry:
    """A word after `haulier` and the module whose `mount(app)` adds it."""

    word: str
    module: str
    help: str


ENTRIES: Final = (
    Entry("up", "haulier.cli.up", "Run everything on this machine, in the foreground."),
    Entry("demo", "haulier.cli.demo", "See haulier work, offline."),
    Entry("audit", "haulier.cli.audit", "Audit a page and see what to mend."),
    Entry("api", "haulier.cli.api", "Serve the HTTP API alone."),
    Entry("worker", "haulier.cli.worker", "Run jobs alone."),
    Entry("jobs", "haulier.cli.jobs", "Ask for jobs, follow them, read their results."),
    Entry("dlq", "haulier.cli.dead_letters", "See failed jobs, replay them, remove them."),
    Entry("kinds", "haulier.cli.kinds", "See which sorts of jobs can be asked for."),
    Entry("keys", "haulier.cli.keys", "Make, list and revoke API keys."),
    Entry("workspaces", "haulier.cli.workspaces", "Make and list workspaces."),
    Entry("fetch", "haulier.cli.fetch", "Say what may be fetched; see why a URL is or not."),
    Entry("db", "haulier.cli.db", "Bring the schema up to date, or look at it."),
    Entry("doctor", "haulier.cli.doctor", "Let haulier look for its own faults."),
    Entry("config", "haulier.cli.config", "Check and show the settings."),
)


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code; errors are told in a line or two on stderr."""
    try:
        build_app(arguments)(args=list(arguments), prog_name="haulier")
    except HaulierError as error:
        complain(error)
        return exit_code(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except SystemExit as ended:
        # typer turns a broken pipe into exit 1; the pipe is what tells them apart.
        if isinstance(ended.__context__, BrokenPipeError):
            return ExitCode.INTERRUPTED
        return ended.code if isinstance(ended.code, int) else ExitCode.FAILED
    return ExitCode.OK


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """The command line, with only those groups loaded that the arguments can mean."""
    app = typer.Typer(
        help="Long-running jobs that are carried to one end.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for entry in ENTRIES:
        if entry.word in arguments:
            mount: Callable[[typer.Typer], None] = import_module(entry.module).mount
            mount(app)
        else:
            app.add_typer(typer.Typer(), name=entry.word, help=entry.help)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # slow to load, and seldom wanted

        typer.echo(version("haulier"))
        raise typer.Exit


def _root(
    context: typer.Context,
    home: Annotated[str | None, typer.Option(envvar="HAULIER_HOME", hidden=True)] = None,
    user_data: Annotated[str | None, typer.Option(envvar="XDG_DATA_HOME", hidden=True)] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Long-running jobs that are carried to one end."""
    context.obj = DataHome(data_home(home, user_data))
