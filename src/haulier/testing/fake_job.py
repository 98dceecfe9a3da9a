"""A job in your hands: runs a handler as a worker would, without worker, database or server.

    async def test_a_report_counts_the_rows() -> None:
        async with FakeJob(policy=Policy()) as job:
            report = await job.run(shop_report, ReportArgs(url="https://example.com/"))

        assert report.rows == 3
        assert job.told[-1].fraction == 1.0

Fetches are real and go through safefetch: what a worker refuses, this refuses too. To reach a
server of the test's own, say so: `Policy(allow=(ip_network("127.0.0.1/32"),), ports=...)`.
Steps are remembered: `FakeJob(steps=job.steps, attempt=2)` is the next attempt of the same job.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar, overload

from uuid_utils.compat import uuid7

from haulier.domain.ids import WorkspaceId, format_job_id, parse_workspace_id
from haulier.errors import InvalidInput
from haulier.handlers.base import Handler, encode_result
from haulier.handlers.remembered import restore_step
from haulier.redact import redact, redact_text
from haulier.safefetch import Limits, Policy, Response, SafeFetcher, TlsInspection
from haulier.worker.blocking import BlockingJob

P = ParamSpec("P")
T = TypeVar("T")

_USER_AGENT: Final = "haulier/test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One call of `progress`, redacted, its fraction never below an earlier one."""

    fraction: float
    message: str
    data: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One call of `log`, redacted."""

    message: str
    data: Mapping[str, object] = field(default_factory=dict[str, object])


class FakeJob:
    """A `JobContext` for tests. One handler at a time, on one event loop.

    `trust` is a PEM file of further authorities for https. `limits` is a ceiling: a fetch gets
    the smaller of it and of what the handler asks for, so that a test of a silent server need
    not wait as long as a job would. Without a deadline of its own: use `asyncio.timeout`.
    """

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        trust: Path | None = None,
        limits: Limits | None = None,
        workspace_id: str = "test",
        attempt: int = 1,
        max_attempts: int = 5,
        steps: Mapping[str, str] | None = None,
    ) -> None:
        self._fetcher = SafeFetcher(policy or Policy(), trust=trust, user_agent=_USER_AGENT)
        self._limits = limits
        self._named: set[str] = set()
        self._task: asyncio.Task[object] | None = None
        self.workspace_id: WorkspaceId = parse_workspace_id(workspace_id)
        self.job_id = format_job_id(uuid7())
        self.attempt = attempt
        self.max_attempts = max_attempts
        self.created_at = datetime.now(UTC)
        self.trace_context: str | None = None
        self.user_agent = _USER_AGENT
        self.cancelled = False
        self.told: list[Told] = []
        """What `progress` was called with, in order; a worker joins calls that come too fast."""
        self.logs: list[Logged] = []
        self.steps: dict[str, str] = dict(steps or {})
        """Remembered results of steps by name, as JSON."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._fetcher.aclose()

    async def run(self, handler: Handler, args: object = None) -> object:
        """Runs a handler with args that went through JSON, as they do on their way to a worker.

        Answers what it returned. Raises what it raised, msgspec's or pydantic's ValidationError
        for args that its type refuses, and CancelledError after `cancel()`.
        """
        text = encode_result({} if args is None else args).decode()
        given = () if handler.args_type is None else (handler.decode_args(text),)
        if not handler.is_async:
            blocking = BlockingJob(self, asyncio.get_running_loop())
            return await asyncio.to_thread(handler.function, blocking, *given)
        self._task = asyncio.current_task()
        try:
            return await handler.start(self, *given)
        except asyncio.CancelledError:
            if self.cancelled and self._task is not None:
                self._task.uncancel()
            raise
        finally:
            self._task = None

    def cancel(self) -> None:
        """Somebody asks the job to stop: an asynchronous handler is cut at its next await."""
        self.cancelled = True
        if self._task is not None:
            self._task.cancel()

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
        """Fetches a URL under the policy. Raises safefetch's FetchError."""
        return await self._fetcher.fetch(
            url,
            method=method,
            headers=tuple(headers),
            body=body,
            follow_redirects=follow_redirects,
            limits=_smaller(limits or Limits(), self._limits),
            on_overflow="truncate" if truncate else "error",
        )

    async def inspect_tls(self, url: str) -> TlsInspection:
        """Looks at the certificate and protocol of a URL's origin."""
        return await self._fetcher.inspect_tls(url)

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
        """Runs the function unless the name is remembered. Raises InvalidInput for a name twice."""
        if not name or name in self._named:
            raise InvalidInput("A step's name is used once, and not empty.")
        self._named.add(name)
        if name not in self.steps:
            value = function(*args, **kwargs)
            if inspect.isawaitable(value):
                value = await value
            self.steps[name] = encode_result(value).decode()
        return restore_step(self.steps[name], function)

    async def progress(self, fraction: float, message: str = "", **data: object) -> None:
        """Notes it in `told`. Raises InvalidInput unless 0 to 1."""
        if not 0 <= fraction <= 1:
            raise InvalidInput("Progress is a fraction from 0 to 1.")
        highest = max(float(fraction), self.told[-1].fraction if self.told else 0.0)
        self.told.append(Told(fraction=highest, message=redact_text(message), data=redact(data)))

    async def log(self, message: str, **data: object) -> None:
        """Notes it in `logs`."""
        self.logs.append(Logged(message=redact_text(message), data=redact(data)))


def _smaller(wanted: Limits, ceiling: Limits | None) -> Limits:
    if ceiling is None:
        return wanted
    names = [each.name for each in fields(Limits)]
    return replace(wanted, **{n: min(getattr(wanted, n), getattr(ceiling, n)) for n in names})
