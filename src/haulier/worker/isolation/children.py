"""The worker's side of the forker: starts it, asks it for children, hears how they ended."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog

from haulier.worker.isolation.forker import COMMAND, EXITED, FORK, FORKED, KILL

_START: Final = (
    "import json, sys; path, *arguments = json.loads(sys.argv[1]); sys.path[:] = path; "
    "from haulier.worker.isolation.forker import main; main(*arguments)"
)
_KEPT: Final = frozenset(
    {"HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "SSL_CERT_DIR", "SSL_CERT_FILE"}
    | {"TEMP", "TMP", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV", "LD_LIBRARY_PATH"}
)
_KEPT_PREFIX: Final = "LC_"
_LEAVE_SECONDS: Final = 5.0
_log = structlog.stdlib.get_logger()


class Child:
    """One process, from its fork to its end."""

    def __init__(self, pid: int, forker: "_Forker") -> None:
        self.pid = pid
        self.exited = asyncio.Event()
        self.status: int | None = None
        """As `os.waitpid` tells it; None while it runs, and where nobody could tell."""
        self._forker = forker

    def kill(self) -> None:
        """Ends it and what it started. `exited` tells when that is done."""
        self._forker.tell(KILL, self.pid)

    def leave(self, status: int | None) -> None:
        """It is gone."""
        self.status = status
        self.exited.set()

    @property
    def end(self) -> str:
        """How it ended, in words."""
        if self.status is None:
            return "it was ended from outside"
        code = os.waitstatus_to_exitcode(self.status)
        if code >= 0:
            return f"it ended with exit status {code}"
        with contextlib.suppress(ValueError):
            return f"it was ended by {signal.Signals(-code).name}"
        return f"it was ended by signal {-code}"


class Children:
    """Every process of one worker's handlers. `running()` ends them all."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = ["haulier.worker.isolation.child", *modules]
        self._forker: _Forker | None = None
        self._former: list[_Forker] = []

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """The forker is loaded before the first job comes; nothing is left at the end."""
        try:
            if len(self._modules) > 1:
                self._current()
            yield
        finally:
            for forker in (*self._former, self._forker):
                if forker is not None:
                    await forker.aclose()

    async def fork(self, conversation: socket.socket) -> Child:
        """A child that holds this socket. Raises OSError when there can be none."""
        return await self._current().fork(conversation)

    def _current(self) -> "_Forker":
        if self._forker is None or self._forker.gone:
            if self._forker is not None:
                _log.warning("process.forker_lost")
                self._former.append(self._forker)
            self._forker = _Forker(self._modules)
        return self._forker


class _Forker:
    def __init__(self, modules: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair()
        self._loop = asyncio.get_running_loop()
        self._asked: deque[asyncio.Future[Child]] = deque()
        self._children: dict[int, Child] = {}
        self._heard = bytearray()
        self.gone = False
        with theirs:
            arguments = [sys.path, theirs.fileno(), os.getpid(), list(modules)]
            self._process = subprocess.Popen(  # noqa: S603 - our own code
                [sys.executable, "-c", _START, json.dumps(arguments)],
                env={**_clean(os.environ), "MALLOC_ARENA_MAX": "1"},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket.fileno(), self._hear)

    async def fork(self, conversation: socket.socket) -> Child:
        answer: asyncio.Future[Child] = self._loop.create_future()
        try:
            socket.send_fds(self._socket, [COMMAND.pack(FORK, 0, 0)], [conversation.fileno()])
        except OSError:
            self._lose()
            raise
        self._asked.append(answer)
        return await answer

    def tell(self, word: bytes, pid: int) -> None:
        if self.gone:
            return
        try:
            self._socket.send(COMMAND.pack(word, pid, 0))
        except OSError:
            self._lose()

    async def aclose(self) -> None:
        """Lets the forker end its children and itself, and waits for it."""
        self._lose()
        self._socket.close()
        try:
            await asyncio.to_thread(self._process.wait, _LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def _hear(self) -> None:
        try:
            piece = self._socket.recv(COMMAND.size * 64)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self._lose()
            return
        self._heard += piece
        while len(self._heard) >= COMMAND.size:
            word, pid, number = COMMAND.unpack(bytes(self._heard[: COMMAND.size]))
            del self._heard[: COMMAND.size]
            if word == FORKED:
                self._answer(pid, number)
            elif word == EXITED and pid in self._children:
                self._children.pop(pid).leave(number)

    def _answer(self, pid: int, number: int) -> None:
        answer = self._asked.popleft()
        if pid == 0:
            if not answer.done():
                answer.set_exception(OSError(number, os.strerror(number)))
            return
        child = Child(pid, self)
        self._children[pid] = child
        if answer.done():  # nobody waits for it any more
            child.kill()
        else:
            answer.set_result(child)

    def _lose(self) -> None:
        """The forker is gone, and with it its children: the system ends them."""
        if self.gone:
            return
        self.gone = True
        self._loop.remove_reader(self._socket.fileno())
        while self._children:
            self._children.popitem()[1].leave(None)
        while self._asked:
            answer = self._asked.popleft()
            if not answer.done():
                answer.set_exception(OSError("the process that forks is gone"))


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """What of an environment a handler may see: nothing that could be a secret."""
    return {
        name: value
        for name, value in environment.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIX)
    }
