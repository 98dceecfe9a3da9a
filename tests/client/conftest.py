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
def contract() -> Iterator[Contract]:
    with serve_contract() as served:
        yield served


@pytest.fixture
def haulier(contract: Contract) -> Iterator[Haulier]:
    with Haulier(contract.url, API_KEY, timeout=5) as client:
        yield client


@pytest.fixture
async def async_haulier(contract: Contract) -> AsyncGenerator[AsyncHaulier]:
    async with AsyncHaulier(contract.url, API_KEY, timeout=5) as client:
        yield client
