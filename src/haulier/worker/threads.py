"""Threads of plain handlers: one per attempt, and what becomes of those that never end."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from contextvars import copy_context

import structlog

_log = structlog.stdlib.get_logger()


class HandlerThreads:
    """Runs each attempt in a thread of its own, so that one that never ends keeps nobody waiting.

    Python cannot end a thread. One that goes on after its attempt is written off; when more than
    `limit` are, `on_spent` is called, once: the process should be started anew.
    """

    def __init__(self, limit: int, on_spent: Callable[[], None]) -> None:
        self._limit = limit
        self._on_spent = on_spent
        self._written_off: set[threading.Thread] = set()
        self.is_spent = False
        """More threads than the limit were written off at one time."""

    @property
    def written_off(self) -> int:
        """Threads that still run although their attempt is over."""
        self._written_off = {thread for thread in self._written_off if thread.is_alive()}
        return len(self._written_off)

    async def run(self, function: Callable[[], object]) -> object:
        """What the function returns or raises, in a copy of the present context.

        When cancelled, the thread is left to itself.
        """
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[object] = loop.create_future()
        context = copy_context()

        def work() -> None:
            try:
                value = context.run(function)
            except StopIteration as error:  # no future takes it
                wrapped = RuntimeError("the handler raised StopIteration")
                wrapped.__cause__ = error
                _tell(loop, ended, lambda: ended.set_exception(wrapped))
            except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
                raised = error
                _tell(loop, ended, lambda: ended.set_exception(raised))
            else:
                _tell(loop, ended, lambda: ended.set_result(value))

        thread = threading.Thread(target=work, name="handler", daemon=True)
        thread.start()
        try:
            return await ended
        except asyncio.CancelledError:
            self._write_off(thread)
            raise

    def _write_off(self, thread: threading.Thread) -> None:
        if not thread.is_alive():
            return
        self._written_off.add(thread)
        count = self.written_off
        _log.warning("thread.written_off", written_off=count, limit=self._limit)
        if count > self._limit and not self.is_spent:
            self.is_spent = True
            self._on_spent()


def _tell(
    loop: asyncio.AbstractEventLoop, ended: asyncio.Future[object], settle: Callable[[], None]
) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(lambda: None if ended.done() else settle())
