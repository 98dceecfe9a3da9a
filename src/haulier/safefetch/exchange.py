"""One hop: vet the target, borrow a connection, send, read."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from haulier.safefetch.budget import Budget
from haulier.safefetch.decoding import Body, content_coding
from haulier.safefetch.errors import ConnectFailed, ProtocolBroken, TimedOut, TooLarge
from haulier.safefetch.message import Head, Message
from haulier.safefetch.policy import Address, Policy
from haulier.safefetch.pool import Connection, Lease, Pool
from haulier.safefetch.redirects import asks_to_go_on
from haulier.safefetch.resolver import Lookup
from haulier.safefetch.response import Hop
from haulier.safefetch.vetting import vet

# A kept connection may be closed by the server just as a request is sent (RFC 9110 9.2.2).
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
_CUT = frozenset({"disconnected", "reset"})
# The body of a redirect is of no use; a short one is read so that the connection can be kept.
_DRAINED_BYTES = 64 * 1024
_DRAIN_SECONDS = 0.5
# Pieces that are already here are handed out without a pause: other tasks want their turn as well.
_PIECES_A_TURN = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """A hop that was answered: a redirect to follow, or the final answer with its body."""

    hop: Hop
    head: Head
    redirects: bool
    body: bytes = b""
    wire_bytes: int = 0
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanger:
    """Everything that stays the same over a chain of hops."""

    policy: Policy
    pool: Pool
    lookup: Lookup
    budget: Budget
    user_agent: str
    follows: bool
    truncates: bool

    async def exchange(self, message: Message) -> Exchanged:
        """Send a request to a vetted address and read the answer. Raises FetchError."""
        started = time.perf_counter()
        limits = self.budget.limits
        addresses = await vet(
            message.target, self.policy, self.lookup, dns_seconds=limits.dns_seconds
        )
        try:
            return await self._attempt(message, addresses, started, fresh=False)
        except _StaleConnection:
            return await self._attempt(message, addresses, started, fresh=True)

    async def _attempt(
        self, message: Message, addresses: tuple[Address, ...], started: float, *, fresh: bool
    ) -> Exchanged:
        async with self.pool.lease(message.target, addresses, self.budget, fresh=fresh) as lease:
            head = await self._send(message, lease)
            first_byte_ms = self.budget.elapsed_ms(started)
            hop = Hop(
                method=message.method,
                url=message.target.href,
                status=head.status,
                headers=head.headers,
                peer=lease.connection.stream.peer,
                http_version=head.http_version,
                first_byte_ms=first_byte_ms,
                total_ms=first_byte_ms,
            )
            if self.follows and asks_to_go_on(head):
                lease.returns = await _drain(lease.connection)
                exchanged = Exchanged(hop=hop, head=head, redirects=True)
            else:
                exchanged = await self._read(message, head, hop, lease)
        return replace(
            exchanged, hop=replace(exchanged.hop, total_ms=self.budget.elapsed_ms(started))
        )

    async def _send(self, message: Message, lease: Lease) -> Head:
        try:
            return await lease.connection.send(message, self.user_agent, self.budget.limits)
        except ConnectFailed as error:
            untouched = lease.connection.stream.head_bytes == 0
            repeatable = message.method in _REPEATABLE and error.reason in _CUT
            if lease.was_kept and untouched and repeatable:
                raise _StaleConnection from error
            raise

    async def _read(self, message: Message, head: Head, hop: Hop, lease: Lease) -> Exchanged:
        limits = self.budget.limits
        coding = content_coding(head.values("content-encoding"))
        body = Body(coding, limits, truncates=self.truncates)
        if not self.truncates and message.method != "HEAD":
            self._refuse_announced(head)
        try:
            async with aclosing(lease.connection.pieces()) as pieces:
                lease.returns = await _gather(pieces, body)
        except TooLarge as error:
            if not self.truncates or error.reason != "wire_bytes":
                raise
            body.truncated = True
        return Exchanged(
            hop=hop,
            head=head,
            redirects=False,
            body=body.finish(),
            wire_bytes=body.wire_bytes,
            truncated=body.truncated,
        )

    def _refuse_announced(self, head: Head) -> None:
        """Refuse a body by its announced length, before any of it is read."""
        room = self.budget.limits.wire_bytes - self.budget.wire_bytes
        if any(int(value) > room for value in head.values("content-length") if value.isdigit()):
            raise TooLarge("wire_bytes")


async def _gather(pieces: AsyncGenerator[bytes, None], body: Body) -> bool:
    """Feed a body to its end; False where it ended earlier, at a limit."""
    turn = 0
    async for piece in pieces:
        if not body.feed(piece):
            return False
        turn += 1
        if turn % _PIECES_A_TURN == 0:
            await asyncio.sleep(0)
    return True


async def _drain(connection: Connection) -> bool:
    """Read a short body to its end; False where it is too long, slow or broken to be worth it."""
    drained = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS), aclosing(connection.pieces()) as pieces:
            async for piece in pieces:
                drained += len(piece)
                if drained > _DRAINED_BYTES:
                    return False
    except (ConnectFailed, ProtocolBroken, TimedOut, TimeoutError):
        return False
    return True


class _StaleConnection(Exception):
    """The server had closed a kept connection before the request reached it."""
