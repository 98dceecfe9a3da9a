"""One run of the server program: started until it is ready, stopped in good order."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from pathlib import Path

from haulier.embedded.children import spawn
from haulier.embedded.config import EmbeddedConfig
from haulier.embedded.layout import Layout
from haulier.embedded.occupancy import Postmaster, read_postmaster, serves
from haulier.errors import SetupFailed

_POLL_SECONDS = 0.02
_PROGRESS_SECONDS = 5.0
_LOG_TAIL_LINES = 12
_LOG_TAIL_BYTES = 8192
_IMMEDIATE_SECONDS = 10.0
"""PostgreSQL itself kills what has not obeyed an immediate shutdown after five seconds."""

_OCCUPIED = ("pre-existing shared memory block", "already exists")
"""Backends that outlived a killed server: they notice within moments and end."""
_OCCUPIED_TRIES = 8


class ServerProcess:
    """The server of one data folder, at most one at a time."""

    def __init__(
        self,
        config: EmbeddedConfig,
        layout: Layout,
        command: Sequence[str | Path],
        notify: Callable[[str], None],
    ) -> None:
        self._config, self._layout = config, layout
        self._command, self._notify = command, notify
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """The server's process id, 0 while it has none."""
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        """Whether the server was started and has not ended yet."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the server and return when it is ready, crash recovery included.

        Raises SetupFailed, with the end of the server's log, when it ends or takes too long.
        """
        for attempt in range(_OCCUPIED_TRIES):
            try:
                await self._start_once()
            except SetupFailed as failure:
                occupied = any(sign in str(failure) for sign in _OCCUPIED)
                if not occupied or attempt == _OCCUPIED_TRIES - 1:
                    raise
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                return

    async def wait(self) -> int:
        """Wait until the server ends and answer its exit code."""
        return await self._process.wait() if self._process else 0

    async def stop(self) -> None:
        """Stop the server: fast (SIGINT), then immediately (SIGQUIT), then by force."""
        if self._process is None:
            return
        fast = self._config.stop_timeout.total_seconds()
        for signum, seconds in (
            (signal.SIGINT, fast),
            (signal.SIGQUIT, _IMMEDIATE_SECONDS),
            (signal.SIGKILL, _IMMEDIATE_SECONDS),
        ):
            if self._process.returncode is not None:
                return
            self._process.send_signal(signum)
            try:
                async with asyncio.timeout(seconds):
                    await self._process.wait()
            except TimeoutError:
                self._notify(f"PostgreSQL has not stopped {seconds:g} s after {signum.name}.")

    async def _start_once(self) -> None:
        clear_leftovers(self._layout)
        self._process = await spawn(
            self._command, account=self._layout.account, log=self._layout.root / "start.log"
        )
        seconds = self._config.start_timeout.total_seconds()
        ready = False
        try:
            async with asyncio.timeout(seconds):
                await self._until_ready(self._process)
            ready = True
        except TimeoutError as error:
            raise SetupFailed(
                f"PostgreSQL was not ready within {seconds:g} s:\n{self._tail()}"
            ) from error
        finally:
            if not ready:
                await self.stop()

    async def _until_ready(self, process: Process) -> None:
        loop = asyncio.get_running_loop()
        began = told = loop.time()
        while not self._is_ready(process):
            await asyncio.sleep(_POLL_SECONDS)
            if loop.time() - told >= _PROGRESS_SECONDS:
                told = loop.time()
                last = self._tail().rpartition("\n")[2]
                self._notify(
                    f"PostgreSQL is still starting after {told - began:.0f} s"
                    f" (after a crash it replays its log): {last}"
                )

    def _is_ready(self, process: Process) -> bool:
        if process.returncode is not None:
            raise SetupFailed(
                f"PostgreSQL ended while starting ({process.returncode}):\n{self._tail()}"
            )
        return read_postmaster(self._layout.data) == Postmaster(pid=process.pid, status="ready")

    def _tail(self) -> str:
        files = [self._layout.root / "start.log"]
        logs = sorted(self._layout.log.glob("*.log"), key=lambda path: path.stat().st_mtime)
        lines: list[str] = []
        for path in [*logs[-1:], *files]:
            lines += _last_lines(path)
        return "\n".join(lines[-_LOG_TAIL_LINES:])


def clear_leftovers(layout: Layout) -> None:
    """Remove lock files of a dead server whose number is a zombie's or somebody else's by now.

    PostgreSQL itself only removes those whose number nobody has. Safe while we hold the folder:
    the shared memory of surviving backends is checked by the server on its own.
    """
    postmaster = read_postmaster(layout.data)
    if postmaster and serves(postmaster.pid, layout.data):
        return
    if postmaster and _exists(postmaster.pid):
        (layout.data / "postmaster.pid").unlink(missing_ok=True)
    for path in layout.socket_dir.glob(".s.PGSQL.*"):
        path.unlink(missing_ok=True)


async def end_orphan(layout: Layout, pid: int, *, seconds: float) -> None:
    """Stop a server that outlived its supervisor.

    Raises SetupFailed when it is still there after `seconds` for each of SIGINT and SIGQUIT.
    """
    for signum in (signal.SIGINT, signal.SIGQUIT):
        try:
            os.kill(pid, signum)
            async with asyncio.timeout(seconds):
                while serves(pid, layout.data):  # noqa: ASYNC110  # not our child: nobody tells us
                    await asyncio.sleep(_POLL_SECONDS)
        except ProcessLookupError:
            return
        except TimeoutError:
            continue
        return
    raise SetupFailed(f"An earlier PostgreSQL (process {pid}) in {layout.data} does not stop.")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _last_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - _LOG_TAIL_BYTES))
            return stream.read().decode(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    except OSError:
        return []
