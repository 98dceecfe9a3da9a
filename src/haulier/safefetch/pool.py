"""Connections of one fetcher: vetted, kept for a while, never shared with another fetcher."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakValueDictionary

from haulier.safefetch.budget import Budget
from haulier.safefetch.http1 import Http1Connection
from haulier.safefetch.http2 import Http2Connection
from haulier.safefetch.policy import Address
from haulier.safefetch.streams import dial
from haulier.safefetch.trust import verifying_context
from haulier.safefetch.urls import Target

Connection = Http1Connection | Http2Connection

_MAX_IDLE = 64
_IDLE_SECONDS = 15.0


@dataclass(slots=True)
class Lease:
    """A connection in the hands of one exchange."""

    connection: Connection
    was_kept: bool
    """It served before, so the server may have closed it in the meantime."""
    returns: bool = field(default=False)
    """The exchange ended cleanly: the connection may be kept."""


@dataclass(frozen=True, slots=True)
class _Kept:
    origin: str
    connection: Connection
    expires_at: float


class Pool:
    """Opens, keeps and closes connections. Belongs to one event loop."""

    def __init__(self, *, connections_per_host: int, trust: str | Path | None) -> None:
        self._connections_per_host = connections_per_host
        self._trust = trust
        self._tls: ssl.SSLContext | None = None
        self._kept: list[_Kept] = []
        self._open: set[Connection] = set()
        self._slots: WeakValueDictionary[tuple[str, int], asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def lease(
        self, target: Target, addresses: Sequence[Address], budget: Budget, *, fresh: bool
    ) -> AsyncGenerator[Lease]:
        """Lend a connection to one of the vetted addresses; a new one if `fresh`.

        It is kept afterwards only when the exchange said so and the connection is in order;
        otherwise, and on any error or cancellation, it is cut at once.
        """
        slot = self._slot(target)
        async with slot:
            kept = None if fresh else self._take(target.origin, addresses)
            connection = kept or await self._connect(target, addresses, budget)
            lease = Lease(connection, was_kept=kept is not None)
            self._open.add(connection)
            try:
                connection.stream.begin(budget)
                yield lease
            finally:
                self._open.discard(connection)
                if lease.returns and connection.is_reusable:
                    self._keep(target.origin, connection)
                else:
                    connection.abort()

    def close(self) -> None:
        """Cut every connection, kept or in use."""
        for connection in [*(kept.connection for kept in self._kept), *self._open]:
            connection.abort()
        self._kept.clear()

    def tls_context(self) -> ssl.SSLContext:
        """Return the context that every https connection of this fetcher is made with."""
        if self._tls is None:
            self._tls = verifying_context(self._trust, protocols=("h2", "http/1.1"))
        return self._tls

    def _slot(self, target: Target) -> asyncio.Semaphore:
        key = (target.host, target.port)
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = asyncio.Semaphore(self._connections_per_host)
        return slot

    def _take(self, origin: str, addresses: Sequence[Address]) -> Connection | None:
        """Take a kept connection whose peer is among the addresses that were vetted just now."""
        peers = {str(address) for address in addresses}
        for kept in reversed(self._kept):
            if kept.origin == origin and kept.connection.stream.peer in peers:
                self._kept.remove(kept)
                if kept.connection.is_reusable and kept.expires_at > time.monotonic():
                    return kept.connection
                kept.connection.abort()
                return None
        return None

    def _keep(self, origin: str, connection: Connection) -> None:
        """Keep a connection; cut those that are too old, and the oldest of too many."""
        now = time.monotonic()
        self._kept.append(_Kept(origin, connection, now + _IDLE_SECONDS))
        while len(self._kept) > _MAX_IDLE or self._kept[0].expires_at <= now:
            self._kept.pop(0).connection.abort()

    async def _connect(
        self, target: Target, addresses: Sequence[Address], budget: Budget
    ) -> Connection:
        tls = self.tls_context() if target.scheme == "https" else None
        stream = await dial(addresses, target.port, tls=tls, server_name=target.host, budget=budget)
        if stream.negotiated == "h2":
            return Http2Connection(stream, target)
        return Http1Connection(stream)
