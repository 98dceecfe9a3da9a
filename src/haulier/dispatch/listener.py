"""Hears wake-ups through LISTEN, and survives the loss of its connection."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

import asyncpg

from haulier.errors import Unavailable

if TYPE_CHECKING:
    from asyncpg import Record

    Connection: TypeAlias = asyncpg.Connection[Record]

WAKE_CHANNEL: Final = "haulier_wake"
CANCEL_CHANNEL: Final = "haulier_cancel"
_LOST: Final = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_RECONNECT_SECONDS: Final = 1.0
_ANSWER_SECONDS: Final = 10.0


class Connect(Protocol):
    """Opens a connection that listens directly (not through a transaction pooler)."""

    def __call__(self) -> "Awaitable[Connection]":
        """Raises Unavailable."""
        ...


async def listen(
    connect: Connect, hear: Callable[[str, str], None], *, check_seconds: float = 10.0
) -> None:
    """Calls `hear(channel, payload)` for every notification, until cancelled.

    A lost connection is made anew after a second, and one that died in silence is found by asking
    it every `check_seconds`; after each reconnect `hear(WAKE_CHANNEL, "")` says that anything may
    have been missed.
    """
    while True:
        try:
            connection = await connect()
        except Unavailable:
            await asyncio.sleep(_RECONNECT_SECONDS)
            continue
        try:
            await _hear_until_lost(connection, hear, check_seconds)
            await asyncio.sleep(_RECONNECT_SECONDS)
        except _LOST:
            await asyncio.sleep(_RECONNECT_SECONDS)
        finally:
            connection.terminate()


async def _hear_until_lost(
    connection: "Connection", hear: Callable[[str, str], None], check_seconds: float
) -> None:
    def on_notification(_connection: object, _pid: int, channel: str, payload: object) -> None:
        hear(channel, str(payload))

    lost = asyncio.Event()
    connection.add_termination_listener(lambda _connection: lost.set())
    for channel in (WAKE_CHANNEL, CANCEL_CHANNEL):
        await connection.add_listener(channel, on_notification)
    hear(WAKE_CHANNEL, "")
    while not connection.is_closed():
        try:
            async with asyncio.timeout(check_seconds):
                await lost.wait()
        except TimeoutError:
            await _check(connection)


async def _check(connection: "Connection") -> None:
    """Raises TimeoutError, or what the driver raises, when the connection is dead."""
    async with asyncio.timeout(_ANSWER_SECONDS), connection.transaction():
        return  # an empty transaction: the cheapest question that needs an answer
