"""Servers of their own for the tests of the embedded PostgreSQL."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from haulier.embedded import EmbeddedConfig, EmbeddedPostgres


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Plain asyncio: one of the two loops; the shared fixtures use the other."""
    return "asyncio"


@pytest.fixture(scope="session")
def made_home() -> Generator[Path]:
    """A home with a stopped, complete server, to be copied: initdb waits long for the disk."""
    with _folder() as path:
        asyncio.run(_start_and_stop(_config(path)))
        yield path


@pytest.fixture
def home() -> Generator[Path]:
    """An empty one, where the server's own account may pass, which pytest's tmp_path is not."""
    with _folder() as path:
        yield path


@pytest.fixture
def fresh(home: Path) -> EmbeddedConfig:
    """For a server that has never been started."""
    return _config(home)


@pytest.fixture
def config(home: Path, made_home: Path) -> EmbeddedConfig:
    """For a server that has been started and stopped before."""
    subprocess.run(["cp", "-a", str(made_home / "postgres"), str(home)], check=True)
    return _config(home)


@contextmanager
def _folder() -> Generator[Path]:
    path = Path(tempfile.mkdtemp(prefix="haulier-", dir="/tmp"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _config(home: Path) -> EmbeddedConfig:
    return EmbeddedConfig(home=home, shared_buffers_mb=16, max_connections=20)


async def _start_and_stop(config: EmbeddedConfig) -> None:
    async with EmbeddedPostgres(config):
        pass


@pytest.fixture
def taken_port() -> Generator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
