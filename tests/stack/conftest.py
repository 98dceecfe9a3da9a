"""Data homes that the database's own account may reach."""

import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from haulier.cli.stack import free_port
from stack.processes import Home

NewHome = Callable[..., Home]


@contextmanager
def temporary_home(**settings: str) -> Generator[Home]:
    """A short path that everybody may pass (root's server runs as somebody else)."""
    path = Path(tempfile.mkdtemp(prefix="haulier-e2e-", dir="/tmp"))
    path.chmod(0o755)
    try:
        yield Home(path=path, settings={"PORT": str(free_port()), **settings})
    finally:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def home() -> Generator[Home]:
    with temporary_home() as found:
        yield found
