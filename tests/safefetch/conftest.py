from collections.abc import Callable, Sequence
from ipaddress import ip_network

import pytest

from haulier.safefetch import Policy

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def open_policy() -> Callable[..., Policy]:
    """Build a policy that lets loopback and the given ports through, and nothing else."""

    def build(*ports: int, **changes: object) -> Policy:
        values: dict[str, object] = {"ports": frozenset(ports), "allow": LOOPBACK, **changes}
        return Policy(**values)  # pyright: ignore[reportArgumentType]

    return build


def answers(*addresses: str) -> Callable[[str], object]:
    """Build a look-up that gives the same addresses for every name."""

    async def look_up(_host: str) -> Sequence[str]:
        return addresses

    return look_up
