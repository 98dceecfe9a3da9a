"""Refusals: RFC 9457 problems for every error, the framework's own included."""

from collections.abc import Iterator
from uuid import UUID

import httpx2
import pytest
import structlog
from fastapi import FastAPI

from api.house import RIVAL, House, client_of
from haulier.api.problems import status_of
from haulier.domain.ids import format_job_id
from haulier.errors import HaulierError, Unavailable, WorkspaceMismatch

UNKNOWN = format_job_id(UUID(int=(0x019C0000 << 96) | (7 << 76) | (2 << 62)))
FIELDS = {"type", "title", "status", "code", "detail", "instance", "request_id", "trace_id"}


def every_error() -> Iterator[type[HaulierError]]:
    waiting = [HaulierError]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += kind.__subclasses__()


def assert_problem(answer: httpx2.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) - {"errors"} == FIELDS
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"https://haulier.dev/problems/{code}"
    assert problem["request_id"] == answer.headers["haulier-request-id"]
    assert problem["trace_id"] == answer.headers["haulier-trace-id"]


def test_every_error_of_the_tree_has_a_status() -> None:
    found = {kind.__name__: status_of(kind) for kind in every_error()}

    assert all(400 <= status < 600 for status in found.values())
    assert found["WorkspaceMismatch"] == 403
    assert found["ResultNotReady"] == 404
    assert found["ResultExpired"] == 410
    assert found["IllegalTransition"] == 409
    assert found["SetupFailed"] == 500


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/v1/nowhere", 404, "not_found"),
        ("GET", "/v1/jobs/", 404, "not_found"),
        ("DELETE", "/v1/jobs", 405, "method_not_allowed"),
        ("PUT", "/v1/kinds", 405, "method_not_allowed"),
        ("GET", "/v1/jobs/%00", 404, "not_found"),
        ("GET", "/v1/jobs/job_short", 404, "not_found"),
        ("GET", f"/v1/jobs/{UNKNOWN}", 404, "not_found"),
        ("GET", f"/v1/jobs/{UNKNOWN}/events", 404, "not_found"),
        ("GET", f"/v1/jobs/{UNKNOWN}/result", 404, "not_found"),
        ("POST", f"/v1/jobs/{UNKNOWN}/cancel", 404, "not_found"),
        ("POST", f"/v1/jobs/{UNKNOWN}/retry", 404, "not_found"),
        ("GET", f"/v1/site-audits/{UNKNOWN}", 404, "not_found"),
        ("GET", "/v1/kinds/no.such", 404, "not_found"),
        ("GET", "/v1/kinds/NO", 404, "not_found"),
        ("GET", "/v1/kinds/a@000001" + "9" * 5000, 404, "not_found"),
        ("GET", f"/v1/jobs/{UNKNOWN}/events?after=-1", 422, "validation_failed"),
        ("GET", f"/v1/jobs/{UNKNOWN}/events?limit=x", 422, "validation_failed"),
    ],
)
async def test_a_refusal_is_a_problem(
    shared_client: httpx2.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    """S4-E404."""
    answer = await shared_client.request(method, path)

    assert_problem(answer, status, code)
    assert ("allow" in answer.headers) is (status == 405)


async def test_405_names_every_method_that_the_path_knows(
    shared_client: httpx2.AsyncClient,
) -> None:
    for path, methods in (
        ("/v1/jobs", "GET, POST"),
        (f"/v1/jobs/{UNKNOWN}", "GET"),
        (f"/v1/jobs/{UNKNOWN}/retry", "POST"),
        ("/v1/docs", "GET"),
        ("/health", "GET"),
    ):
        answer = await shared_client.request("DELETE", path)

        assert (answer.status_code, answer.headers["allow"]) == (405, methods)


async def test_a_parameter_that_is_wrong_is_named(shared_client: httpx2.AsyncClient) -> None:
    problem = (await shared_client.get("/v1/jobs?limit=999")).json()

    assert [item["pointer"] for item in problem["errors"]] == ["?limit"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "", "application/json; charset=latin-1", "json"],
)
async def test_a_body_that_does_not_say_json_is_415(
    shared_client: httpx2.AsyncClient, content_type: str
) -> None:
    answer = await shared_client.post(
        "/v1/jobs", content=b"{}", headers={"Content-Type": content_type}
    )

    assert_problem(answer, 415, "unsupported_media_type")


async def test_a_body_over_the_limit_is_413(shared_client: httpx2.AsyncClient) -> None:
    body = b'{"kind":"shop.report","args":{"a":"' + b"x" * 1_048_576 + b'"}}'
    answer = await shared_client.post(
        "/v1/jobs", content=body, headers={"Content-Type": "application/json"}
    )

    assert_problem(answer, 413, "payload_too_large")


