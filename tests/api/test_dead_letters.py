"""Dead letters over HTTP."""

import asyncio

import httpx2
import pytest

from api.house import SHOP, House, client_of
from haulier.domain.access import Permission
from haulier.domain.outcomes import Category, Failed
from haulier.redact import redact_text

REPORT = {"kind": "shop.report", "args": {"month": "may"}}


async def lose(
    client: httpx2.AsyncClient,
    house: House,
    text: str = "It broke.",
    category: Category = Category.VALIDATION,
) -> str:
    """A job that failed; its id."""
    answer = await client.post("/v1/jobs", json=REPORT)
    outcome = Failed(
        category=category, error=redact_text(text), error_type="ValueError", permanent=True
    )
    await house.end(await house.claim(), outcome)
    return str(answer.json()["id"])


async def ids(client: httpx2.AsyncClient, **query: str | int) -> list[str]:
    answer = await client.get("/v1/dlq", params=query)
    assert answer.status_code == 200, answer.text
    return [letter["job_id"] for letter in answer.json()["data"]]


async def test_a_failed_job_is_found_with_its_error(
    client: httpx2.AsyncClient, house: House
) -> None:
    """S2-DLQ, S2-H10, S2-T2."""
    job_id = await lose(client, house, "row 7 is broken")

    listed = (await client.get("/v1/dlq")).json()
    read = (await client.get(f"/v1/dlq/{job_id}")).json()

    (letter,) = listed["data"]
    assert (letter["job_id"], letter["kind"], letter["version"]) == (job_id, "shop.report", 1)
    assert letter["error"] == {
        "category": "validation",
        "type": "ValueError",
        "message": "row 7 is broken",
    }
    assert (letter["queue"], letter["region"], letter["attempts"]) == ("default", "default", 1)
    assert (letter["replayed_as"], letter["replayed_at"]) == (None, None)
    assert read == {**letter, "args": {"month": "may"}}
    for path in letter["links"].values():
        assert path.startswith(("/v1/dlq/job_", "/v1/jobs/job_"))


async def test_args_are_not_shown_without_their_permission(
    client: httpx2.AsyncClient, house: House
) -> None:
    job_id = await lose(client, house)
    reader = await house.key(SHOP, frozenset({Permission.DLQ_READ}))

    async with client_of(house.app(), reader) as other:
        answer = await other.get(f"/v1/dlq/{job_id}")

    assert answer.json()["args"] is None


async def test_pages_go_by_cursor_and_by_offset(client: httpx2.AsyncClient, house: House) -> None:
    """S2-DLQ, S2-SCH."""
    lost = [await lose(client, house) for _ in range(5)][::-1]

    first = await client.get("/v1/dlq", params={"limit": 2})
    link = first.headers["link"]
    second = (await client.get(link[1 : link.index(">")])).json()
    third = (
        await client.get("/v1/dlq", params={"limit": 2, "cursor": second["next_cursor"]})
    ).json()

    pages = [first.json(), second, third]
    assert [letter["job_id"] for page in pages for letter in page["data"]] == lost
    assert [page["has_more"] for page in pages] == [True, True, False]
    assert await ids(client, limit=2, offset=3) == lost[3:]
    assert await ids(client, offset=5) == []


async def test_filters_narrow(client: httpx2.AsyncClient, house: House) -> None:
    """S2-DLQ, S2-IDX3, S2-IDX4."""
    late = await lose(client, house, category=Category.TIMEOUT)
    broken = await lose(client, house)
    (letter,) = (await client.get("/v1/dlq", params={"category": "timeout"})).json()["data"]

    assert await ids(client) == [broken, late]
    assert await ids(client, fingerprint=letter["fingerprint"]) == [late]
    assert await ids(client, failed_before=letter["failed_at"]) == []
    assert await ids(client, failed_after=letter["failed_at"]) == [broken, late]
    assert await ids(client, kind="shop.report", queue="default", region="default") == [
        broken,
        late,
    ]
    for query in ({"kind": "site.audit"}, {"queue": "slow"}, {"region": "eu"}):
        assert await ids(client, **query) == []
    assert await ids(client, replayed="false") == [broken, late]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"category": "boredom"}, 422),
        ({"kind": "shop.report@1"}, 400),
        ({"kind": "Shop"}, 400),
        ({"queue": "a b"}, 400),
        ({"region": "\x00"}, 400),
        ({"fingerprint": "x"}, 400),
        ({"failed_after": "yesterday"}, 400),
        ({"replayed": "perhaps"}, 422),
        ({"limit": "201"}, 422),
        ({"offset": "10001"}, 422),
        ({"offset": "-1"}, 422),
        ({"cursor": "x"}, 400),
        ({"colour": "red"}, 422),
        ({"workspace_id": "rival"}, 403),
    ],
)
async def test_odd_queries_are_refused(
    shared_client: httpx2.AsyncClient, query: dict[str, str], status: int
) -> None:
    for path in ("/v1/dlq", "/v1/dlq/groups"):
        answer = await shared_client.get(path, params=query)

        assert (answer.status_code, answer.headers["content-type"]) == (
            422 if path.endswith("groups") and "offset" in query else status,
            "application/problem+json",
        )


