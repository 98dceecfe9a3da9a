"""Every route is protected, health alone is not."""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.house import CONFIG, SHOP, House, client_of
from haulier.domain.access import Permission
from haulier.domain.ids import WorkspaceId, parse_id
from haulier.services.workspaces import Workspaces

NEEDED = {
    ("POST", "/v1/jobs"): Permission.JOBS_CREATE,
    ("GET", "/v1/jobs"): Permission.JOBS_READ,
    ("GET", "/v1/jobs/{job_id}"): Permission.JOBS_READ,
    ("GET", "/v1/jobs/{job_id}/events"): Permission.JOBS_READ,
    ("GET", "/v1/jobs/{job_id}/result"): Permission.JOBS_READ,
    ("POST", "/v1/jobs/{job_id}/cancel"): Permission.JOBS_CANCEL,
    ("POST", "/v1/jobs/{job_id}/retry"): Permission.JOBS_WRITE,
    ("POST", "/v1/site-audits"): Permission.JOBS_CREATE,
    ("GET", "/v1/site-audits/{audit_id}"): Permission.JOBS_READ,
    ("GET", "/v1/dlq"): Permission.DLQ_READ,
    ("GET", "/v1/dlq/groups"): Permission.DLQ_READ,
    ("GET", "/v1/dlq/{job_id}"): Permission.DLQ_READ,
    ("DELETE", "/v1/dlq/{job_id}"): Permission.DLQ_WRITE,
    ("POST", "/v1/dlq/{job_id}/replay"): Permission.DLQ_WRITE,
    ("POST", "/v1/dlq/replay"): Permission.DLQ_WRITE,
    ("POST", "/v1/dlq/purge"): Permission.DLQ_WRITE,
    ("GET", "/v1/kinds"): None,
    ("GET", "/v1/kinds/{kind}"): None,
    ("GET", "/v1/openapi.json"): None,
    ("GET", "/v1/docs"): None,
}
HEALTH = {("GET", "/health"), ("GET", "/health/live"), ("GET", "/health/ready")}
BODIES = {
    "/v1/jobs": {"kind": "shop.report", "args": {"month": "may"}},
    "/v1/site-audits": {"url": "https://example.com/"},
    "/v1/dlq/{job_id}/replay": {},
    "/v1/dlq/replay": {"dry_run": True},
    "/v1/dlq/purge": {"older_than_seconds": 3600},
}


def routes_of(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    """Every method and path, through included routers, as the application itself matches them."""
    found: set[tuple[str, str]] = set()
    for route in routes:
        inner = getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", None
        )
        if isinstance(route, APIRoute):
            found |= {(method, route.path) for method in route.methods or ()}
        elif inner:
            found |= routes_of(inner)
    return found


async def ask(client: httpx2.AsyncClient, method: str, path: str, job_id: str) -> httpx2.Response:
    filled = path.format(job_id=job_id, audit_id=job_id, kind="shop.report")
    return await client.request(method, filled, json=BODIES.get(path) if method == "POST" else None)


async def test_the_list_of_routes_is_whole(shared_house: House) -> None:
    assert routes_of(shared_house.app().routes) == NEEDED.keys() | HEALTH


async def test_no_route_but_health_answers_without_a_good_credential(shared_house: House) -> None:
    """S1-5.4."""
    good = await shared_house.key()
    expired = await shared_house.key(lives_for=timedelta(microseconds=1))
    revoked = await shared_house.keys.create(SHOP, "revoked")
    await shared_house.keys.revoke(SHOP, parse_id("key", revoked.id))
    bad = {
        "": None,
        "nothing": "Bearer ",
        "basic": f"Basic {good}",
        "bent": f"Bearer {good[:-1]}{'0' if good[-1] != '0' else '1'}",
        "expired": f"Bearer {expired}",
        "revoked": f"Bearer {revoked.text}",
        "long": "Bearer " + "x" * 5000,
        "odd": "Bearer hlr_live_ \t",
    }
    async with client_of(shared_house.app()) as client:
        for name, header in bad.items():
            client.headers.pop("authorization", None)
            if header is not None:
                client.headers["authorization"] = header
            for method, path in NEEDED:
                answer = await ask(client, method, path, "job_" + "0" * 26)

                assert answer.status_code == 401, (name, method, path)
                assert answer.json()["code"] == "unauthenticated"
                assert answer.headers["www-authenticate"].startswith("Bearer")
            for method, path in HEALTH:
                assert (await ask(client, method, path, "")).status_code == 200


@pytest.mark.parametrize(("route", "permission"), [pair for pair in NEEDED.items() if pair[1]])
async def test_a_route_needs_its_permission(
    shared_house: House, route: tuple[str, str], permission: Permission
) -> None:
    """S1-5.4."""
    app = shared_house.app()
    async with client_of(app, await shared_house.key()) as owner:
        job_id = (await owner.post("/v1/jobs", json=BODIES["/v1/jobs"])).json()["id"]
    lacking = await shared_house.key(permissions=frozenset(Permission) - {permission})

    async with client_of(app, lacking) as client:
        answer = await ask(client, *route, job_id)

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


async def test_two_credentials_at_once_are_refused(shared_house: House) -> None:
    key = await shared_house.key()
    async with client_of(shared_house.app()) as client:
        answer = await client.get(
            "/v1/kinds",
            headers=[("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")],
        )

    assert answer.status_code == 401


async def test_without_authentication_only_loopback_names_are_served(house: House) -> None:
    """A page of another site reaches loopback by rebinding its own name; it is told nothing."""
    await Workspaces(house.database).create(WorkspaceId("default"), "Default")
    async with client_of(house.app(replace(CONFIG, auth_required=False))) as client:
        local = await client.post("/v1/jobs", json=BODIES["/v1/jobs"])
        rebound = await client.get("/v1/jobs", headers={"Host": "evil.example"})

    assert local.status_code == 202
    assert (rebound.status_code, rebound.json()["code"]) == (403, "permission_denied")


async def test_the_reference_is_open_only_where_the_configuration_says_so(
    shared_house: House,
) -> None:
    async with client_of(shared_house.app(replace(CONFIG, docs_public=True))) as client:
        page = await client.get("/v1/docs")
        document = await client.get("/v1/openapi.json")

    assert (page.status_code, document.status_code) == (200, 200)
    assert "script" not in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "http://" not in page.text.replace("http://127.0.0.1", "")
    assert "POST</span> /v1/jobs" in page.text
