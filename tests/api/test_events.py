"""Events: as a list, and as a stream that breaks anywhere and resumes anywhere."""

import json
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest

from api.house import House
from api.live import Live, live_server
from haulier.domain.states import EventType
from support.postgres import Database

STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
def live(database: Database, tmp_path: Path, house: House) -> Generator[Live]:
    """Beside the house, on the same database: the server shares no memory with the worker."""
    with live_server(database.url, tmp_path / "blobs") as live:
        yield live


@pytest.fixture
async def browser(live: Live, house: House) -> AsyncGenerator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {await house.key()}"}
    async with httpx2.AsyncClient(base_url=live.url, headers=headers, timeout=30) as client:
        yield client


async def create(client: httpx2.AsyncClient) -> str:
    answer = await client.post("/v1/jobs", json={"kind": "shop.report"})
    assert answer.status_code == 202
    return str(answer.json()["id"])


async def frames_of(answer: httpx2.Response) -> AsyncGenerator[dict[str, str]]:
    """Frames as the HTML Living Standard, 9.2.6, reads them; comments are left out."""
    frame: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line:
            if frame:
                yield frame
            frame = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            frame[name] = value


async def read(
    client: httpx2.AsyncClient, path: str, headers: dict[str, str], most: int = 10_000
) -> list[dict[str, str]]:
    """Frames of a stream until it ends, or until `most` of them came and the reader hangs up."""
    found: list[dict[str, str]] = []
    async with client.stream("GET", path, headers={**STREAM, **headers}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        async with aclosing(frames_of(answer)) as frames:
            async for frame in frames:
                found.append(frame)
                if len(found) == most:
                    break
    return found


async def test_events_are_listed_by_number(client: httpx2.AsyncClient, house: House) -> None:
    job_id = await create(client)
    claimed = await house.claim()
    await house.tell(claimed, {"progress": 0.5, "message": "half"})
    await house.complete(claimed, b"{}")

    page = (await client.get(f"/v1/jobs/{job_id}/events")).json()

    assert [event["seq"] for event in page["data"]] == [1, 2, 3, 4]
    words = [event["type"] for event in page["data"]]
    assert words == ["queued", "running", "progress", "completed"]
    assert page["data"][2]["data"] == {"progress": 0.5, "message": "half"}
    assert {event["job_id"] for event in page["data"]} == {job_id}
    assert (page["has_more"], page["next_cursor"]) == (False, None)


async def test_a_list_of_events_goes_on_after_a_number(
    client: httpx2.AsyncClient, house: House
) -> None:
    job_id = await create(client)
    claimed = await house.claim()
    for number in range(5):
        await house.tell(claimed, {"progress": number / 10})

    first = await client.get(f"/v1/jobs/{job_id}/events?limit=3")
    target = first.headers["link"].partition(">")[0].removeprefix("<")
    second = (await client.get(target)).json()
    third = (await client.get(f"/v1/jobs/{job_id}/events?after=6&limit=200")).json()

    assert (first.json()["has_more"], first.json()["next_cursor"]) == (True, "3")
    assert [event["seq"] for event in second["data"]] == [4, 5, 6]
    assert [event["seq"] for event in third["data"]] == [7]


async def test_a_stream_tells_events_as_they_happen_and_ends_with_the_job(
    browser: httpx2.AsyncClient, house: House
) -> None:
    job_id = await create(browser)
    seen: list[dict[str, str]] = []
    path = f"/v1/jobs/{job_id}/events"
    async with (
        browser.stream("GET", path, headers=STREAM) as answer,
        aclosing(frames_of(answer)) as frames,
    ):
        seen.append(await anext(frames))
        claimed = await house.claim()
        seen.append(await anext(frames))
        await house.tell(claimed, {"progress": 0.5, "message": "half\nway"})
        seen.append(await anext(frames))
        await house.complete(claimed, b"{}")
        seen += [frame async for frame in frames]

    assert [frame["event"] for frame in seen] == [
        "queued",
        "running",
        "progress",
        "completed",
        "end",
    ]
    assert [frame.get("id") for frame in seen] == ["1", "2", "3", "4", None]
    data = json.loads(seen[2]["data"])
    assert (data["seq"], data["job_id"], data["type"]) == (3, job_id, "progress")
    assert data["data"] == {"progress": 0.5, "message": "half\nway"}
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_stream_resumes_anywhere_without_gap_or_repetition(
    browser: httpx2.AsyncClient, house: House
) -> None:
    job_id = await create(browser)
    path = f"/v1/jobs/{job_id}/events"
    claimed = await house.claim()
    for number in range(250):
        await house.tell(claimed, {"progress": number / 250}, EventType.PROGRESS)

    seen = await read(browser, path, {}, most=3)
    while seen[-1]["event"] != "end":
        if len(seen) == 3 + 7:
            await house.complete(claimed, b"{}")
        most = 7 if len(seen) < 50 else 10_000
        seen += await read(browser, path, {"Last-Event-ID": seen[-1]["id"]}, most=most)

    assert [frame["id"] for frame in seen[:-1]] == [str(number) for number in range(1, 254)]
    assert seen[-2]["event"] == "completed"


async def test_the_number_that_a_browser_saw_wins_over_the_url(
    browser: httpx2.AsyncClient, house: House
) -> None:
    job_id = await create(browser)
    await house.complete(await house.claim(), b"{}")

    by_url = await read(browser, f"/v1/jobs/{job_id}/events?after=1", {})
    by_header = await read(browser, f"/v1/jobs/{job_id}/events?after=1", {"Last-Event-ID": "2"})

    assert [frame.get("id") for frame in by_url] == ["2", "3", None]
    assert [frame.get("id") for frame in by_header] == ["3", None]


@pytest.mark.parametrize("after", [3, 4, 2_147_483_647])
async def test_a_reader_that_has_seen_everything_is_told_the_end(
    browser: httpx2.AsyncClient, house: House, after: int
) -> None:
    job_id = await create(browser)
    await house.complete(await house.claim(), b"{}")

    seen = await read(browser, f"/v1/jobs/{job_id}/events", {"Last-Event-ID": str(after)})

    assert [frame["event"] for frame in seen] == ["end"]


@pytest.mark.parametrize("number", ["-1", "x", "1.5", "2147483648", "9" * 5000])
async def test_a_number_that_is_none_is_refused(client: httpx2.AsyncClient, number: str) -> None:
    job_id = await create(client)

    answer = await client.get(
        f"/v1/jobs/{job_id}/events", headers={**STREAM, "Last-Event-ID": number}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_another_workspaces_events_are_not_told(
    client: httpx2.AsyncClient, rival: httpx2.AsyncClient
) -> None:
    job_id = await create(client)

    answer = await rival.get(f"/v1/jobs/{job_id}/events", headers=STREAM)

    assert answer.status_code == 404
