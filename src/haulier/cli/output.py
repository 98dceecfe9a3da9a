"""What commands print: tables for people, JSON for programs, errors for both."""

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import msgspec
import typer

from haulier.errors import HaulierError, Unavailable

if TYPE_CHECKING:
    from rich.console import Console

JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON instead of a table.")
]

_MAX_PROBLEMS: Final = 10
_PIPE_WIDTH: Final = 2000  # columns: a program that reads a table wants no folded cells
# C0, DEL, C1 and the marks that turn the direction of text: what could command a terminal or
# make a line read as another one. Tab and line feed stay.
_COMMANDS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def console() -> "Console":
    """The terminal, or the pipe in its place, as rich writes to it."""
    from rich.console import Console  # a tenth of a second that JSON and errors do without

    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width)


def error_console() -> "Console":
    """The terminal for what is no output: progress, next to `--json` too."""
    from rich.console import Console  # as in `console`

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_json(value: object) -> None:
    """One JSON document, indented."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_json_line(value: object) -> None:
    """One JSON document on one line, at once: for output that goes on."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def print_line(text: str) -> None:
    """One line, at once: in a pipe too, where a command that stays tells its key."""
    sys.stdout.write(plain(text) + "\n")
    sys.stdout.flush()


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table with a heading for each column; "-" stands for None."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(columns):
        table.add_column(heading, no_wrap=number == 0)  # the first cell is there to be copied
    for row in rows:
        table.add_row(*(as_text(cell) for cell in row))
    console().print(table)


def print_fields(fields: Iterable[tuple[str, object]]) -> None:
    """One thing: a line for each of its fields that has a value."""
    told = [(name, as_text(value)) for name, value in fields if value not in (None, "", {})]
    width = max((len(name) for name, _ in told), default=0)
    for name, text in told:
        sys.stdout.write(f"{name:<{width}}  {text}\n")


def as_text(value: object) -> str:
    """A cell's text: times in the local zone, JSON for what has parts."""
    match value:
        case None:
            return "-"
        case str():
            return plain(value)
        case datetime():
            return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return plain(msgspec.json.encode(value).decode())


def plain(text: str) -> str:
    r"""Text that cannot command a terminal: control characters are written as `\x1b`."""
    return _COMMANDS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def complain(error: HaulierError) -> None:
    """Says on stderr what happened and, where the server named it, which request it was."""
    lines = [f"haulier: {error.detail}"]
    lines += [
        f"  {problem.pointer or '/'}: {problem.detail or problem.code}"
        for problem in error.problems[:_MAX_PROBLEMS]
    ]
    if isinstance(error, Unavailable) and not error.request_id:
        lines.append("  Is it running? `haulier up` starts one here; --url names another.")
    if error.request_id:
        lines.append(f"  ({error.code}, request {error.request_id})")
    sys.stderr.write("".join(plain(line) + "\n" for line in lines))
