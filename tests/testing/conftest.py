"""The sample site in both variants, and a client that needs no name resolution for it."""

from collections.abc import AsyncGenerator

import pytest

from haulier.testing.site_server import SampleSite, serve_sample_site
from testing.evidence import Fetch, fetch_page


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def faulty() -> AsyncGenerator[SampleSite]:
    async with serve_sample_site("faulty") as site:
        yield site


@pytest.fixture
async def sound() -> AsyncGenerator[SampleSite]:
    async with serve_sample_site("sound") as site:
        yield site


@pytest.fixture
def fetch() -> Fetch:
    return fetch_page
