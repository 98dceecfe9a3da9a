"""Results."""

import hashlib
import json
from datetime import timedelta

import httpx2
import pytest

from api.house import House, client_of
from haulier.domain.access import Permission

BODY = b'{"grade": "B",  "score": 82}'


async def create(client: httpx2.AsyncClient) -> str:
    answer = await client.post("/v1/jobs", json={"kind": "shop.report"})
    assert answer.status_code == 202
    return str(answer.json()["id"])


async def test_a_result_is_404_until_the_job_completed(
    client: httpx2.AsyncClient, house: House
) -> None:
    """S1-2.3."""
    job_id = await create(client)
    waiting = await client.get(f"/v1/jobs/{job_id}/result")
    claimed = await house.claim()
    running = await client.get(f"/v1/jobs/{job_id}/result")
    await house.complete(claimed, BODY)
    completed = await client.get(f"/v1/jobs/{job_id}/result")

    for answer, word in ((waiting, "queued"), (running, "running")):
        assert (answer.status_code, answer.json()["code"]) == (404, "result_not_ready")
        assert int(answer.headers["retry-after"]) > 0
        assert word in answer.json()["detail"]
    assert completed.status_code == 200
    assert completed.headers["content-type"] == "application/json"
    assert completed.content == BODY
    digest = hashlib.sha256(BODY).hexdigest()
    assert completed.headers["etag"] == f'"sha256-{digest}"'
    assert int(completed.headers["content-length"]) == len(BODY)


async def test_a_failed_or_cancelled_job_says_why_there_is_no_result(
    client: httpx2.AsyncClient, house: House
) -> None:
    """S1-2.3."""
    failed = await create(client)
    await house.fail(await house.claim(), "The month is missing.")
    cancelled = await create(client)
    await client.post(f"/v1/jobs/{cancelled}/cancel")

    first = await client.get(f"/v1/jobs/{failed}/result")
    second = await client.get(f"/v1/jobs/{cancelled}/result")

    assert (first.status_code, first.json()["code"]) == (404, "job_failed")
    assert "The month is missing." in first.json()["detail"]
    assert (second.status_code, second.json()["code"]) == (404, "job_failed")


async def test_an_expired_result_is_410(client: httpx2.AsyncClient, house: House) -> None:
    """S1-2.3."""
    job_id = await create(client)
    await house.complete(await house.claim(), BODY, kept_for=timedelta(seconds=-1))

    answer = await client.get(f"/v1/jobs/{job_id}/result")

    assert (answer.status_code, answer.json()["code"]) == (410, "result_expired")


async def test_a_large_result_is_streamed_whole(client: httpx2.AsyncClient, house: House) -> None:
    job_id = await create(client)
    body = json.dumps({"rows": ["x" * 100] * 40_000}).encode()
    await house.complete(await house.claim(), body)

    async with client.stream("GET", f"/v1/jobs/{job_id}/result?download=1") as answer:
        chunks = [chunk async for chunk in answer.aiter_raw()]

    assert b"".join(chunks) == body
    assert int(answer.headers["content-length"]) == len(body)
    assert answer.headers["content-disposition"] == f'attachment; filename="{job_id}.json"'
    assert answer.headers["etag"] == f'"sha256-{hashlib.sha256(body).hexdigest()}"'


async def test_a_result_that_left_the_blob_store_is_404(
    client: httpx2.AsyncClient, house: House
) -> None:
    job_id = await create(client)
    await house.complete(await house.claim(), b'"' + b"x" * 2_000_000 + b'"')
    for path in house.blobs.rglob("*.*"):
        path.unlink()

    answer = await client.get(f"/v1/jobs/{job_id}/result")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_known_result_is_not_sent_again(client: httpx2.AsyncClient, house: House) -> None:
    job_id = await create(client)
    await house.complete(await house.claim(), BODY)
    tag = (await client.get(f"/v1/jobs/{job_id}/result")).headers["etag"]

    known = await client.get(f"/v1/jobs/{job_id}/result", headers={"If-None-Match": tag})
    other = await client.get(f"/v1/jobs/{job_id}/result", headers={"If-None-Match": '"x"'})

    assert (known.status_code, known.content) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize("missing", [Permission.JOBS_READ, Permission.PAYLOADS_READ])
async def test_a_result_needs_both_permissions(house: House, missing: Permission) -> None:
    app = house.app()
    async with client_of(app, await house.key()) as owner:
        job_id = await create(owner)
    await house.complete(await house.claim(), BODY)
    key = await house.key(permissions=frozenset(Permission) - {missing})

    async with client_of(app, key) as client:
        answer = await client.get(f"/v1/jobs/{job_id}/result")

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert b"grade" not in answer.content
