"""A small HTTP/1.1 server on 127.0.0.1 that says exactly what it is told to say.

Bodies, header order, header case and even wrong lengths go out as the responder writes them: a
server that mends its answers could not show faults. A port with TLS also answers plain HTTP (it
looks at the first byte), so that `http://` on the same port can be tried.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httptools

HEAD_AND_BODY_LIMIT_BYTES = 256 * 1024
_IDLE_SECONDS = 30
_TLS_CLOSE_SECONDS = 1
_TLS_HANDSHAKE_RECORD = b"\x16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked; its body was read and dropped."""

    method: str
    target: str
    """As sent: path and query."""
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in order."""
    secure: bool
    """It came over TLS."""
    keeps_open: bool
    """The client means to ask again on this connection."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def first(self, name: str) -> str | None:
        """The first value of a header field, given in lower case, or None."""
        return next((value for key, value in self.headers if key == name), None)


Respond = Callable[[Request, asyncio.StreamWriter], Awaitable[bool]]
"""Writes one answer; True when the connection may serve another request."""


def listen(port: int = 0) -> socket.socket:
    """A listening socket on 127.0.0.1; port 0 lets the system choose.

    Raises OSError when the port is taken.
    """
    listener = socket.create_server(("127.0.0.1", port))
    listener.setblocking(False)
    return listener


class LoopbackServer:
    """Serves one listening socket while its context is open, and closes it at the end."""

    def __init__(
        self, listener: socket.socket, respond: Respond, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._listener = listener
        self._respond = respond
        self._tls = tls
        self._group = asyncio.TaskGroup()
        self._tasks = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._start(self._accept())
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        try:
            # The body's own error is not the group's: handed in, it would come back wrapped.
            await self._group.__aexit__(None, None, None)
        finally:
            self._listener.close()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(ConnectionAbortedError):
                connection, _ = await loop.sock_accept(self._listener)
                self._start(self._serve(connection))

    async def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            secure = self._tls is not None and await _begins_with_tls(connection)
            reader, writer = await _open(connection, self._tls if secure else None)
            try:
                await self._converse(reader, writer, secure=secure)
                writer.close()
                await writer.wait_closed()
            finally:
                writer.transport.abort()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, secure: bool
    ) -> None:
        inbox = _Inbox(secure=secure)
        while True:
            async with asyncio.timeout(_IDLE_SECONDS):
                chunk = await reader.read(65536)
            if not chunk:
                return
            if not inbox.take(chunk):
                writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                return
            while inbox.requests:
                if not await self._respond(inbox.requests.pop(0), writer):
                    return


class _Inbox:
    """Turns bytes into requests; httptools calls the `on_` methods."""

    def __init__(self, *, secure: bool) -> None:
        self.requests: list[Request] = []
        self._secure = secure
        self._parser = httptools.HttpRequestParser(self)
        self._pending_bytes = 0
        self._target = b""
        self._headers: list[tuple[str, str]] = []

    def take(self, chunk: bytes) -> bool:
        """Whether the bytes so far are HTTP/1.1 of a bearable size."""
        self._pending_bytes += len(chunk)
        if self._pending_bytes > HEAD_AND_BODY_LIMIT_BYTES:
            return False
        try:
            self._parser.feed_data(chunk)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return False
        return True

    def on_message_begin(self) -> None:
        self._target = b""
        self._headers = []

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_message_complete(self) -> None:
        self._pending_bytes = 0
        self.requests.append(
            Request(
                method=self._parser.get_method().decode("latin-1"),
                target=self._target.decode("latin-1"),
                headers=tuple(self._headers),
                secure=self._secure,
                keeps_open=self._parser.should_keep_alive(),
            )
        )


async def _begins_with_tls(connection: socket.socket) -> bool:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        async with asyncio.timeout(_IDLE_SECONDS):
            await readable.wait()
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE_RECORD


async def _open(
    connection: socket.socket, tls: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(
        lambda: protocol,
        connection,
        ssl=tls,
        ssl_shutdown_timeout=_TLS_CLOSE_SECONDS if tls else None,
    )
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
