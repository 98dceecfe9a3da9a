"""Site audits."""

import httpx2

URL = "https://example.com/"


async def test_a_site_audit_is_a_job_of_its_kind(client: httpx2.AsyncClient) -> None:
    """S0-FR1b: audit_id is the id of the job."""
    answer = await client.post(
        "/v1/site-audits", json={"url": URL, "scope": "site", "priority": "high"}
    )

    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["audit_id"] == told["job"]["id"]
    assert answer.headers["location"] == f"/v1/site-audits/{told['audit_id']}"
    found = (await client.get(answer.headers["location"])).json()
    assert found["audit_id"] == told["audit_id"]
    assert (found["job"]["kind"], found["job"]["priority"]) == ("site.audit", 2)
    assert found["job"]["args"] == {"url": URL, "scope": "site"}


async def test_the_same_site_is_audited_once(client: httpx2.AsyncClient) -> None:
    """S0-FR4b."""
    first = await client.post("/v1/site-audits", json={"url": URL})
    second = await client.post("/v1/site-audits", json={"url": URL})

    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json()["duplicate"] is True
    assert second.json()["audit_id"] == first.json()["audit_id"]


async def test_what_is_wrong_is_pointed_at_in_this_body(client: httpx2.AsyncClient) -> None:
    for body, pointer in (
        ({}, "/url"),
        ({"url": 1}, "/url"),
        ({"url": URL, "scope": "moon"}, "/scope"),
        ({"url": "http://127.0.0.1/"}, "/url"),
        ({"url": URL, "priority": "urgent"}, "/priority"),
        ({"url": URL, "max_attempts": 0}, "/max_attempts"),
        ({"url": URL, "labels": {"a": 1}}, "/labels"),
        ([], ""),
    ):
        answer = await client.post("/v1/site-audits", json=body)

        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer, body


async def test_a_url_that_may_not_be_fetched_is_refused_with_its_reason(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.post("/v1/site-audits", json={"url": "http://169.254.169.254/"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "egress_denied"


async def test_a_job_of_another_kind_is_no_site_audit(client: httpx2.AsyncClient) -> None:
    job = (await client.post("/v1/jobs", json={"kind": "shop.report"})).json()

    assert (await client.get(f"/v1/site-audits/{job['id']}")).status_code == 404
