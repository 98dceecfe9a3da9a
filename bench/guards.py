"""`make bench-guards`: what the two guards cost and catch; JSON goes to bench/out."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

# The corpus is that of the tests.
sys.path.insert(0, "tests")

from bench import fetching, redaction

OUT = Path("bench/out")


def main() -> None:
    """All figures."""
    figures = [*uvloop.run(fetching.measure()), *redaction.measure()]
    table = Table("figure", "measured", "beside", title="haulier, the guards")
    for figure in figures:
        table.add_row(figure.name, figure.value, figure.beside)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"guards-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2))
    sys.stdout.write(f"{path}\n")


main()