async def test_a_cursor_is_worth_nothing_in_another_list(
    client: httpx2.AsyncClient, house: House
) -> None:
    for _ in range(2):
        await lose(client, house)
    cursor = (await client.get("/v1/dlq", params={"limit": 1})).json()["next_cursor"]

    answers = [
        await client.get("/v1/dlq", params={"cursor": cursor, "category": "timeout"}),
        await client.get("/v1/dlq/groups", params={"cursor": cursor}),
        await client.get("/v1/jobs", params={"cursor": cursor}),
        await client.get("/v1/dlq", params={"cursor": cursor, "offset": 1}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 4


async def test_groups_gather_alike_failures(client: httpx2.AsyncClient, house: House) -> None:
    for number in range(3):
        await lose(client, house, f"row {number} is broken")
    other = await lose(client, house, "no such month")

    first = (await client.get("/v1/dlq/groups", params={"limit": 1})).json()
    rest = (
        await client.get("/v1/dlq/groups", params={"limit": 1, "cursor": first["next_cursor"]})
    ).json()

    (group,) = first["data"]
    assert (group["count"], group["open"], group["category"]) == (3, 3, "validation")
    assert group["sample"]["error"]["message"] == "row 2 is broken"
    assert [found["sample"]["job_id"] for found in rest["data"]] == [other]
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)
    assert len(await ids(client, fingerprint=group["fingerprint"])) == 3


async def test_a_letter_is_replayed_once(client: httpx2.AsyncClient, house: House) -> None:
    """S2-DLQ: twenty at once make one job, and both ends know each other."""
    job_id = await lose(client, house)

    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(client.post(f"/v1/dlq/{job_id}/replay")) for _ in range(20)]

    answers = [task.result() for task in asked]
    (made,) = {answer.json()["id"] for answer in answers}
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [202]
    assert (await client.get(f"/v1/jobs/{made}")).json()["retried_from"] == job_id
    letter = (await client.get(f"/v1/dlq/{job_id}")).json()
    assert letter["replayed_as"] == made
    assert letter["replayed_at"] is not None
    listed = (await client.get("/v1/jobs")).json()["data"]
    assert [job["id"] for job in listed] == [made, job_id]
    first = next(answer for answer in answers if answer.status_code == 202)
    assert first.headers["location"] == f"/v1/jobs/{made}"
    retried = await client.post(f"/v1/jobs/{job_id}/retry")
    assert (retried.status_code, retried.json()["id"]) == (200, made)


async def test_a_letter_is_replayed_with_other_args(
    client: httpx2.AsyncClient, house: House
) -> None:
    job_id = await lose(client, house)

    wrong = await client.post(f"/v1/dlq/{job_id}/replay", json={"args": {"count": "many"}})
    odd = await client.post(f"/v1/dlq/{job_id}/replay", json={"arg": {}})
    right = await client.post(f"/v1/dlq/{job_id}/replay", json={"args": {"month": "june"}})

    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/args/count")
    assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "/arg")
    assert right.status_code == 202
    made = (await client.get(right.headers["location"])).json()
    assert (made["args"], made["retried_from"]) == ({"month": "june"}, job_id)


async def test_letters_are_replayed_by_filter_at_a_rate(
    client: httpx2.AsyncClient, house: House
) -> None:
    """S2-DLQ: a dry run counts, a replay does it, a repeated key does nothing more."""
    for number in range(3):
        await lose(client, house, f"row {number} is broken")
    await lose(client, house, category=Category.TIMEOUT)
    (group, _) = (await client.get("/v1/dlq/groups")).json()["data"]
    body = {"fingerprint": group["fingerprint"], "rate": 0.1, "limit": 2}

    dry = await client.post("/v1/dlq/replay", json={**body, "dry_run": True})
    done = await client.post("/v1/dlq/replay", json=body, headers={"Idempotency-Key": "one"})
    again = await client.post("/v1/dlq/replay", json=body, headers={"Idempotency-Key": "one"})
    other = await client.post(
        "/v1/dlq/replay", json={"category": "timeout"}, headers={"Idempotency-Key": "one"}
    )

    told = {"matched": 3, "replayed": 2, "remaining": 1, "spread_seconds": 10.0, "dry_run": False}
    assert (dry.status_code, done.status_code, again.status_code) == (200, 202, 202)
    assert dry.json() == {**told, "replayed": 0, "remaining": 3, "dry_run": True}
    assert done.json() == again.json() == told
    assert "idempotency-replayed" not in done.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert len(await ids(client, replayed="true")) == 2
    statuses = [job["status"] for job in (await client.get("/v1/jobs")).json()["data"]]
    assert sorted(statuses) == ["failed"] * 4 + ["queued", "scheduled"]


