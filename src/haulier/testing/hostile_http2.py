"""A loopback HTTP/2 server, as well-behaved or not as a test wants."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import h2.config
import h2.connection
import h2.events

from haulier.testing.hostile_server import Request, Site

Behave = Callable[[h2.connection.H2Connection, int, dict[str, str]], bytes]
"""Answers (connection, stream, request) and returns bytes to send besides, raw frames perhaps."""


def answer(body: bytes, **headers: str) -> Behave:
    """Answer with a body; `status` and other headers by keyword, `_` for `-`."""

    def behave(state: h2.connection.H2Connection, stream: int, _request: dict[str, str]) -> bytes:
        pairs = [(":status", headers.get("status", "200"))]
        pairs += [(k.replace("_", "-"), v) for k, v in headers.items() if k != "status"]
        state.send_headers(stream, pairs)
        state.send_data(stream, body, end_stream=True)
        return b""

    return behave


@asynccontextmanager
async def serve_http2(behave: Behave, tls: ssl.SSLContext) -> AsyncGenerator[Site]:
    """Run a server on a free loopback port; on leaving, every connection is cut."""
    site = Site(scheme="https")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.connections += 1
        site.open.add(writer)
        config = h2.config.H2Configuration(
            client_side=False, validate_outbound_headers=False, normalize_outbound_headers=False
        )
        state = h2.connection.H2Connection(config)
        state.initiate_connection()
        try:
            while True:
                writer.write(state.data_to_send())
                await writer.drain()
                data = await reader.read(65536)
                if not data:
                    break
                for event in state.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        request = {
                            key.decode(): value.decode() for key, value in event.headers or []
                        }
                        site.requests.append(_noted(request))
                        extra = behave(state, event.stream_id or 0, request)
                        writer.write(state.data_to_send() + extra)
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            site.open.discard(writer)
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for writer in list(site.open):
            writer.transport.abort()
        await asyncio.sleep(0.01)


def _noted(fields: dict[str, str]) -> Request:
    return Request(
        method=fields[":method"], target=fields[":path"], headers=tuple(fields.items()), body=b""
    )
