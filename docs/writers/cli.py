"""The page of the command line."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from writers.tables import member_docs, table

from haulier.cli.app import ENTRIES, build_app
from haulier.cli.exit_codes import ExitCode


def cli_page() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield "# Command line"
    yield ""
    yield "From a checkout it is `./haulier`, from an installed package `haulier`."
    yield ""
    yield "## Exit codes"
    yield ""
    codes = member_docs(ExitCode)
    yield from table(
        ("Code", "Name", "Meaning"),
        ((str(int(code)), code.name.lower(), codes.get(code.name, "")) for code in ExitCode),
    )
    root = typer.main.get_command(build_app([entry.word for entry in ENTRIES]))
    if not isinstance(root, TyperGroup):
        raise TypeError("the command line is a group")
    for name, command in root.commands.items():
        yield from _commands(f"haulier {name}", command)


def _commands(path: str, command: object) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        if command.invoke_without_command:
            yield from _command(path, command)
        for name, inner in command.commands.items():
            yield from _commands(f"{path} {name}", inner)
    elif isinstance(command, TyperCommand):
        yield from _command(path, command)


def _command(path: str, command: TyperCommand | TyperGroup) -> Iterator[str]:
    arguments = [p for p in command.params if isinstance(p, TyperArgument)]
    options = [p for p in command.params if isinstance(p, TyperOption) and not p.hidden]
    words = " ".join(p.metavar or (p.name or "").upper() for p in arguments)
    yield ""
    yield f"## `{f'{path} {words}'.strip()}`"
    yield ""
    yield " ".join((command.help or "").split())
    rows = [(f"`{p.metavar or (p.name or '').upper()}`", p.help or "") for p in arguments]
    rows += [(f"`{', '.join(p.opts)}`", _option_help(p)) for p in options]
    if rows:
        yield ""
        yield from table(("Option", "Meaning"), rows)


def _option_help(option: TyperOption) -> str:
    parts = [option.help or ""]
    if isinstance(option.show_default, str):
        parts.append(f"Default: {option.show_default}.")
    elif option.default not in {None, False, ""} and not option.is_flag:
        parts.append(f"Default: `{option.default}`.")
    if option.required:
        parts.append("Required.")
    if isinstance(option.envvar, str):
        parts.append(f"Environment: `{option.envvar}`.")
    return " ".join(part for part in parts if part)
