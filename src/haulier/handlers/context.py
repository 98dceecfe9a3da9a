"""What a handler has in its hands while it runs."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar, overload

from haulier.domain.ids import WorkspaceId
from haulier.safefetch import Limits, Response, TlsInspection

P = ParamSpec("P")
T = TypeVar("T")


class JobContext(Protocol):
    """One running attempt of one job of one workspace. It cannot act for another."""

    @property
    def workspace_id(self) -> WorkspaceId:
        """The workspace that the job belongs to."""
        ...

    @property
    def job_id(self) -> str:
        """`job_...`."""
        ...

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""
        ...

    @property
    def max_attempts(self) -> int:
        """After so many charged attempts the job fails for good."""
        ...

    @property
    def created_at(self) -> datetime:
        """When the job was asked for, by the database's clock."""
        ...

    @property
    def trace_context(self) -> str | None:
        """The W3C traceparent of whoever asked, to be carried on."""
        ...

    @property
    def user_agent(self) -> str:
        """What fetches say they are."""
        ...

    @property
    def cancelled(self) -> bool:
        """The job was told to stop, its time is up, or the worker is stopping.

        Asynchronous handlers are cancelled at their next await; long loops and synchronous
        handlers ask here.
        """
        ...

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
        """Fetches a URL through safefetch under the workspace's policy.

        `truncate` cuts a body at the limit instead of raising. Raises safefetch's FetchError.
        """
        ...

    async def inspect_tls(self, url: str) -> TlsInspection:
        """Looks at the certificate and protocol of a URL's origin; sends no request."""
        ...

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
        """Runs the function once per job: its result is remembered, and a later attempt gets it.

        What it returns must survive JSON; the type it is annotated with is restored. Two steps of
        one job have two names. Raises what the function raises; nothing is remembered then.
        """
        ...

    async def progress(self, fraction: float, message: str = "", **data: object) -> None:
        """Tells how far the job is (0 to 1) to everybody who watches it.

        Calls in quick succession are joined: at most four a second are stored, the last one
        always. Text is redacted. Going back has no effect on the fraction.
        """
        ...

    async def log(self, message: str, **data: object) -> None:
        """Adds a line to the job's events, redacted; at most a thousand an attempt are kept."""
        ...
