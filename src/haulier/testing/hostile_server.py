"""A loopback HTTP server that answers with exactly the bytes that a test wants.

    async with serve(routes({"/": redirect("http://169.254.169.254/")})) as site:
        ...  # fetch site.url("/"), then look at site.requests and site.connections

It minds nothing: broken framing, endless bodies and silence go out as the answer writes them. For
a walk over many kinds of misbehaviour under names of their own see `haulier.testing.broken_site`.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came in, in the client's own writing."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Every value of a header field, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
"""Writes an answer, or whatever it likes in its place."""


@dataclass(slots=True)
class Site:
    """A running server and what it has seen."""

    port: int = 0
    scheme: str = "http"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    all_closed: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """A URL of this server; `host` is any name that leads to it."""
        return f"{self.scheme}://{host}:{self.port}{path}"


def reply(
    body: bytes = b"", *, status: str = "200 OK", headers: tuple[tuple[str, str], ...] = ()
) -> bytes:
    """Build a well-formed answer with a length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def raw(*parts: bytes, close: bool = True) -> Answer:
    """Answer every request with these bytes, then close."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if close:
            writer.close()

    return answer


def routes(table: dict[str, bytes]) -> Answer:
    """Answer by path, on a connection that stays open."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(table.get(request.target, reply(b"", status="404 Not Found")))
        await writer.drain()

    return answer


def redirect(location: str, status: int = 302) -> bytes:
    """Build an answer that leads elsewhere; the location goes out as it is."""
    return reply(status=f"{status} Moved", headers=(("Location", location),))


async def hang(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Say nothing until the client leaves."""
    await writer.wait_closed()


@asynccontextmanager
async def serve(
    answer: Answer, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[Site]:
    """Run a server; on leaving, every connection is cut."""
    site = Site(scheme="https" if tls else "http")
    site.all_closed.set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.connections += 1
        site.open.add(writer)
        site.all_closed.clear()
        try:
            while not writer.is_closing():
                request = await _read_request(reader)
                site.requests.append(request)
                await _answer_or_leave(answer, request, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            site.open.discard(writer)
            if not site.open:
                site.all_closed.set()
            writer.transport.abort()

    server = await asyncio.start_server(handle, host, port, ssl=tls, limit=1024 * 1024)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for writer in list(site.open):
            writer.transport.abort()
        if site.open:
            async with asyncio.timeout(5):
                await site.all_closed.wait()


async def _answer_or_leave(
    answer: Answer,
    request: Request,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Stop answering as soon as the client has gone."""

    async def watch(task: asyncio.Task[None]) -> None:
        while not (reader.at_eof() or reader.exception() or writer.is_closing()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        task.cancel()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(_quietly(answer(request, writer)))
        watcher = group.create_task(watch(task))
        task.add_done_callback(lambda _: watcher.cancel())


async def _quietly(answering: Awaitable[None]) -> None:
    try:
        await answering
    except ConnectionError:
        return


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = tuple((line.partition(":")[0], line.partition(":")[2].strip()) for line in lines)
    length = next((int(value) for name, value in pairs if name.lower() == "content-length"), 0)
    body = await reader.readexactly(length) if length else b""
    return Request(method=method, target=target, headers=pairs, body=body)
