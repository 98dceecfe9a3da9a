"""The whole of haulier on this machine: database, one API and one worker process."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO, TypeVar

from haulier.bootstrap import DatabaseUrls, Runtime, database_urls, ensure_schema, open_runtime
from haulier.client import AsyncHaulier
from haulier.errors import SetupFailed, Unavailable
from haulier.settings import Settings, environment_with

_NO_KEY: Final = "none"  # health is public
_READY_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 45.0
T = TypeVar("T")
Notify = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A database that is up to date, and a runtime on it."""

    urls: DatabaseUrls
    runtime: Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """API and worker, running."""

    url: str
    processes: Mapping[str, Process] = field(repr=False)
    logs: Path | None = None
    """Where the processes write their lines; None: stderr."""


@asynccontextmanager
async def prepared(settings: Settings, notify: Notify) -> AsyncGenerator[Prepared]:
    """Finds or starts the database and brings it up to date."""
    async with database_urls(settings, notify) as urls:
        for migration in await ensure_schema(urls):
            notify(f"Applied migration {migration.name}.")
        async with open_runtime(settings, urls.url) as runtime:
            await runtime.maintenance.run_once()
            yield Prepared(urls=urls, runtime=runtime)


@asynccontextmanager
async def running_stack(
    settings: Settings,
    urls: DatabaseUrls,
    *,
    environment: Mapping[str, str] | None = None,
    logs: Path | None = None,
) -> AsyncGenerator[Stack]:
    """Starts one API and one worker process and waits until both are there.

    They stop, in good order, when the block ends. Their log lines go to files in `logs`, or to
    stderr. Raises SetupFailed when one of them does not come up, or the port is taken.
    """
    _require_free(settings.bind, settings.port)
    own = environment_with({**_own(settings, urls), **(environment or {})})
    url = settings.url
    processes: dict[str, Process] = {}
    try:
        for name in ("api", "worker"):
            processes[name] = await _start(name, own, logs)
        await _wait_until_ready(url, processes, logs)
        yield Stack(url=url, processes=processes, logs=logs)
    finally:
        await _stop(list(processes.values()))


def free_port() -> int:
    """A port of the loopback interface that is free right now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _require_free(address: str, port: int) -> None:
    """Whoever answers there already would be taken for our own API."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        raise SetupFailed(
            f"Port {port} on {address} cannot be used ({error.strerror}). "
            "Choose another with --port or HAULIER_PORT."
        ) from error


def _own(settings: Settings, urls: DatabaseUrls) -> dict[str, str]:
    """What the children get besides our own environment: where everything is."""
    return {
        "HOME": str(settings.home),
        "DATABASE_URL": urls.url,
        "DATABASE_ADMIN_URL": urls.admin_url,
        "BIND": settings.bind,
        "PORT": str(settings.port),
        "KINDS_MODULES": ",".join(settings.kinds_modules),
    }


async def _start(name: str, environment: Mapping[str, str], logs: Path | None) -> Process:
    command = [sys.executable, "-m", "haulier", name, "--parent", str(os.getpid())]
    with _log_file(name, logs) as stream:
        return await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            stdin=DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,  # Ctrl-C is ours alone: we stop them in good order
        )


def _log_file(name: str, logs: Path | None) -> TextIO:
    if logs is None:
        return os.fdopen(os.dup(sys.stderr.fileno()), "w")
    logs.mkdir(parents=True, exist_ok=True)
    return (logs / f"{name}.log").open("w")


async def _wait_until_ready(url: str, processes: Mapping[str, Process], logs: Path | None) -> None:
    try:
        async with asyncio.timeout(_READY_SECONDS), AsyncHaulier(url, _NO_KEY, retries=0) as client:
            while not await _is_ready(client):
                for name, process in processes.items():
                    if process.returncode is not None:
                        raise SetupFailed(_died(name, process.returncode, logs))
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise SetupFailed(
            f"The API at {url} did not come up within {_READY_SECONDS:g} s."
        ) from None


async def while_running(stack: Stack, work: Awaitable[T]) -> T:
    """The work's result. Raises SetupFailed as soon as one of the processes ends by itself."""
    async with asyncio.TaskGroup() as tasks:
        watches = [
            tasks.create_task(_raise_at_end(name, process, stack.logs))
            for name, process in stack.processes.items()
        ]
        result = await work
        for watch in watches:
            watch.cancel()
    return result


async def _raise_at_end(name: str, process: Process, logs: Path | None) -> None:
    raise SetupFailed(_died(name, await process.wait(), logs))


def _died(name: str, code: int, logs: Path | None) -> str:
    text = f"The {name} process ended with code {code}."
    if logs is None:
        return text
    with suppress(OSError):
        lines = (logs / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join([text, *lines[-10:]])
    return text


async def _is_ready(client: AsyncHaulier) -> bool:
    try:
        return (await client.health.ready()).is_ready
    except Unavailable:
        return False


async def _stop(processes: Sequence[Process]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
