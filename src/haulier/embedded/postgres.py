"""Supervises one PostgreSQL server as a direct child of this process."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from haulier.embedded.accounts import choose_account
from haulier.embedded.binaries import find_binaries
from haulier.embedded.cluster import SUPERUSER, knows_lz4, make_cluster, reachable_binaries
from haulier.embedded.config import EmbeddedConfig
from haulier.embedded.layout import Layout, lay_out
from haulier.embedded.occupancy import held, note_server, noted_server, read_postmaster, serves
from haulier.embedded.roles import LOGIN, OWNER, database_url, ensure_roles, verify_server
from haulier.embedded.server_process import ServerProcess, end_orphan
from haulier.embedded.server_settings import DEFAULT_PORT, server_settings
from haulier.errors import SetupFailed, Unavailable

_DEATHS_TOLERATED = 5
_DEATHS_WINDOW_SECONDS = 60.0
_FIRST_PAUSE_SECONDS = 0.05
"""Doubled with every death within the window."""


def _silent(_message: str) -> None:
    """Tell nobody."""


class EmbeddedPostgres:
    """A PostgreSQL that lives as long as `async with EmbeddedPostgres(config) as server:`.

    Makes the data folder the first time, finds it again later. A server that dies is started
    again; one that dies six times within a minute ends the `async with` body with Unavailable.
    On Linux it also ends when the thread that entered the context dies, however that happens.

    `notify` gets one sentence for people whenever something takes long or goes wrong.
    """

    def __init__(self, config: EmbeddedConfig, *, notify: Callable[[str], None] = _silent) -> None:
        self._config, self._notify = config, notify
        self._port = config.port or DEFAULT_PORT
        self._stack = AsyncExitStack()
        self._layout: Layout
        self._lock: int
        self._process: ServerProcess
        self._watch: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        """Start, verify that the server is ours, make database and roles.

        Raises SetupFailed when no binaries are found, the folder is held by another process
        (named in the text), or the server does not come up.
        """
        async with AsyncExitStack() as stack:
            self._layout = self._laid_out()
            self._lock = stack.enter_context(held(self._layout.lock))
            await self._end_predecessor()
            note_server(self._lock, None)
            self._process = await self._prepared()
            stack.push_async_callback(self._process.stop)
            await self._start()
            await ensure_roles(self._layout, self._port)
            group = await stack.enter_async_context(asyncio.TaskGroup())
            self._watch = group.create_task(self._keep_running(), name="embedded-postgres")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """Stop the server; the body's own exception passes through as it is."""
        self._watch.cancel()
        try:
            return await self._stack.__aexit__(kind, error, trace)
        except BaseExceptionGroup:
            failure = None if self._watch.cancelled() else self._watch.exception()
            if failure is not None:
                raise failure from None
            if error is None:
                raise
            return False  # the task group has only wrapped the body's own exception

    @property
    def url(self) -> str:
        """For the programs: haulier_login, who is nobody until SET ROLE. Holds a password."""
        return database_url(self._layout, self._port, role=LOGIN)

    @property
    def admin_url(self) -> str:
        """For migrations: haulier_owner. Holds a password."""
        return database_url(self._layout, self._port, role=OWNER)

    @property
    def superuser_url(self) -> str:
        """For tests and repairs only. Holds a password."""
        return database_url(self._layout, self._port, role=SUPERUSER)

    @property
    def pid(self) -> int:
        """The server's process id; another one after a restart."""
        return self._process.pid

    @property
    def socket_dir(self) -> Path:
        """The private folder of the server's Unix socket."""
        return self._layout.socket_dir

    def _laid_out(self) -> Layout:
        home = self._config.home
        if not home.is_absolute():
            raise SetupFailed(f"The home of the embedded database must be absolute, not {home}.")
        account = choose_account(self._config.run_as, data_dir=home / "postgres" / "data")
        return lay_out(home, account)

    async def _end_predecessor(self) -> None:
        postmaster = read_postmaster(self._layout.data)
        if postmaster is None or not serves(postmaster.pid, self._layout.data):
            return
        if postmaster.pid != noted_server(self._lock) and postmaster.status != "stopping":
            raise SetupFailed(
                f"A PostgreSQL that haulier did not start (process {postmaster.pid})"
                f" runs on {self._layout.data}. Stop it first."
            )
        self._notify(f"Waiting for an earlier PostgreSQL (process {postmaster.pid}) to stop.")
        seconds = self._config.stop_timeout.total_seconds()
        await end_orphan(self._layout, postmaster.pid, seconds=seconds)

    async def _prepared(self) -> ServerProcess:
        found = await asyncio.to_thread(find_binaries, self._config.pg_bin)
        binaries = await asyncio.to_thread(reachable_binaries, found, self._layout)
        await make_cluster(binaries, self._layout)
        lz4 = await knows_lz4(binaries, self._layout)
        command: list[str | Path] = [binaries.bin_dir / "postgres", "-D", self._layout.data]
        for name, value in server_settings(self._config, self._layout, lz4=lz4).items():
            command += ["-c", f"{name}={value}"]
        return ServerProcess(self._config, self._layout, command, self._notify)

    async def _start(self) -> None:
        await self._process.start()
        note_server(self._lock, self._process.pid)
        try:
            await verify_server(self._layout, self._port)
        except SetupFailed:
            await self._process.stop()
            raise

    async def _keep_running(self) -> None:
        loop = asyncio.get_running_loop()
        deaths: list[float] = []
        while True:
            reason = await self._death_of_server()
            now = loop.time()
            deaths = [*(death for death in deaths if death > now - _DEATHS_WINDOW_SECONDS), now]
            if len(deaths) > _DEATHS_TOLERATED:
                raise Unavailable(f"PostgreSQL keeps dying: {reason}")
            self._notify(f"PostgreSQL is started again: {reason}")
            await asyncio.sleep(_FIRST_PAUSE_SECONDS * 2 ** (len(deaths) - 1))

    async def _death_of_server(self) -> str:
        """Start the server where it has ended, wait for its end, and answer how that came."""
        try:
            if not self._process.is_running:
                await self._start()
            return f"it ended with code {await self._process.wait()}."
        except SetupFailed as failure:
            return failure.detail
        except OSError as error:
            return f"it cannot be run: {error}."