async def test_a_letter_is_removed(client: httpx2.AsyncClient, house: House) -> None:
    job_id = await lose(client, house)

    answer = await client.delete(f"/v1/dlq/{job_id}")
    again = await client.delete(f"/v1/dlq/{job_id}")

    assert (answer.status_code, answer.content, again.status_code) == (204, b"", 404)
    assert await ids(client) == []
    assert (await client.get(f"/v1/jobs/{job_id}")).json()["status"] == "failed"


async def test_letters_are_purged_by_age_and_category(
    client: httpx2.AsyncClient, house: House
) -> None:
    """S2-DLQ: purge()."""
    late = await lose(client, house, category=Category.TIMEOUT)
    await lose(client, house)

    young = await client.post("/v1/dlq/purge", json={"older_than_seconds": 3600})
    some = await client.post(
        "/v1/dlq/purge", json={"older_than_seconds": 0, "category": "validation"}
    )

    assert (young.status_code, young.json()) == (202, {"purged": 0, "has_more": False})
    assert some.json() == {"purged": 1, "has_more": False}
    assert await ids(client) == [late]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("purge", {}, "/older_than_seconds"),
        ("purge", {"older_than_seconds": -1}, "/older_than_seconds"),
        ("purge", {"older_than_seconds": 1e12}, "/older_than_seconds"),
        ("purge", {"older_than_seconds": 1, "category": "boredom"}, "/category"),
        ("purge", {"older_than_seconds": 1, "failed_after": ""}, "/failed_after"),
        ("replay", {"rate": 0}, "/rate"),
        ("replay", {"rate": 1e9}, "/rate"),
        ("replay", {"limit": 0}, "/limit"),
        ("replay", {"limit": 1001}, "/limit"),
        ("replay", {"dry_run": "yes"}, "/dry_run"),
        ("replay", {"queue": "x" * 201}, "/queue"),
    ],
)
async def test_odd_bodies_are_refused_with_a_pointer(
    shared_client: httpx2.AsyncClient, path: str, body: dict[str, object], pointer: str
) -> None:
    answer = await shared_client.post(f"/v1/dlq/{path}", json=body)

    assert answer.status_code == 422
    assert [problem["pointer"] for problem in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "shop.report@1"},
        {"queue": "a\x00"},
        {"region": "EU"},
        {"fingerprint": "x"},
        {"failed_after": "now"},
    ],
)
async def test_malformed_filters_are_refused(
    shared_client: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    answer = await shared_client.post("/v1/dlq/replay", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_another_workspace_is_answered_as_if_there_were_nothing(
    client: httpx2.AsyncClient, rival: httpx2.AsyncClient, house: House
) -> None:
    """S4-ISO1: the same answer, but for the ids, as for a letter that never was."""
    job_id = await lose(client, house)
    nothing = "job_" + "0" * 26

    assert await ids(rival) == []
    assert (await rival.get("/v1/dlq/groups")).json()["data"] == []
    for method, suffix in (("GET", ""), ("DELETE", ""), ("POST", "/replay")):
        foreign = await rival.request(method, f"/v1/dlq/{job_id}{suffix}")
        unknown = await rival.request(method, f"/v1/dlq/{nothing}{suffix}")
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.json()["detail"] == unknown.json()["detail"]
    every = await rival.post("/v1/dlq/replay", json={})
    purged = await rival.post("/v1/dlq/purge", json={"older_than_seconds": 0})
    assert (every.json()["replayed"], purged.json()["purged"]) == (0, 0)
    assert await ids(client, replayed="false") == [job_id]


@pytest.mark.parametrize("job_id", ["x", "job_", "groups2", "job_" + "u" * 26])
async def test_what_is_no_id_is_not_found(shared_client: httpx2.AsyncClient, job_id: str) -> None:
    assert (await shared_client.get(f"/v1/dlq/{job_id}")).status_code == 404
    assert (await shared_client.delete(f"/v1/dlq/{job_id}")).status_code == 404
    assert (await shared_client.post(f"/v1/dlq/{job_id}/replay")).status_code == 404
