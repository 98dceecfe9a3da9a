"""The process that forks: one child per attempt, from an image with the handlers loaded.

It is started with a clean environment and holds no thread, no connection and no secret, so that a
fork is cheap and takes nothing along. It alone waits for its children; therefore a signal it sends
never meets a process that took over the number of one long gone. When its worker is gone, however
that ended, it ends every descendant and then itself.
"""

import contextlib
import ctypes
import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from struct import Struct
from types import FrameType
from typing import Final

COMMAND: Final = Struct("!cQq")
"""One word each way: a letter, a process id, a number. FORK carries a socket along."""
FORK: Final = b"f"
KILL: Final = b"k"
FORKED: Final = b"p"
"""The answer to FORK, in the order of asking; process id 0 where it failed, with the errno."""
EXITED: Final = b"x"
"""A child is gone, all of its process group with it; with its wait status."""
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_SETTINGS: Final = ("MALLOC_ARENA_MAX",)
"""Meant for this process when it starts, not for what handlers start."""


def main(control: int, worker: int, modules: Sequence[str]) -> None:
    """Forks for the process `worker`, as told over the socket `control`, until that closes."""
    for name in _SETTINGS:
        os.environ.pop(name, None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the worker, which then tells us
    for module in modules:
        # A child that needs it tells of the failure, as that of its attempt.
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    with socket.socket(fileno=control) as commands:
        _Forker(commands, worker).run()


class _Forker:
    def __init__(self, commands: socket.socket, worker: int) -> None:
        self._commands = commands
        self._children: set[int] = set()
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, _wake_up)
        if sys.platform == "linux":
            _prctl(_PR_SET_CHILD_SUBREAPER, 1)
            _prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1)
        self._worker = worker

    def run(self) -> None:
        poll = select.poll()
        poll.register(self._commands, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        with contextlib.suppress(ConnectionError):
            while os.getppid() == self._worker:
                ready = {number for number, _ in poll.poll()}
                if self._woken in ready:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._woken, 4096)
                    self._reap()
                if self._commands.fileno() in ready and not self._obey():
                    break
        self._end_all()

    def _obey(self) -> bool:
        word, sockets, _, _ = socket.recv_fds(self._commands, COMMAND.size, 1)
        if len(word) < COMMAND.size:
            return False
        command, pid, _ = COMMAND.unpack(word)
        if command == FORK and sockets:
            self._fork(sockets[0])
        elif command == KILL and pid in self._children:
            _kill_group(pid)
        return True

    def _fork(self, conversation: int) -> None:
        forker = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._tell(FORKED, 0, error.errno or 0)
        else:
            if pid == 0:
                self._become_child(forker, conversation)
            self._children.add(pid)
            self._tell(FORKED, pid, 0)
        finally:
            os.close(conversation)

    def _become_child(self, forker: int, conversation: int) -> None:
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGUSR1, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            self._commands.close()
            os.close(self._woken)
            os.close(self._wake)
            os.setsid()
            if sys.platform == "linux":
                _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == forker:
                from haulier.worker.isolation import child

                child.run(socket.socket(fileno=conversation))
        finally:
            os._exit(1)

    def _reap(self) -> None:
        """Waits for children of ours, and for orphans that their children left behind."""
        while (gone := _next_gone()) is not None:
            if gone in self._children:
                _kill_group(gone)  # before its number is free for others
            _, status = os.waitpid(gone, 0)
            if gone in self._children:
                self._children.discard(gone)
                self._tell(EXITED, gone, status)

    def _tell(self, word: bytes, pid: int, number: int) -> None:
        self._commands.sendall(COMMAND.pack(word, pid, number))

    def _end_all(self) -> None:
        for pid in self._children:
            _kill_group(pid)
        with contextlib.suppress(ChildProcessError):
            while True:
                for pid in _own_children():
                    os.kill(pid, signal.SIGKILL)
                os.waitpid(-1, 0)


def _wake_up(_number: int, _frame: FrameType | None) -> None:
    """Being woken is all that is wanted."""


def _next_gone() -> int | None:
    with contextlib.suppress(ChildProcessError):
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return None if found is None else found.si_pid
    return None


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):  # it may not lead a group yet
        os.kill(leader, signal.SIGKILL)


def _own_children() -> list[int]:
    """Every child, orphans taken in included, where the system tells (Linux)."""
    try:
        return [int(pid) for pid in Path("/proc/thread-self/children").read_text().split()]
    except OSError:
        return []


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