async def test_another_workspaces_job_answers_as_an_unknown_one(
    shared_client: httpx2.AsyncClient, shared_house: House
) -> None:
    """S4-E404: byte for byte, but for the ids of the request and the id that was asked for."""
    async with client_of(shared_house.app(), await shared_house.key(RIVAL)) as rival:
        answer = await rival.post("/v1/site-audits", json={"url": "https://example.org/"})
        theirs = answer.json()["audit_id"]

    paths = ["/v1/jobs/{}", "/v1/jobs/{}/events", "/v1/jobs/{}/result", "/v1/site-audits/{}"]
    calls = [("GET", path) for path in paths]
    calls += [("POST", "/v1/jobs/{}/cancel"), ("POST", "/v1/jobs/{}/retry")]
    for method, path in calls:
        foreign = await shared_client.request(method, path.format(theirs))
        unknown = await shared_client.request(method, path.format(UNKNOWN))

        assert foreign.status_code == 404
        assert comparable(foreign, theirs) == comparable(unknown, UNKNOWN)


def comparable(answer: httpx2.Response, asked: str) -> tuple[object, ...]:
    text = answer.text.replace(asked, "ID")
    for name in ("haulier-request-id", "haulier-trace-id"):
        text = text.replace(answer.headers.pop(name), "X")
    return (answer.status_code, text, sorted(answer.headers.items()))


async def test_a_workspace_named_in_a_body_must_be_the_credentials_own(
    shared_client: httpx2.AsyncClient,
) -> None:
    """S4-E400, S4-E403."""
    for path, fields in (
        ("/v1/jobs", {"kind": "shop.report"}),
        ("/v1/site-audits", {"url": "https://example.com/"}),
    ):
        foreign = await shared_client.post(path, json={**fields, "workspace_id": "rival"})
        malformed = await shared_client.post(path, json={**fields, "workspace_id": "../etc"})

        assert_problem(foreign, 403, "workspace_mismatch")
        assert_problem(malformed, 400, "invalid_workspace_id")


async def test_a_denial_is_logged_as_a_warning(shared_client: httpx2.AsyncClient) -> None:
    """S4-E403."""
    with structlog.testing.capture_logs() as lines:
        await shared_client.get("/v1/jobs?workspace_id=rival&label.a=secretish")

    (line,) = [line for line in lines if line["event"] == "http.request"]
    assert (line["log_level"], line["status"], line["route"]) == ("warning", 403, "/v1/jobs")
    assert "secretish" not in repr(lines)


def broken_app(house: House, error: Exception) -> FastAPI:
    app = house.app()

    async def break_down() -> None:
        raise error

    app.add_api_route("/v1/broken", break_down)
    return app


async def test_what_nobody_foresaw_is_500_and_tells_nothing(shared_house: House) -> None:
    """S4-E500."""
    app = broken_app(shared_house, RuntimeError("password=hunter2 at /etc/shadow"))
    async with client_of(app) as client:
        with structlog.testing.capture_logs() as lines:
            answer = await client.get("/v1/broken")

    assert_problem(answer, 500, "internal_error")
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert [line["event"] for line in lines] == ["http.unexpected", "http.request"]
    assert lines[0]["request_id"] == answer.json()["request_id"]
    assert lines[1]["log_level"] == "error"


async def test_a_dependency_that_is_down_is_503_with_retry_after(shared_house: House) -> None:
    async with client_of(broken_app(shared_house, Unavailable())) as client:
        answer = await client.get("/v1/broken")

    assert_problem(answer, 503, "dependency_unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_secrets_in_a_detail_are_hidden(shared_house: House) -> None:
    secret = "AKIA" + "Q7" * 8
    async with client_of(broken_app(shared_house, WorkspaceMismatch(f"key {secret}"))) as client:
        answer = await client.get("/v1/broken")

    assert_problem(answer, 403, "workspace_mismatch")
    assert secret not in answer.text


async def test_a_well_formed_request_id_is_kept_and_any_other_replaced(
    shared_client: httpx2.AsyncClient,
) -> None:
    kept = await shared_client.get("/health/live", headers={"X-Request-Id": "abc-123.x"})
    replaced = await shared_client.get("/health/live", headers={"X-Request-Id": "a b\tc"})
    long = await shared_client.get("/health/live", headers={"X-Request-Id": "a" * 65})

    assert kept.headers["haulier-request-id"] == "abc-123.x"
    assert replaced.headers["haulier-request-id"].startswith("req_")
    assert long.headers["haulier-request-id"].startswith("req_")


async def test_a_trace_is_carried_on_into_the_job(shared_client: httpx2.AsyncClient) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}

    answer = await shared_client.post("/v1/jobs", json={"kind": "shop.report"}, headers=headers)
    events = await shared_client.get(f"/v1/jobs/{answer.json()['id']}/events")
    odd = await shared_client.get("/health/live", headers={"traceparent": "00-0-0-0"})

    assert answer.headers["haulier-trace-id"] == trace_id
    assert [event["trace_id"] for event in events.json()["data"]] == [trace_id]
    assert len(odd.headers["haulier-trace-id"]) == 32


async def test_every_answer_carries_security_headers(shared_client: httpx2.AsyncClient) -> None:
    for path in ("/health/live", "/nowhere", "/v1/kinds"):
        headers = (await shared_client.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
