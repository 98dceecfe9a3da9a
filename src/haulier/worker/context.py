"""The handler's view of its job: `JobContext` as the worker gives it."""

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, ParamSpec, TypeVar, overload

import msgspec

from haulier.domain.ids import WorkspaceId, format_job_id
from haulier.errors import InvalidInput, StaleLease
from haulier.handlers.base import encode_result
from haulier.handlers.remembered import restore_step
from haulier.redact import redact, redact_text
from haulier.safefetch import EgressDenied, Limits, Response, TlsInspection, unguarded
from haulier.services.attempts import Attempts
from haulier.worker.fetchers import USER_AGENT, Fetchers
from haulier.worker.recorder import Recorder
from haulier.worker.running import HeldJob, Interruption

P = ParamSpec("P")
T = TypeVar("T")

MAX_LOGS: Final = 1000
MAX_MESSAGE: Final = 2000
MAX_STEP_NAME: Final = 200
_MAX_READ: Final = 10 * MAX_MESSAGE


class RunningJob:
    """One running attempt; see `haulier.handlers.context.JobContext` for what each part does."""

    def __init__(
        self, job: HeldJob, attempts: Attempts, recorder: Recorder, fetchers: Fetchers
    ) -> None:
        self._job = job
        self._attempts = attempts
        self._recorder = recorder
        self._fetchers = fetchers
        self._fraction = 0.0
        self._logs = 0
        self._steps: set[str] = set()
        self._closed = False

    @property
    def workspace_id(self) -> WorkspaceId:
        """The workspace that the job belongs to."""
        return self._job.claimed.workspace_id

    @property
    def job_id(self) -> str:
        """`job_...`."""
        return format_job_id(self._job.claimed.job_id)

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""
        return self._job.claimed.attempt

    @property
    def max_attempts(self) -> int:
        """After so many charged attempts the job fails for good."""
        return self._job.claimed.max_attempts

    @property
    def created_at(self) -> datetime:
        """When the job was asked for."""
        return self._job.claimed.created_at

    @property
    def trace_context(self) -> str | None:
        """The W3C traceparent of whoever asked."""
        return self._job.claimed.trace_context

    @property
    def user_agent(self) -> str:
        """What fetches say they are."""
        return USER_AGENT

    @property
    def cancelled(self) -> bool:
        """The handler is to stop."""
        return self._closed or self._job.interruption is not None

    def close(self) -> None:
        """The attempt is over: a handler that goes on all the same writes nothing any more."""
        self._closed = True

    async def fetch(
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
        self._require_open()
        with unguarded():
            fetcher = await self._fetchers.get(self.workspace_id)
        return await fetcher.fetch(
            url,
            method=method,
            headers=tuple(headers),
            body=body,
            follow_redirects=follow_redirects,
            limits=limits,
            on_overflow="truncate" if truncate else "error",
        )

    async def inspect_tls(self, url: str) -> TlsInspection:
        """Looks at the certificate and protocol of a URL's origin."""
        self._require_open()
        with unguarded():
            fetcher = await self._fetchers.get(self.workspace_id)
        return await fetcher.inspect_tls(url)

    @overload
    async def step(
        self, name: str, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T: ...
    @overload
    async def step(
        self, name: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T: ...
    async def step(
        self, name: str, function: Callable[..., object], *args: object, **kwargs: object
    ) -> object:
        """Runs the function once per job and remembers its result."""
        self._require_open()
        if not 1 <= len(name) <= MAX_STEP_NAME or name in self._steps:
            raise InvalidInput(f"A step's name has 1 to {MAX_STEP_NAME} characters, used once.")
        self._steps.add(name)
        claimed = self._job.claimed
        with unguarded():
            known = await self._attempts.recall_step(claimed.workspace_id, claimed.job_id, name, "")
        if known is not None:
            return restore_step(known, function)
        value = function(*args, **kwargs)
        if inspect.isawaitable(value):
            value = await value
        text = encode_result(value).decode()
        with unguarded():
            held = await self._attempts.remember_step(self._job.hold, name, "", text)
        if held is None:
            self._job.interrupt(Interruption.LOST)
            raise StaleLease
        self._job.heard(held)
        if self._job.interruption is not None:
            raise asyncio.CancelledError
        return restore_step(text, function)

    async def progress(self, fraction: float, message: str = "", **data: object) -> None:
        """Tells how far the job is."""
        self._require_open()
        if not 0 <= fraction <= 1:
            raise InvalidInput("Progress is a fraction from 0 to 1.")
        self._fraction = max(self._fraction, float(fraction))
        safe = {str(key): value for key, value in redact(data).items()}
        self._recorder.progress(
            self._job,
            {**_plain(safe), "progress": self._fraction, "message": _shorten(message)},
        )

    async def log(self, message: str, **data: object) -> None:
        """Adds a line to the job's events."""
        self._require_open()
        self._logs += 1
        if self._logs > MAX_LOGS:
            return
        last = self._logs == MAX_LOGS
        text = "Further lines of this attempt are not kept." if last else _shorten(message)
        self._recorder.log(self._job, {**_plain(redact(data)), "message": text})

    def egress_denied(self, denial: EgressDenied) -> None:
        """Writes down that a socket of the handler's own was denied, while the attempt runs."""
        if not self._closed:
            self._recorder.log(
                self._job,
                {
                    "operation": denial.operation,
                    "reason": denial.reason,
                    "message": redact_text("egress denied"),
                },
            )

    def _require_open(self) -> None:
        if self._closed:
            raise StaleLease("This attempt is over.")


def _shorten(message: str) -> str:
    """Redacted before it is cut: half a secret would pass for none."""
    return redact_text(redact_text(message[:_MAX_READ])[:MAX_MESSAGE])


def _plain(data: dict[str, object]) -> dict[str, object]:
    """The data as JSON can hold it; numbers that it has no word for become null."""
    known: object = msgspec.to_builtins(
        data, str_keys=True, enc_hook=lambda value: _shorten(repr(value))
    )
    text = json.dumps(known)
    plain: dict[str, object] = json.loads(text, parse_constant=lambda _: None)
    return plain
