"""Holds what handlers do on their own sockets to the fetch policy of their workspace."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog

from haulier.errors import ConfigurationInvalid
from haulier.safefetch import ContextThreadPool, EgressDenied, Policy, guarded, process_guard
from haulier.worker.context import RunningJob
from haulier.worker.fetchers import Fetchers

MAX_TOLD: Final = 20
"""Denials that one attempt's events and log lines tell of; further ones are only denied."""
_log = structlog.stdlib.get_logger()


class EgressGuard:
    """The process-wide guard of one worker; `watching()` must be open."""

    def __init__(self, fetchers: Fetchers) -> None:
        self._fetchers = fetchers

    @contextmanager
    def watching(self) -> Generator[None]:
        """Watches the process while the block runs.

        Raises ConfigurationInvalid on an event loop that opens its sockets past the guard.
        """
        loop = asyncio.get_running_loop()
        if not isinstance(loop, asyncio.BaseEventLoop):
            raise ConfigurationInvalid("EGRESS_GUARD wants asyncio's own event loop.")
        # Look-ups of asyncio run in this pool: they must know for whom.
        loop.set_default_executor(ContextThreadPool(thread_name_prefix="asyncio"))
        with process_guard(_warn):
            yield

    async def policy(self, job: RunningJob) -> Policy:
        """What a handler in a process of its own is to be held to there."""
        return await self._fetchers.policy(job.workspace_id)

    @asynccontextmanager
    async def around(self, job: RunningJob) -> AsyncGenerator[None]:
        """Holds the block to the policy of the job's workspace."""
        policy = await self._fetchers.policy(job.workspace_id)
        with guarded(policy, _teller(job)):
            yield


def _teller(job: RunningJob) -> Callable[[EgressDenied], None]:
    """Writes each denial down as an event of the job and a log line, from whichever thread."""
    loop, home = asyncio.get_running_loop(), threading.get_ident()
    told = 0

    def tell(denial: EgressDenied) -> None:
        nonlocal told
        told += 1
        if told > MAX_TOLD:
            return
        _warn(denial)
        if threading.get_ident() == home:
            job.egress_denied(denial)
        else:
            loop.call_soon_threadsafe(job.egress_denied, denial)

    return tell


def _warn(denial: EgressDenied) -> None:
    _log.warning("egress.denied", operation=denial.operation, reason=denial.reason)
