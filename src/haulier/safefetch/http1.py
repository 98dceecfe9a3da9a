"""HTTP/1.1 over a metered stream."""

from collections.abc import AsyncGenerator
from contextlib import suppress

import h11
import httpcore2

from haulier.safefetch.errors import ConnectFailed, ProtocolBroken
from haulier.safefetch.message import Head, Message, read_head
from haulier.safefetch.policy import Limits
from haulier.safefetch.streams import MeteredStream

_READ_BYTES = 64 * 1024
# The head is bounded by `Limits.header_bytes`, in the stream; this bounds a chunk's first line.
_MAX_EVENT_BYTES = 1024 * 1024
_SWITCHING = 101
_VERSIONS = frozenset({"1.0", "1.1"})


class Http1Connection:
    """One connection, one exchange at a time."""

    def __init__(self, stream: MeteredStream) -> None:
        self.stream = stream
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_EVENT_BYTES)

    @property
    def is_reusable(self) -> bool:
        """The last exchange ended cleanly and nothing came in after it."""
        return (
            self._state.our_state is h11.IDLE
            and self._state.trailing_data == (b"", False)
            and self.stream.is_quiet
        )

    async def send(self, message: Message, user_agent: str, limits: Limits) -> Head:
        """Send a request and return the head of the answer. Raises FetchError."""
        request = h11.Request(
            method=message.method, target=message.target.path, headers=message.fields(user_agent)
        )
        parts = [self._state.send(request)]
        if message.body is not None:
            parts.append(self._state.send(h11.Data(data=message.body)))
        parts.append(self._state.send(h11.EndOfMessage()))
        # A server may answer, with 413 for one, and close before it has read everything.
        with suppress(httpcore2.WriteError):
            await self.stream.write(b"".join(part for part in parts if part))
        return await self._receive_head(limits)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it comes, still in its content coding. Raises FetchError."""
        while True:
            event = await self._next_event()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                break
            else:
                raise ProtocolBroken("framing")
        if self._state.our_state is h11.DONE and self._state.their_state is h11.DONE:
            self._state.start_next_cycle()

    def abort(self) -> None:
        """Cut the connection."""
        self.stream.abort()

    async def _receive_head(self, limits: Limits) -> Head:
        while True:
            event = await self._next_event()
            if isinstance(event, h11.Response):
                break
            if not isinstance(event, h11.InformationalResponse) or event.status_code == _SWITCHING:
                raise ProtocolBroken("status")
        self.stream.head_is_complete()
        version = event.http_version.decode("ascii")
        if version not in _VERSIONS:
            raise ProtocolBroken("version")
        return read_head(event.status_code, event.headers.raw_items(), version, limits)

    async def _next_event(self) -> object:
        while True:
            try:
                event = self._state.next_event()
            except h11.RemoteProtocolError as error:
                raise ProtocolBroken(_reason(error)) from None
            if event is not h11.NEED_DATA:
                return event
            data = await self.stream.read(_READ_BYTES)
            if not data and self._state.their_state is h11.SEND_RESPONSE:
                raise ConnectFailed("disconnected")
            self._state.receive_data(data)


def _reason(error: h11.RemoteProtocolError) -> str:
    """A body that ends too early is the one failure that trying again may mend."""
    return "truncated" if "without sending complete message body" in str(error) else "framing"
