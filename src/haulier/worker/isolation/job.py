"""The job as a handler in a process of its own sees it: the words of `BlockingJob`."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from haulier.domain.ids import WorkspaceId, parse_workspace_id
from haulier.errors import HaulierError
from haulier.handlers.base import encode_result
from haulier.handlers.remembered import restore_step
from haulier.safefetch import Limits, Response
from haulier.worker.isolation.link import Link
from haulier.worker.isolation.messages import Call, Done, Fetch, Log, Progress, Step, StepRan


class IsolatedJob:
    """A `JobContext` whose methods ask the worker, and block until it has done as asked."""

    def __init__(self, call: Call, link: Link) -> None:
        self._call = call
        self._link = link

    @property
    def workspace_id(self) -> WorkspaceId:
        """The workspace that the job belongs to."""
        return parse_workspace_id(self._call.workspace_id)

    @property
    def job_id(self) -> str:
        """`job_...`."""
        return self._call.job_id

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""
        return self._call.attempt

    @property
    def max_attempts(self) -> int:
        """After so many charged attempts the job fails for good."""
        return self._call.max_attempts

    @property
    def created_at(self) -> datetime:
        """When the job was asked for."""
        return self._call.created_at

    @property
    def trace_context(self) -> str | None:
        """The W3C traceparent of whoever asked."""
        return self._call.trace_context

    @property
    def user_agent(self) -> str:
        """What fetches say they are."""
        return self._call.user_agent

    @property
    def cancelled(self) -> bool:
        """The handler is to stop: it is killed soon if it does not."""
        return self._link.stopped

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
        """Fetches a URL under the workspace's policy; the worker does it."""
        answer = self._link.ask(
            Fetch(
                id=self._link.next_id(),
                url=url,
                method=method,
                headers=list(headers),
                body=body,
                follow_redirects=follow_redirects,
                limits=limits,
                truncate=truncate,
            )
        )
        if not isinstance(answer, Done) or answer.response is None:
            raise HaulierError("The worker gave no response.")
        return answer.response

    def step(
        self, name: str, function: Callable[..., object], *args: object, **kwargs: object
    ) -> object:
        """Runs the function once per job, in this process, and remembers its result."""
        number = self._link.next_id()
        answer = self._link.ask(Step(id=number, name=name))
        if not isinstance(answer, Done):
            answer = self._link.ask(
                StepRan(id=number, result=self._run_step(number, function, args, kwargs))
            )
        result = answer.result if isinstance(answer, Done) else None
        if result is None:
            raise HaulierError("The worker gave no result.")
        return restore_step(result.decode(), function)

    def progress(self, fraction: float, message: str = "", **data: object) -> None:
        """Tells how far the job is."""
        self._link.ask(
            Progress(id=self._link.next_id(), fraction=fraction, message=message, data=_plain(data))
        )

    def log(self, message: str, **data: object) -> None:
        """Adds a line to the job's events."""
        self._link.ask(Log(id=self._link.next_id(), message=message, data=_plain(data)))

    def _run_step(
        self,
        number: int,
        function: Callable[..., object],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> bytes:
        try:
            return encode_result(function(*args, **kwargs))
        except Exception:
            self._link.tell(StepRan(id=number, result=None))
            self._link.forget(number)
            raise


def _plain(data: dict[str, object]) -> bytes:
    return msgspec.json.encode(data, enc_hook=repr)
