"""Waiting for a fact instead of for a time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    ask: Callable[[], Awaitable[T]] | Callable[[], T],
    *,
    within: float = 15.0,
    until: Callable[[T], object] = bool,
) -> T:
    """What `ask` answers once `until` holds of it; fails when it does not within the seconds."""
    deadline = time.monotonic() + within
    while True:
        answer = ask()
        value: T = await answer if inspect.isawaitable(answer) else answer  # pyright: ignore[reportAssignmentType]
        if until(value):
            return value
        assert time.monotonic() < deadline, f"still {value!r} after {within:g} s"
        await asyncio.sleep(0.02)
