"""The receiving end of a socket: what came in waits here, within a bound, until it is read."""

import asyncio

_HIGH_WATER_BYTES = 256 * 1024


class Inbox(asyncio.Protocol):
    """Buffers what a peer sends and pauses it when nobody reads."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._error: Exception | None = None
        self.is_closed = False
        """The peer will send nothing more."""

    @property
    def is_empty(self) -> bool:
        """Nothing is waiting to be read."""
        return not self._buffer

    def attach(self, transport: asyncio.Transport) -> None:
        """Remember the transport, to pause it when nobody reads."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep what came in; pause the peer at the high-water mark."""
        self._buffer += data
        if len(self._buffer) > _HIGH_WATER_BYTES and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Note the end; the transport closes itself."""
        self.is_closed = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end and its cause."""
        self.is_closed = True
        self._error = exc
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        """Hold writers back."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    async def read(self, max_bytes: int) -> bytes:
        """Return what is there, at most `max_bytes`; wait if there is nothing; b"" at the end.

        Raises OSError when the connection was cut.
        """
        while not self._buffer:
            if self._error is not None:
                raise self._error
            if self.is_closed:
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        data = bytes(memoryview(self._buffer)[:max_bytes])
        del self._buffer[:max_bytes]
        if len(self._buffer) <= _HIGH_WATER_BYTES and self._transport is not None:
            self._transport.resume_reading()
        return data

    async def drain(self) -> None:
        """Wait until the peer takes what was written. Raises OSError when it cut the connection."""
        await self._writable.wait()
        if self._error is not None:
            raise self._error

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
