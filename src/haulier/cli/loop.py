"""Runs a command's coroutine, on uvloop where there is one."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Final, TypeVar

T = TypeVar("T")

_STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


def run_async(
    work: Coroutine[object, object, T],
    *,
    loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> T:
    """The coroutine's result; what it raises passes through, out of any group it came in.

    `loop` makes another event loop than the fastest.
    """
    try:
        with asyncio.Runner(loop_factory=loop or _loop_factory()) as runner:
            return runner.run(work)
    except BaseExceptionGroup as group:
        raise _only(group) from None


@asynccontextmanager
async def on_stop(stop: Callable[[], None]) -> AsyncGenerator[None]:
    """Calls `stop` for every SIGTERM and SIGINT while the block runs."""
    loop = asyncio.get_running_loop()
    for number in _STOPPING:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _STOPPING:
            loop.remove_signal_handler(number)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # not on Windows

    return uvloop.new_event_loop


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception: commands fail for one reason, the rest follow from it."""
    first = group.exceptions[0]
    if isinstance(first, BaseExceptionGroup):
        return _only(first)  # pyright: ignore[reportUnknownArgumentType]
    return first
