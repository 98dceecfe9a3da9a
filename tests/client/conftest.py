from collections.abc import AsyncGenerator, Iterator

import pytest

from client.contract import Contract
from client.contract_server import serve_contract
from haulier.client import AsyncHaulier, Haulier

API_KEY = "hlr_" + "k" * 32


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> Iterator[Contract]:
    with serve_contract() as contract:
        yield contract


@pytest.fixture
def haulier(server: Contract) -> Iterator[Haulier]:
    with Haulier(server.url, API_KEY, timeout=5) as client:
        yield client


@pytest.fixture
async def async_haulier(server: Contract) -> AsyncGenerator[AsyncHaulier]:
    async with AsyncHaulier(server.url, API_KEY, timeout=5) as client:
        yield client
