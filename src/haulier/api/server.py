"""Runs the application on uvicorn until it is told to stop."""

import asyncio
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI

from haulier.api.auth import is_loopback
from haulier.api.context import ApiContext
from haulier.errors import ConfigurationInvalid, SetupFailed

DRAIN_SECONDS: Final = 20
"""How long requests that have begun may take once the server was told to stop."""

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


async def serve(
    app: FastAPI, host: str, port: int, *, on_ready: Callable[[str, int], None] | None = None
) -> None:
    """Serves until SIGTERM, SIGINT or cancellation, then lets what has begun come to its end.

    Port 0 lets the system choose; `on_ready` is told the address and the port once connections are
    accepted. Event streams end at once and resume elsewhere. Raises ConfigurationInvalid for an
    application without authentication on an address that is not loopback, SetupFailed when the
    address is taken.
    """
    context: object = app.state.api
    if not isinstance(context, ApiContext):
        raise TypeError("the application was not made by create_app")
    if not context.config.auth_required and not is_loopback(host):
        raise ConfigurationInvalid(f"Without authentication {host} must not be served.")
    listener = _listen(host, port)
    server = _Server(_config(app), context, on_ready)
    try:
        with server.stopping_by_signal():
            await _run(server, listener)
    finally:
        listener.close()


async def _run(server: "_Server", listener: socket.socket) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:  # as if told by a signal: what has begun comes to its end
            server.should_exit = True
            await running
            raise


class _Server(uvicorn.Server):
    """uvicorn without its own signals and exits: whoever called `serve` goes on afterwards."""

    def __init__(
        self,
        config: uvicorn.Config,
        context: ApiContext,
        on_ready: Callable[[str, int], None] | None,
    ) -> None:
        super().__init__(config)
        self._context = context
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    @contextmanager
    def stopping_by_signal(self) -> Generator[None]:
        loop = asyncio.get_running_loop()
        try:
            for number in _SIGNALS:
                loop.add_signal_handler(number, self._stop)
        except (ValueError, RuntimeError):  # not the main thread: whoever runs it stops it
            yield
            return
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.force_exit = self.should_exit  # told twice: leave at once
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets and self.started and self._on_ready is not None:
            host, port = sockets[0].getsockname()[:2]
            self._on_ready(host, port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._context.stopping.set()
        await super().shutdown(sockets)


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        loop="none",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host.strip("[]"), port), family=family, backlog=2048)
    except OSError as error:
        raise SetupFailed(f"{host} port {port} cannot be served: {error.strerror}.") from error
    # Accepted sockets inherit it; asyncio's own loop would leave small answers waiting for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
