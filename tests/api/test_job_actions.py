"""Cancel and retry."""

import httpx2

from api.house import House
from haulier.domain.outcomes import Cancelled
from haulier.redact import redact_text

REPORT = {"kind": "shop.report", "args": {"month": "may"}, "labels": {"a": "b"}}


async def create(client: httpx2.AsyncClient) -> str:
    answer = await client.post("/v1/jobs", json=REPORT)
    assert answer.status_code == 202
    return str(answer.json()["id"])


async def test_a_waiting_job_is_cancelled_at_once(client: httpx2.AsyncClient) -> None:
    job_id = await create(client)

    answer = await client.post(f"/v1/jobs/{job_id}/cancel", json={"reason": "not needed"})
    again = await client.post(f"/v1/jobs/{job_id}/cancel")

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert (again.status_code, again.json()["status"]) == (200, "cancelled")
    events = (await client.get(f"/v1/jobs/{job_id}/events")).json()["data"]
    assert events[-1]["data"] == {"reason": "not needed"}


async def test_a_running_job_is_told_to_stop(client: httpx2.AsyncClient, house: House) -> None:
    job_id = await create(client)
    claimed = await house.claim()

    answer = await client.post(f"/v1/jobs/{job_id}/cancel")
    repeated = await client.post(f"/v1/jobs/{job_id}/cancel")
    await house.end(claimed, Cancelled(reason=redact_text("asked")))
    ended = await client.post(f"/v1/jobs/{job_id}/cancel")

    assert (answer.status_code, answer.json()["status"]) == (202, "cancelling")
    assert (repeated.status_code, repeated.json()["status"]) == (202, "cancelling")
    assert (ended.status_code, ended.json()["status"]) == (200, "cancelled")


async def test_a_completed_job_stays_completed(client: httpx2.AsyncClient, house: House) -> None:
    job_id = await create(client)
    await house.complete(await house.claim(), b"{}")

    answer = await client.post(f"/v1/jobs/{job_id}/cancel")

    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


async def test_a_secret_in_a_reason_is_not_kept(client: httpx2.AsyncClient) -> None:
    job_id = await create(client)
    secret = "AKIA" + "Q7" * 8

    await client.post(f"/v1/jobs/{job_id}/cancel", json={"reason": f"key {secret} leaked"})

    events = await client.get(f"/v1/jobs/{job_id}/events")
    assert secret not in events.text
    assert "leaked" in events.text


async def test_a_cancel_with_an_odd_body_is_refused(client: httpx2.AsyncClient) -> None:
    job_id = await create(client)
    for body in ({"reason": 1}, {"reasons": ""}, {"reason": "x" * 501}, []):
        answer = await client.post(f"/v1/jobs/{job_id}/cancel", json=body)

        assert answer.status_code == 422


async def test_a_failed_job_is_retried_as_a_job_of_its_own(
    client: httpx2.AsyncClient, house: House
) -> None:
    job_id = await create(client)
    await house.fail(await house.claim())

    answer = await client.post(f"/v1/jobs/{job_id}/retry")
    again = await client.post(f"/v1/jobs/{job_id}/retry")

    assert answer.status_code == 202
    made = (await client.get(answer.headers["location"])).json()
    assert made["retried_from"] == job_id
    assert (made["status"], made["args"], made["labels"]) == (
        "queued",
        {"month": "may"},
        {"a": "b"},
    )
    assert (again.status_code, again.json()["id"]) == (200, made["id"])


async def test_a_job_that_has_not_failed_is_not_retried(
    client: httpx2.AsyncClient, house: House
) -> None:
    job_id = await create(client)
    waiting = await client.post(f"/v1/jobs/{job_id}/retry")
    await house.complete(await house.claim(), b"{}")
    completed = await client.post(f"/v1/jobs/{job_id}/retry")

    for answer in (waiting, completed):
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
