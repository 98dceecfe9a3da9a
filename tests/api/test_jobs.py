"""Asking for jobs, reading and listing them."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from api.house import House, client_of
from haulier.domain.access import Permission


async def create(client: httpx2.AsyncClient, **fields: object) -> dict[str, object]:
    answer = await client.post("/v1/jobs", json={"kind": "shop.report", **fields})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_a_new_job_is_answered_with_202_and_its_location(client: httpx2.AsyncClient) -> None:
    """S0-FR1a, S0-FR1b, S0-FR1c."""
    answer = await client.post("/v1/jobs", json={"kind": "shop.report", "args": {"month": "may"}})

    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{told['id']}"
    assert told["status"] == "queued"
    assert told["duplicate"] is False
    job = (await client.get(answer.headers["location"])).json()
    assert job["status"] == "queued"
    assert job["args"] == {"month": "may"}
    assert job["links"]["events"] == f"/v1/jobs/{told['id']}/events"


async def test_aliases_of_kind_and_args_are_understood(client: httpx2.AsyncClient) -> None:
    for kind in ("type", "job_name"):
        answer = await client.post("/v1/jobs", json={kind: "shop.report", "payload": {"a": 1}})

        assert answer.status_code == 202
        job = (await client.get(f"/v1/jobs/{answer.json()['id']}")).json()
        assert (job["kind"], job["version"], job["args"]) == ("shop.report", 1, {"a": 1})


async def test_every_field_of_a_new_job_arrives(client: httpx2.AsyncClient) -> None:
    run_at = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=5_000)
    told = await create(
        client,
        queue="slow.lane",
        priority="low",
        run_at=run_at.isoformat(),
        max_attempts=7,
        timeout_seconds=90.5,
        labels={"customer": "c-1"},
        workspace_id="shop",
    )

    job = (await client.get(f"/v1/jobs/{told['id']}")).json()

    assert (job["queue"], job["priority"], job["max_attempts"]) == ("slow.lane", 8, 7)
    assert job["status"] == "scheduled"
    assert job["run_at"] == run_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert job["labels"] == {"customer": "c-1"}


async def test_times_have_milliseconds_and_end_in_z(client: httpx2.AsyncClient) -> None:
    told = await create(client)

    assert isinstance(told["created_at"], str)
    assert told["created_at"][-5] == "."
    assert told["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/kind"),
        ({"kind": "shop.report", "colour": 1}, "/colour"),
        ({"kind": "shop.report", "a/b~c": 1}, "/a~1b~0c"),
        ({"kind": "shop.report", "priority": 10}, "/priority"),
        ({"kind": "shop.report", "priority": "urgent"}, "/priority"),
        ({"kind": "shop.report", "priority": True}, "/priority"),
        ({"kind": "shop.report", "max_attempts": 0}, "/max_attempts"),
        ({"kind": "shop.report", "max_attempts": 1001}, "/max_attempts"),
        ({"kind": "shop.report", "timeout_seconds": 0.5}, "/timeout_seconds"),
        ({"kind": "shop.report", "timeout_seconds": 86_401}, "/timeout_seconds"),
        ({"kind": "shop.report", "delay_seconds": 366 * 86_400 + 1}, "/delay_seconds"),
        ({"kind": "shop.report", "delay_seconds": -1}, "/delay_seconds"),
        ({"kind": "shop.report", "run_at": "tomorrow"}, "/run_at"),
        ({"kind": "shop.report", "run_at": "2026-01-01T00:00:00"}, "/run_at"),
        ({"kind": "shop.report", "run_at": "9998-01-01T00:00:00Z"}, "/run_at"),
        ({"kind": "shop.report", "run_at": "2026-01-01T00:00:00Z", "delay_seconds": 1}, "/run_at"),
        ({"kind": "shop.report", "queue": "No Good"}, "/queue"),
        ({"kind": "shop.report", "queue": "ok\n"}, "/queue"),
        ({"kind": "shop.report", "args": []}, "/args"),
        ({"kind": "shop.report", "args": {}, "payload": {}}, "/payload"),
        ({"kind": "shop.report", "args": {"count": "x"}}, "/args/count"),
        ({"kind": "shop.report", "payload": {"count": "x"}}, "/payload/count"),
        ({"kind": "shop.report", "labels": {"a": 1}}, "/labels/a"),
        ({"kind": "shop.report", "labels": {"a": "x" * 201}}, "/labels/a"),
        ({"kind": "shop.report", "labels": {f"l{n}": "" for n in range(33)}}, "/labels"),
        ({"kind": "shop.report", "dedupe_key": "has space"}, "/dedupe_key"),
        ({"kind": "shop.report", "on_duplicate": "explode"}, "/on_duplicate"),
        ({"kind": "shop.report", "type": "site.audit"}, "/kind"),
        ([], ""),
        ("text", ""),
    ],
)
async def test_what_is_wrong_with_a_body_is_pointed_at(
    shared_client: httpx2.AsyncClient, body: object, pointer: str
) -> None:
    answer = await shared_client.post("/v1/jobs", json=body)

    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == "validation_failed"
    assert pointer in [item["pointer"] for item in problem["errors"]]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe{}", "not valid JSON"),
        (b'{"kind":"\xff"}', "not valid JSON"),
        (b'{"kind":"shop.report","args":{"a":"\\ud800"}}', "not valid JSON"),
        (b'{"kind":"shop.report","args":{"a":NaN}}', "not valid JSON"),
        (b'{"kind":"shop.report","args":{"a":"\\u0000"}}', "NUL"),
        (b'{"kind":"shop.report","args":{"\\u0000":1}}', "NUL"),
        (b'{"kind":"shop.report","args":{"a":1,"a":2}}', "twice"),
        (b'{"kind":"shop.report","kind":"shop.report"}', "twice"),
        (b'{"kind":1,"args":{"a":1e400}}', "64 bits"),
        (b'{"kind":1,"args":{"a":"\\ud800"}}', "not valid JSON"),
        (b'{"kind":1,"\\ud800":2}', "not valid JSON"),
        (b'{"kind":"shop.report","args":{"a":18446744073709551616}}', "64 bits"),
        (b'{"kind":"shop.report","args":{"a":' + b"9" * 6000 + b"}}", "64 bits"),
        (b'{"kind":"shop.report","args":{"a":' + b"[" * 65 + b"]" * 65 + b"}}", "nested"),
        (b'{"kind":"shop.report","args":{"a":' + b"[" * 99_999 + b"]" * 99_999 + b"}}", "nested"),
        (b'{"kind":"shop.report","args":' + b'{"a":' * 500 + b"1" + b"}" * 501, "nested"),
    ],
)
async def test_a_body_that_is_no_plain_json_is_refused_with_its_reason(
    shared_client: httpx2.AsyncClient, body: bytes, text: str
) -> None:
    answer = await shared_client.post(
        "/v1/jobs", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "invalid_request"
    assert text in answer.json()["detail"]


async def test_an_escaped_backslash_before_u0000_is_no_nul(client: httpx2.AsyncClient) -> None:
    told = await create(client, args={"a": "\\u0000"})

    job = (await client.get(f"/v1/jobs/{told['id']}")).json()
    assert job["args"] == {"a": "\\u0000"}


@pytest.mark.parametrize("kind", ["no.such", "NO SUCH", "shop.report@9", "shop.report@x"])
async def test_an_unknown_kind_is_a_4xx_that_says_so(
    shared_client: httpx2.AsyncClient, kind: str
) -> None:
    answer = await shared_client.post("/v1/jobs", json={"kind": kind})

    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"unknown_kind", "invalid_request"}


async def test_the_args_are_null_without_the_permission_to_read_payloads(house: House) -> None:
    app = house.app()
    async with client_of(app, await house.key()) as owner:
        told = await create(owner, args={"month": "may"})
    reader = await house.key(permissions=frozenset({Permission.JOBS_READ}))

    async with client_of(app, reader) as client:
        one = (await client.get(f"/v1/jobs/{told['id']}")).json()
        page = (await client.get("/v1/jobs")).json()

    assert one["args"] is None
    assert page["data"][0]["args"] is None


async def test_a_running_job_shows_its_progress_and_a_failed_one_its_error(
    client: httpx2.AsyncClient, house: House
) -> None:
    told = await create(client)
    claimed = await house.claim()
    await house.tell(claimed, {"progress": 0.25, "message": "adding", "rows": 3})

    running = (await client.get(f"/v1/jobs/{told['id']}")).json()
    await house.fail(claimed, "The month is missing.")
    failed = (await client.get(f"/v1/jobs/{told['id']}")).json()

    assert (running["status"], running["attempt"]) == ("running", 1)
    assert running["progress"] == {"fraction": 0.25, "message": "adding", "data": {"rows": 3}}
    assert running["started_at"] is not None
    assert failed["status"] == "failed"
    assert failed["error"] == {
        "category": "validation",
        "type": "ValueError",
        "message": "The month is missing.",
    }
    assert failed["finished_at"] is not None


async def test_a_list_is_paged_newest_first_without_gap_or_repetition(
    client: httpx2.AsyncClient,
) -> None:
    made = [(await create(client))["id"] for _ in range(7)]

    seen: list[object] = []
    cursor: str | None = None
    while True:
        parameters = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        answer = await client.get("/v1/jobs", params=parameters)
        page = answer.json()
        seen += [job["id"] for job in page["data"]]
        cursor = page["next_cursor"]
        assert page["has_more"] is (cursor is not None)
        assert ("link" in answer.headers) is page["has_more"]
        if cursor is None:
            break

    assert seen == sorted(made, reverse=True)  # type: ignore[type-var]


async def test_a_link_header_leads_to_the_next_page(client: httpx2.AsyncClient) -> None:
    made = [(await create(client))["id"] for _ in range(3)]

    first = await client.get("/v1/jobs?limit=2&status=queued")
    target = first.headers["link"].partition(">")[0].removeprefix("<")
    second = await client.get(target)

    assert first.headers["link"].endswith('; rel="next"')
    assert [job["id"] for job in second.json()["data"]] == [min(made)]  # type: ignore[type-var]


async def test_a_list_is_narrowed_by_each_filter(client: httpx2.AsyncClient, house: House) -> None:
    plain = (await create(client))["id"]
    labelled = (await create(client, labels={"customer": "c-1", "tier": "gold"}))["id"]
    slow = (await create(client, queue="slow"))["id"]
    later = (await create(client, delay_seconds=3600))["id"]
    await house.complete(await house.claim(), b"{}")  # the oldest one of the default queue

    async def ids(query: str) -> set[str]:
        answer = await client.get(f"/v1/jobs?{query}")
        assert answer.status_code == 200, answer.text
        return {job["id"] for job in answer.json()["data"]}

    assert await ids("status=done") == {plain}
    assert await ids("status=succeeded,canceled") == {plain}
    assert await ids("status=created") == {labelled, slow}
    assert await ids("status=scheduled&status=completed") == {later, plain}
    assert await ids("queue=slow") == {slow}
    assert await ids("kind=shop.report") == {plain, labelled, slow, later}
    assert await ids("kind=site.audit") == set()
    assert await ids("label.customer=c-1") == {labelled}
    assert await ids("label.customer=c-1&label.tier=silver") == set()
    assert await ids("created_after=2020-01-01T00:00:00Z") == {plain, labelled, slow, later}
    assert await ids("created_before=2020-01-01T00:00:00Z") == set()
    assert await ids("workspace_id=shop&limit=200") == {plain, labelled, slow, later}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("status=odd", 400, "invalid_request"),
        ("status=", 400, "invalid_request"),
        ("kind=NO", 400, "invalid_request"),
        ("kind=shop.report@1", 400, "invalid_request"),
        ("queue=%00", 400, "invalid_request"),
        ("label.a=%00", 400, "invalid_request"),
        ("label.=x", 400, "invalid_request"),
        ("label.a=x&label.a=y", 400, "invalid_request"),
        ("created_after=yesterday", 400, "invalid_request"),
        ("created_after=0001-01-01T00:00:00%2B14:00", 400, "invalid_request"),
        ("limit=0", 422, "validation_failed"),
        ("limit=201", 422, "validation_failed"),
        ("limit=x", 422, "validation_failed"),
        ("statuss=queued", 422, "validation_failed"),
        ("cursor=", 400, "invalid_cursor"),
        ("cursor=AAAA", 400, "invalid_cursor"),
        ("workspace_id=rival", 403, "workspace_mismatch"),
        ("workspace_id=No%20Good", 400, "invalid_workspace_id"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(
    shared_client: httpx2.AsyncClient, query: str, status: int, code: str
) -> None:
    """S4-E400, S4-E403."""
    answer = await shared_client.get(f"/v1/jobs?{query}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_cursor_is_worth_nothing_elsewhere(
    client: httpx2.AsyncClient, rival: httpx2.AsyncClient
) -> None:
    for _ in range(2):
        await create(client)
    cursor: str = (await client.get("/v1/jobs?limit=1")).json()["next_cursor"]

    other_filter = await client.get(f"/v1/jobs?limit=1&queue=slow&cursor={cursor}")
    other_workspace = await rival.get(f"/v1/jobs?limit=1&cursor={cursor}")
    bent = [
        await client.get(f"/v1/jobs?cursor={cursor[:place]}A{cursor[place + 1 :]}")
        for place in range(0, len(cursor), 5)
        if cursor[place] != "A"
    ]

    assert (await client.get(f"/v1/jobs?limit=1&cursor={cursor}")).status_code == 200
    for answer in (other_filter, other_workspace, *bent):
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
