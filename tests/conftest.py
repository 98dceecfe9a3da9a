"""Fixtures for tests of every folder."""

from collections.abc import Generator

import pytest

from support.postgres import Database, shared_server


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session")
def fast_server() -> Generator[Database]:
    """The tests' PostgreSQL, started by the first test that needs it, without fsync."""
    with shared_server("fast") as server:
        yield server


@pytest.fixture(scope="session")
def durable_server() -> Generator[Database]:
    """A second one that keeps its promises over a crash, for tests marked `durable`."""
    with shared_server("durable") as server:
        yield server


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Database:
    """The server for this test: durable where the test is marked so, else the fast one."""
    durable = request.node.get_closest_marker("durable") is not None
    return request.getfixturevalue("durable_server" if durable else "fast_server")
