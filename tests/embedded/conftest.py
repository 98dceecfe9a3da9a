"""Servers of their own for the tests of the embedded PostgreSQL."""

import shutil
import socket
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from haulier.embedded import EmbeddedConfig


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Plain asyncio: one of the two loops; the shared fixtures use the other."""
    return "asyncio"


@pytest.fixture
def home() -> Generator[Path]:
    """Where the server's own account may pass, which pytest's tmp_path is not."""
    path = Path(tempfile.mkdtemp(prefix="haulier-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def config(home: Path) -> EmbeddedConfig:
    return EmbeddedConfig(home=home, shared_buffers_mb=16, max_connections=20)


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
