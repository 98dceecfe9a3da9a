"""Runs the programs of a server as children that die with this process."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Sequence
from pathlib import Path

from haulier.embedded import launch
from haulier.embedded.accounts import Account
from haulier.errors import SetupFailed

_LAUNCHER = Path(launch.__file__)


async def run(command: Sequence[str | Path], *, account: Account | None, seconds: float) -> str:
    """Run a program to its end as `account` (None: as ourselves) and answer what it printed.

    Raises SetupFailed with the program's words when it fails or takes longer than `seconds`.
    """
    process = await asyncio.create_subprocess_exec(
        *_launched(command, account=account, death=signal.SIGKILL),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    name = Path(command[0]).name
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise SetupFailed(f"{name} did not end within {seconds:g} s.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = output.decode(errors="replace").strip()
    if process.returncode:
        raise SetupFailed(f"{name} failed ({process.returncode}):\n{text}")
    return text


async def spawn(command: Sequence[str | Path], *, account: Account | None, log: Path) -> Process:
    """Start a server in a session of its own; its standard output and error go to `log`.

    When the thread that called this dies, the server gets SIGINT (PostgreSQL's fast shutdown).
    """
    with log.open("wb") as stream:
        return await asyncio.create_subprocess_exec(
            *_launched(command, account=account, death=signal.SIGINT),
            stdin=DEVNULL,
            stdout=stream,
            stderr=stream,
        )


def _launched(
    command: Sequence[str | Path], *, account: Account | None, death: signal.Signals
) -> list[str]:
    uid, gid = (str(account.uid), str(account.gid)) if account else ("-", "-")
    return [
        sys.executable,
        *("-I", "-S", str(_LAUNCHER)),
        *(str(os.getpid()), uid, gid, str(int(death))),
        *map(str, command),
    ]
