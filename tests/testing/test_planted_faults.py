"""Every planted fault is in the bytes that are served, and none of them in the sound site.

The proofs look at the wire themselves: haulier's own rules have no part in them.
"""

from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
import pytest

from haulier.testing.planted_faults import PLANTED_FAULTS, PlantedFault
from haulier.testing.site_conduct import Variant
from haulier.testing.site_server import serve_sample_site
from testing.contact_proofs import CONTACT_PROOFS
from testing.evidence import FOREIGN_ORIGIN, PATHS, Fetch, Seen, fetch_page, leaf_of
from testing.proofs import PAGE_PROOFS

PROOFS = PAGE_PROOFS | {(check_id, "/contact"): proof for check_id, proof in CONTACT_PROOFS.items()}


async def look_at(variant: Variant) -> Seen:
    async with serve_sample_site(variant) as site:
        return Seen(
            site=site,
            answers={path: await fetch_page(site, path) for path in PATHS},
            plain=await fetch_page(site, secure=False),
            preflight=await fetch_page(
                site,
                method="OPTIONS",
                headers={"Origin": FOREIGN_ORIGIN, "Access-Control-Request-Method": "GET"},
            ),
            certificate=await anyio.to_thread.run_sync(partial(leaf_of, site)),
        )


@pytest.fixture(scope="module")
async def faulty_seen() -> Seen:
    return await look_at("faulty")


@pytest.fixture(scope="module")
async def sound_seen() -> Seen:
    return await look_at("sound")


def name_of(fault: PlantedFault) -> str:
    return f"{fault.check_id}@{fault.page}"


@pytest.mark.parametrize("fault", PLANTED_FAULTS, ids=name_of)
async def test_every_planted_fault_is_in_the_bytes_served(
    fault: PlantedFault, faulty_seen: Seen
) -> None:
    assert PROOFS[fault.check_id, fault.page](faulty_seen), fault.what


@pytest.mark.parametrize("fault", PLANTED_FAULTS, ids=name_of)
async def test_the_sound_site_has_none_of_the_faults(fault: PlantedFault, sound_seen: Seen) -> None:
    assert not PROOFS[fault.check_id, fault.page](sound_seen), fault.what


def test_each_fault_has_one_line_and_one_proof() -> None:
    keys = [(fault.check_id, fault.page) for fault in PLANTED_FAULTS]

    assert len(keys) == len(set(keys))
    assert set(keys) == set(PROOFS)


def test_the_faulty_start_page_stays_indexable(faulty_seen: Seen) -> None:
    assert faulty_seen.start.status_code == 200
    assert faulty_seen.count("meta[name=robots]") == 0
    assert not faulty_seen.header("x-robots-tag")


async def test_dates_are_counted_from_the_given_moment(fetch: Fetch) -> None:
    now = datetime.now(UTC) + timedelta(hours=6)

    async with serve_sample_site("sound", now=now) as site:
        text = (await fetch(site, "/.well-known/security.txt")).text
        leaf = await anyio.to_thread.run_sync(partial(leaf_of, site))

    assert f"Expires: {now + timedelta(days=180):%Y-%m-%dT%H:%M:%SZ}" in text
    assert leaf.not_valid_after_utc == (now + timedelta(days=90)).replace(microsecond=0)
