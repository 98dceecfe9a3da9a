"""HTTP/2 over a metered stream: one exchange at a time on a connection."""

from collections.abc import AsyncGenerator

import h2.exceptions
import httpcore2

from haulier.safefetch.errors import ConnectFailed, ProtocolBroken
from haulier.safefetch.message import Head, Message, read_head
from haulier.safefetch.policy import Limits
from haulier.safefetch.streams import MeteredStream
from haulier.safefetch.urls import Target

# What httpcore2 and h2 raise when a server breaks the protocol; a status that is no number
# surfaces as ValueError.
_BROKEN = (httpcore2.ProtocolError, h2.exceptions.H2Error, ValueError, KeyError)


class Http2Connection:
    """One connection, one exchange at a time."""

    def __init__(self, stream: MeteredStream, target: Target) -> None:
        self.stream = stream
        self._origin = httpcore2.Origin(
            target.scheme.encode("ascii"), target.host.encode("ascii"), target.port
        )
        self._connection = httpcore2.AsyncHTTP2Connection(self._origin, stream)
        self._answer: httpcore2.Response | None = None
        self._is_done = False

    @property
    def is_reusable(self) -> bool:
        """The last exchange ended cleanly and the server has not said goodbye."""
        return self._is_done and self._connection.is_available() and not self.stream.is_ended

    async def send(self, message: Message, user_agent: str, limits: Limits) -> Head:
        """Send a request and return the head of the answer. Raises FetchError."""
        self._is_done = False
        request = httpcore2.Request(
            method=message.method.encode("ascii"),
            url=httpcore2.URL(
                scheme=self._origin.scheme,
                host=self._origin.host,
                port=self._origin.port,
                target=message.target.path.encode("ascii"),
            ),
            headers=message.fields(user_agent),
            content=message.body,
        )
        try:
            answer = await self._connection.handle_async_request(request)
        except _BROKEN:
            raise self._failure() from None
        except (httpcore2.ConnectionNotAvailable, httpcore2.NetworkError):
            raise ConnectFailed("disconnected") from None
        self._answer = answer
        self.stream.head_is_complete()
        return read_head(answer.status, list(answer.headers), "2", limits)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it comes, still in its content coding. Raises FetchError."""
        if self._answer is None:
            raise RuntimeError("there is no answer to read")
        try:
            async for piece in self._answer.aiter_stream():
                yield piece
            await self._answer.aclose()
        except _BROKEN:
            raise self._failure() from None
        except httpcore2.NetworkError:
            raise ConnectFailed("reset") from None
        self._is_done = True

    def abort(self) -> None:
        """Cut the connection."""
        self.stream.abort()

    def _failure(self) -> ProtocolBroken:
        return ProtocolBroken("truncated" if self.stream.is_ended else "framing")
