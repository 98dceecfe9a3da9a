"""A socket to one vetted address, metered: the byte stream beneath an HTTP connection."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address

import httpcore2

from haulier.safefetch.budget import Budget
from haulier.safefetch.errors import ConnectFailed, Refused, TimedOut, TlsFailed, TooLarge
from haulier.safefetch.inbox import Inbox
from haulier.safefetch.policy import Address
from haulier.safefetch.process_guard import unguarded
from haulier.safefetch.trust import tls_reason

_MAX_DIALLED = 4


class MeteredStream(httpcore2.AsyncNetworkStream):
    """Reads and writes under the limits of the exchange that uses it at the moment."""

    def __init__(self, inbox: Inbox, transport: asyncio.Transport, peer: Address) -> None:
        self._inbox = inbox
        self._transport = transport
        self.peer = str(peer)
        self._budget: Budget | None = None
        self._awaits_head = False
        self._head_bytes = 0

    @property
    def negotiated(self) -> str | None:
        """The protocol that ALPN agreed on."""
        tls = self._transport.get_extra_info("ssl_object")
        return tls.selected_alpn_protocol() if isinstance(tls, ssl.SSLObject) else None

    @property
    def is_ended(self) -> bool:
        """The peer closed the connection."""
        return self._inbox.is_closed or self._transport.is_closing()

    @property
    def is_quiet(self) -> bool:
        """The connection is open and nothing came in that nobody asked for."""
        return not self.is_ended and self._inbox.is_empty

    @property
    def head_bytes(self) -> int:
        """What came in since the exchange began."""
        return self._head_bytes

    def begin(self, budget: Budget) -> None:
        """Hand the stream to an exchange; what comes next is the head of an answer."""
        self._budget = budget
        self._awaits_head = True
        self._head_bytes = 0

    def head_is_complete(self) -> None:
        """From here on the body is read: the idle limit rules, not that of the first byte."""
        self._awaits_head = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109
        """Return what came in, b"" at the end. Raises TimedOut, TooLarge or ConnectFailed."""
        budget = self._used_budget()
        limits = budget.limits
        if self._awaits_head and self._head_bytes > limits.header_bytes:
            raise TooLarge("header_bytes")
        seconds = limits.first_byte_seconds if self._awaits_head else limits.idle_seconds
        scope = budget.scope(seconds)
        try:
            async with asyncio.timeout_at(scope.when):
                data = await self._inbox.read(max_bytes)
        except TimeoutError:
            raise scope.expired("first_byte" if self._awaits_head else "idle") from None
        except (OSError, ssl.SSLError):
            raise ConnectFailed("reset") from None
        if self._awaits_head:
            self._head_bytes += len(data)
        budget.receive(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
        """Send bytes. Raises TimedOut, or httpcore2's WriteError, upon which it reads on."""
        if not buffer:
            return
        budget = self._used_budget()
        scope = budget.scope(budget.limits.idle_seconds)
        try:
            async with asyncio.timeout_at(scope.when):
                self._transport.write(buffer)
                await self._inbox.drain()
        except TimeoutError:
            raise scope.expired("idle") from None
        except (OSError, ssl.SSLError) as error:
            raise httpcore2.WriteError from error

    async def aclose(self) -> None:
        """Close at once: no farewell is waited for."""
        self.abort()

    def abort(self) -> None:
        """Cut the connection; the descriptor is gone with the next turn of the loop."""
        self._transport.abort()

    def get_extra_info(self, info: str) -> object:  # noqa: ARG002
        """Know nothing: httpcore2 asks only to find out what `is_quiet` tells."""
        return None

    def _used_budget(self) -> Budget:
        if self._budget is None:
            raise RuntimeError("the stream was used outside of an exchange")
        return self._budget


async def dial(
    addresses: Sequence[Address],
    port: int,
    *,
    tls: ssl.SSLContext | None,
    server_name: str,
    budget: Budget,
) -> MeteredStream:
    """Connect to the first vetted address that answers, at most four, under one limit of time.

    Raises ConnectFailed, TlsFailed or TimedOut.
    """
    tried = addresses[:_MAX_DIALLED]
    scope = budget.scope(budget.limits.connect_seconds)
    share = (scope.when - asyncio.get_running_loop().time()) / len(tried)
    for position, address in enumerate(tried):
        is_last = position == len(tried) - 1
        try:
            async with asyncio.timeout_at(scope.when), asyncio.timeout(None if is_last else share):
                return await _connect(address, port, tls=tls, server_name=server_name)
        except TimeoutError:
            if is_last:
                raise scope.expired("connect") from None
        except ConnectFailed:
            if is_last:
                raise
    raise TimedOut("connect")


async def open_socket(address: Address, port: int) -> socket.socket:
    """Connect a socket to exactly this address and compare the peer. Raises ConnectFailed."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with unguarded():  # the address was vetted, by the policy of this fetcher
            await asyncio.get_running_loop().sock_connect(connection, (str(address), port))
        _compare_peer(connection, address, port)
    except ConnectionRefusedError:
        connection.close()
        raise ConnectFailed("refused") from None
    except OSError:
        connection.close()
        raise ConnectFailed("unreachable") from None
    except BaseException:
        connection.close()
        raise
    return connection


def _compare_peer(connection: socket.socket, address: Address, port: int) -> None:
    """Raise Refused if something between here and there led the connection elsewhere."""
    peer, peer_port = connection.getpeername()[:2]
    if ip_address(peer) != address or peer_port != port:
        raise Refused("peer_mismatch")


async def _connect(
    address: Address, port: int, *, tls: ssl.SSLContext | None, server_name: str
) -> MeteredStream:
    connection = await open_socket(address, port)
    try:
        transport, inbox = await asyncio.get_running_loop().create_connection(
            Inbox, sock=connection, ssl=tls, server_hostname=server_name if tls else None
        )
    except ssl.SSLError as error:
        connection.close()
        raise TlsFailed(tls_reason(error)) from None
    except OSError:
        connection.close()
        raise ConnectFailed("reset") from None
    except BaseException:
        connection.close()
        raise
    inbox.attach(transport)
    return MeteredStream(inbox, transport, address)
