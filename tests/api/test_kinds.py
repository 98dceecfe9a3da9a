"""Kinds as a caller reads them."""

from datetime import timedelta

import httpx2

from api.house import House
from haulier.domain.kinds import Kind, KindRef
from haulier.domain.outcomes import Category
from haulier.domain.retries import NEVER, Retries, RetryPolicy


async def test_a_kind_tells_how_it_is_tried_again(client: httpx2.AsyncClient, house: House) -> None:
    """S2-H4: with the numbers that are applied, what is inherited filled in."""
    policy = RetryPolicy(
        max_attempts=4,
        base=timedelta(seconds=2),
        cap=timedelta(minutes=10),
        categories={
            Category.TIMEOUT: NEVER,
            Category.RATE_LIMITED: Retries(base=timedelta(minutes=1)),
        },
    )
    await house.services.kinds.declare([Kind(ref=KindRef("shop.patient", 3), retry=policy)])

    told = (await client.get("/v1/kinds/shop.patient@3")).json()

    assert (told["max_attempts"], told["backoff_seconds"], told["backoff_cap_seconds"]) == (
        4,
        2.0,
        600.0,
    )
    assert told["retries"] == {
        "rate_limited": {
            "max_attempts": 4,
            "backoff_seconds": 60.0,
            "backoff_cap_seconds": 600.0,
        },
        "timeout": {"max_attempts": 1, "backoff_seconds": 2.0, "backoff_cap_seconds": 600.0},
    }
