"""Periodic work: the loop is here, the work is a `run_once` that tests call directly."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from haulier.redact import redact_exception

_log = structlog.stdlib.get_logger()


async def every(interval: timedelta, run_once: Callable[[], Awaitable[object]], name: str) -> None:
    """Runs `run_once` now and then every `interval`, until cancelled.

    A round that fails is logged and the next one comes in its turn.
    """
    while True:
        try:
            await run_once()
        except Exception as error:  # noqa: BLE001 - a failed round must not end the loop
            _log.error("loop.failed", loop=name, error=redact_exception(error))
        await asyncio.sleep(interval.total_seconds())
