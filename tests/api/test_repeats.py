"""Idempotency keys and natural keys over HTTP."""

import asyncio

import httpx2

from api.house import House, client_of

AUDIT = {"kind": "site.audit", "args": {"url": "https://example.com/"}}
REPORT = {"kind": "shop.report", "args": {"month": "may"}, "delay_seconds": 60}


async def test_a_duplicate_is_answered_with_200_and_the_earlier_job(
    client: httpx2.AsyncClient,
) -> None:
    """S0-FR4b."""
    first = await client.post("/v1/jobs", json=AUDIT)
    same = {"kind": "site.audit@1", "args": {"url": "HTTPS://EXAMPLE.com:443", "scope": "page"}}

    second = await client.post("/v1/jobs", json=same)

    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json()["duplicate"] is True
    assert second.json()["id"] == first.json()["id"]
    assert second.headers["haulier-duplicate-of"] == first.json()["id"]
    assert second.headers["location"] == first.headers["location"]


async def test_a_duplicate_is_409_where_the_caller_wants_it_so(client: httpx2.AsyncClient) -> None:
    """S0-FR4b."""
    first = await client.post("/v1/jobs", json=AUDIT)

    second = await client.post("/v1/jobs", json={**AUDIT, "on_duplicate": "reject"})

    assert (second.status_code, second.json()["code"]) == (409, "duplicate_job")
    assert first.json()["id"] in second.json()["detail"]


async def test_dedupe_false_asks_for_the_work_again(client: httpx2.AsyncClient) -> None:
    first = await client.post("/v1/jobs", json=AUDIT)
    second = await client.post("/v1/jobs", json={**AUDIT, "dedupe": False})

    assert second.status_code == 202
    assert second.json()["id"] != first.json()["id"]


async def test_an_own_dedupe_key_makes_duplicates_of_any_kind(client: httpx2.AsyncClient) -> None:
    first = await client.post("/v1/jobs", json={"kind": "shop.report", "dedupe_key": "may-2026"})
    second = await client.post("/v1/jobs", json={"kind": "shop.report", "dedupe_key": "may-2026"})

    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json()["id"] == first.json()["id"]


async def test_a_hundred_identical_requests_over_two_processes_make_one_job(
    house: House,
) -> None:
    """S0-BR3: one job, and 99 answers that name it."""
    key = await house.key()
    async with client_of(house.app(), key) as one, client_of(house.app(), key) as two:
        async with asyncio.TaskGroup() as tasks:
            calls = [
                tasks.create_task((one, two)[number % 2].post("/v1/jobs", json=AUDIT))
                for number in range(100)
            ]
        listed = (await one.get("/v1/jobs?limit=200")).json()["data"]

    answers = [call.result() for call in calls]
    assert sorted(answer.status_code for answer in answers) == [200] * 99 + [202]
    assert [job["id"] for job in listed] == [answers[0].json()["id"]]
    assert {answer.json()["id"] for answer in answers} == {listed[0]["id"]}
    assert sum(answer.json()["duplicate"] for answer in answers) == 99


async def test_a_repeated_idempotency_key_gets_the_first_answer_again(
    client: httpx2.AsyncClient,
) -> None:
    headers = {"Idempotency-Key": "order-17"}
    first = await client.post("/v1/jobs", json=REPORT, headers=headers)

    second = await client.post("/v1/jobs", json=REPORT, headers=headers)
    alias = await client.post("/v1/jobs", json={**REPORT, "client_request_id": "order-17"})

    assert "idempotency-replayed" not in first.headers
    for answer in (second, alias):
        assert answer.headers["idempotency-replayed"] == "true"
        assert (answer.status_code, answer.content) == (202, first.content)
        assert answer.headers["location"] == first.headers["location"]


async def test_a_replayed_duplicate_is_told_as_it_was(client: httpx2.AsyncClient) -> None:
    await client.post("/v1/jobs", json=AUDIT)
    headers = {"Idempotency-Key": "again"}
    first = await client.post("/v1/jobs", json=AUDIT, headers=headers)

    second = await client.post("/v1/jobs", json=AUDIT, headers=headers)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"


async def test_an_idempotency_key_with_another_body_is_refused(client: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "order-17"}
    await client.post("/v1/jobs", json=REPORT, headers=headers)

    other = await client.post("/v1/jobs", json={"kind": "shop.report"}, headers=headers)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


async def test_a_malformed_idempotency_key_is_refused(client: httpx2.AsyncClient) -> None:
    for key in ("", "has space", "x" * 256, "caf\xe9"):
        headers = [(b"Idempotency-Key", key.encode("latin-1"))]
        answer = await client.post("/v1/jobs", json=REPORT, headers=headers)

        assert answer.status_code == 400, key


async def test_two_different_keys_for_one_request_are_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        "/v1/jobs",
        json={**REPORT, "client_request_id": "one"},
        headers={"Idempotency-Key": "two"},
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/client_request_id"
