"""`make fuzz`: every target for its share of FUZZ_SECONDS (600), side by side on all cores.

The corpus lies outside of the checkout, in FUZZ_CORPUS or ~/.cache/haulier-fuzz, and grows from run
to run. Ends with 1 and names the inputs where a promise was broken.
"""

import asyncio
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fuzz.targets import TARGETS

_EXECUTED = re.compile(rb"number_of_executed_units:\s*(\d+)")
_START_UP_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the run of one target ended."""

    name: str
    executed: int
    is_clean: bool
    last_words: str


async def main() -> int:
    """0 when every target is clean."""
    cores = os.cpu_count() or 1
    names = sys.argv[1:] or list(TARGETS)
    seconds = max(1.0, float(os.environ.get("FUZZ_SECONDS", "600")) * cores / len(names))
    folder = Path(os.environ.get("FUZZ_CORPUS", "~/.cache/haulier-fuzz")).expanduser()
    slots = asyncio.Semaphore(cores)
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(_run(name, seconds, folder, slots)) for name in names]
    ended = [task.result() for task in running]
    _show(ended, seconds)
    for one in ended:
        if not one.is_clean:
            sys.stdout.write(f"{one.name}: see {folder / 'findings'}\n{one.last_words}\n")
    return 0 if all(one.is_clean for one in ended) else 1


async def _run(name: str, seconds: float, folder: Path, slots: asyncio.Semaphore) -> Ended:
    command = (
        "-m",
        "fuzz.one",
        name,
        str(seconds),
        str(folder / "corpus"),
        str(folder / "findings"),
    )
    async with slots:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        try:
            async with asyncio.timeout(seconds + _START_UP_SECONDS):
                output, errors = await process.communicate()
        except TimeoutError:
            process.kill()
            output, errors = await process.communicate()
    found = _EXECUTED.search(errors)
    return Ended(
        name=name,
        executed=int(found[1]) if found else 0,
        is_clean=process.returncode == 0,
        last_words=(output + errors)[-3000:].decode(errors="replace"),
    )


def _show(ended: list[Ended], seconds: float) -> None:
    table = Table("target", "inputs", "a second", "verdict", title=f"{seconds:g} s each")
    for one in ended:
        verdict = "clean" if one.is_clean else "BROKEN"
        table.add_row(one.name, f"{one.executed:,}", f"{one.executed / seconds:,.0f}", verdict)
    Console().print(table)


sys.exit(asyncio.run(main()))
