"""Who holds a data folder: the lock of its supervisor, and the server's own postmaster.pid."""

import fcntl
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from haulier.errors import SetupFailed

_STATUS_LINE = 7
"""miscadmin.h, LOCK_FILE_LINE_PM_STATUS, counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """What postmaster.pid says."""

    pid: int
    status: str
    """`starting`, `stopping`, `ready` or `standby`; "" before the server wrote one."""


def read_postmaster(data: Path) -> Postmaster | None:
    """Answer the server that postmaster.pid names, dead or alive; None without a usable file."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    status = lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""
    return Postmaster(pid=pid, status=status)


@contextmanager
def held(lock: Path) -> Generator[int]:
    """Hold the data folder for this process; the kernel lets go when the process dies.

    Yields the descriptor, for `note_server`.

    Raises SetupFailed, naming the holder, when another process has it.
    """
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = lock.read_text().split() or ["?"]
            raise SetupFailed(
                f"Process {holder[0]} already runs the database in {lock.parent}."
                " Use that one, stop it, or choose another home."
            ) from None
        yield descriptor
    finally:
        os.close(descriptor)


def noted_server(descriptor: int) -> int | None:
    """Answer the pid of the server that the last holder of the lock started."""
    words = os.pread(descriptor, 100, 0).split()
    return int(words[1]) if len(words) == 2 and words[1].isdigit() else None  # noqa: PLR2004


def note_server(descriptor: int, pid: int | None) -> None:
    """Write into the lock who holds it, and which server it started."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} {pid or ''}\n".encode(), 0)


def serves(pid: int, data: Path) -> bool:
    """Whether `pid` is a living server of this very folder: not a zombie, not a reused number."""
    folder = Path("/proc") / str(pid)
    if not Path("/proc/self/stat").exists():
        return _serves_by_ps(pid, data)
    try:
        state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        return state not in {"Z", "X"} and (folder / "cwd").resolve() == data.resolve()
    except OSError:  # gone, or another user's: then it is not our server
        return False


def _serves_by_ps(pid: int, data: Path) -> bool:
    told = subprocess.run(  # noqa: S603  # fixed words and a number
        ["ps", "-o", "stat=,command=", "-p", str(pid)],  # noqa: S607  # its place differs by system
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
    ).stdout.strip()
    return bool(told) and not told.startswith("Z") and str(data) in told
