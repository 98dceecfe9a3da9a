"""A job's events drawn as they come: a bar on a terminal, a line each in a pipe."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from haulier.cli.output import plain

if TYPE_CHECKING:
    from rich.console import Console

    from haulier.client import Event


def watch(events: "Iterable[Event]", *, title: str, console: "Console") -> "Event | None":
    """Draws events until they end; returns the last one, None when there was none."""
    if console.is_terminal:
        return _draw(events, title, console)
    last = None
    for last in events:
        console.print(f"{last.seq:>4}  {describe(last)}")
    return last


def describe(event: "Event") -> str:
    """One line that tells what happened."""
    fraction = fraction_of(event)
    words = [event.type if fraction is None else f"{event.type} {fraction:.0%}"]
    words += [
        str(event.data[name])
        for name in ("step", "name", "message", "category", "error", "reason")
        if event.data.get(name)
    ]
    return plain("  ".join(words))


def fraction_of(event: "Event") -> float | None:
    """How far the job is, 0 to 1; None where the event does not tell."""
    for name in ("fraction", "progress"):
        value = event.data.get(name)
        if isinstance(value, int | float) and math.isfinite(value):
            return min(1.0, max(0.0, float(value)))
    return None


def _draw(events: "Iterable[Event]", title: str, console: "Console") -> "Event | None":
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[title]}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    last = None
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=1.0, title=plain(title))
        for last in events:
            if last.type == "running":
                bar.update(task, completed=0.0)
            done = 1.0 if last.type == "completed" else fraction_of(last)
            bar.update(task, completed=done, description=describe(last))
    return last
