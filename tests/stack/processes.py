"""Processes of haulier as an operator starts them, and what the machine knows of them."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

COMMAND: Final = (sys.executable, "-m", "haulier")
PATIENCE_SECONDS: Final = 40.0
_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A data home with an environment of its own: nothing of ours leaks in."""

    path: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    extra: dict[str, str] = field(default_factory=dict[str, str])
    """Further variables of the environment."""

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        python = os.pathsep.join(path for path in sys.path if path)
        own = {f"HAULIER_{name}": value for name, value in self.settings.items()}
        return {**kept, "PYTHONPATH": python, "HAULIER_HOME": str(self.path), **own, **self.extra}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Runs one command to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment(),
            cwd=self.path,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def show(self, *arguments: str, columns: int) -> tuple[int, str]:
        """Runs one command on a terminal of this width; its exit code and what stdout got."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            env={**self.environment(), "TERM": "dumb"},
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        shown = b""
        with os.fdopen(ours, "rb", buffering=0) as terminal, suppress(OSError):  # EIO is the end
            while piece := terminal.read(65536):
                shown += piece
        return process.wait(timeout=PATIENCE_SECONDS), shown.decode().replace("\r\n", "\n")

    @contextmanager
    def started(self, *arguments: str) -> Generator["Running"]:
        """A command that stays; whatever is left of it is killed at the end."""
        out, err = self.path / f"{arguments[0]}.out", self.path / f"{arguments[0]}.err"
        with out.open("w") as stdout, err.open("w") as stderr:
            process = subprocess.Popen(
                [*COMMAND, *arguments],
                env=self.environment(),
                cwd=self.path,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        running = Running(process=process, out=out, err=err)
        try:
            yield running
        finally:
            running.family()
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                running.wait_for_end()
            for pid in running.left():
                os.kill(pid, signal.SIGKILL)


@dataclass(slots=True, kw_only=True)
class Running:
    """A command that stays."""

    process: "subprocess.Popen[bytes]"
    out: Path
    err: Path
    seen: dict[int, str] = field(default_factory=dict[int, str])
    """Start times of every process of it that was ever seen, by process id."""

    def said(self) -> str:
        return self.out.read_text() + self.err.read_text()

    def wait_for(self, pattern: str) -> str:
        """The first group of the pattern, as soon as it was said."""

        def found() -> str | None:
            match = re.search(pattern, self.said())
            if match is None and self.process.poll() is not None:
                raise AssertionError(f"It ended with {self.process.returncode}: {self.said()}")
            return match[match.re.groups and 1] if match else None

        return wait_until(found, lambda: f"Never said {pattern!r}: {self.said()}")

    def wait_for_end(self) -> int:
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def family(self) -> dict[str, int]:
        """Process ids of what it started, by name: api, worker, postgres."""
        found: dict[str, int] = {}
        for pid in _descendants(self.process.pid):
            self.seen[pid] = _start_time(pid) or ""
            words = _command_line(pid)
            found |= {
                name: pid
                for name in ("api", "worker", "postgres")
                if name in words or (words and Path(words[0]).name == name and "-D" in words)
            }
        return found

    def left(self) -> list[int]:
        """Which of all that was ever seen is alive."""
        return [pid for pid, started in self.seen.items() if _start_time(pid) == started]


def wait_until(look: Callable[[], T | None], complaint: Callable[[], str]) -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(_POLL_SECONDS)
    raise AssertionError(complaint())


def _descendants(pid: int) -> Sequence[int]:
    parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
    found, waiting = list[int](), [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, its in parents.items() if its == parent]
        found += children
        waiting += children
    return found


def _parent(path: Path) -> int | None:
    fields = _stat(path)
    return int(fields[1]) if fields else None


def _start_time(pid: int) -> str | None:
    """None for a process that is gone, or is only waited for."""
    fields = _stat(Path("/proc") / str(pid))
    return None if not fields or fields[0] in {"Z", "X"} else fields[19]


def _stat(path: Path) -> list[str]:
    try:
        return (path / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _command_line(pid: int) -> list[str]:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []
