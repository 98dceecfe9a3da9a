"""The job context for handlers that are plain functions: the same words, without await."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import TypeVar

from haulier.domain.ids import WorkspaceId
from haulier.handlers.context import JobContext
from haulier.handlers.remembered import returned_type
from haulier.safefetch import Limits, Response

T = TypeVar("T")


class BlockingJob:
    """A `JobContext` whose methods block the calling thread instead of being awaited."""

    def __init__(self, job: JobContext, loop: asyncio.AbstractEventLoop) -> None:
        self._job = job
        self._loop = loop

    @property
    def workspace_id(self) -> WorkspaceId:
        """The workspace that the job belongs to."""
        return self._job.workspace_id

    @property
    def job_id(self) -> str:
        """`job_...`."""
        return self._job.job_id

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""
        return self._job.attempt

    @property
    def max_attempts(self) -> int:
        """After so many charged attempts the job fails for good."""
        return self._job.max_attempts

    @property
    def created_at(self) -> datetime:
        """When the job was asked for."""
        return self._job.created_at

    @property
    def trace_context(self) -> str | None:
        """The W3C traceparent of whoever asked."""
        return self._job.trace_context

    @property
    def user_agent(self) -> str:
        """What fetches say they are."""
        return self._job.user_agent

    @property
    def cancelled(self) -> bool:
        """The handler is to stop: a plain function must ask now and then."""
        return self._job.cancelled

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        follow_redirects: bool = True,
        limits: Limits | None = None,
        truncate: bool = False,
    ) -> Response:
        """Fetches a URL under the workspace's policy."""
        return self._wait(
            self._job.fetch(
                url,
                method=method,
                headers=headers,
                body=body,
                follow_redirects=follow_redirects,
                limits=limits,
                truncate=truncate,
            )
        )

    def step(
        self, name: str, function: Callable[..., object], *args: object, **kwargs: object
    ) -> object:
        """Runs the function once per job, in this thread, and remembers its result."""

        async def in_thread() -> object:
            return await asyncio.to_thread(function, *args, **kwargs)

        in_thread.__annotations__["return"] = returned_type(function)
        return self._wait(self._job.step(name, in_thread))

    def progress(self, fraction: float, message: str = "", **data: object) -> None:
        """Tells how far the job is."""
        self._wait(self._job.progress(fraction, message, **data))

    def log(self, message: str, **data: object) -> None:
        """Adds a line to the job's events."""
        self._wait(self._job.log(message, **data))

    def _wait(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
