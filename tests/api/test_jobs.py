"""POST, GET and list of jobs."""

import httpx2

from api.house import House


async def test_a_new_job_is_answered_with_202_and_its_location(
    client: httpx2.AsyncClient, house: House
) -> None:
    """S0-FR1a, S0-FR1b, S0-FR1c."""
    answer = await client.post("/v1/jobs", json={"kind": "shop.report", "args": {"month": "may"}})

    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{told['id']}"
    assert told["status"] == "queued"
    job = (await client.get(answer.headers["location"])).json()
    assert job["status"] == "queued"
    assert job["args"] == {"month": "may"}
