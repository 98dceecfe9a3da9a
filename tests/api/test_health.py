"""Health: open to everybody, and honest."""

from dataclasses import replace

from api.house import CONFIG, House, client_of
from haulier import __version__
from haulier.api.app import create_app
from haulier.services.health import Health
from support.postgres import Database


async def test_a_server_with_its_database_is_ready(house: House) -> None:
    async with client_of(house.app()) as client:
        live = await client.get("/health/live")
        ready = await client.get("/health/ready")
        summary = await client.get("/health")

    assert (live.status_code, live.json()) == (200, {"status": "alive"})
    assert ready.status_code == 200
    assert ready.json()["database"] == "ok"
    assert summary.json() == {**ready.json(), "version": __version__}


async def test_a_schema_that_is_too_old_is_not_ready(house: House) -> None:
    services = replace(house.services, health=Health(house.database, 999))
    async with client_of(create_app(services, CONFIG)) as client:
        ready = await client.get("/health/ready")
        live = await client.get("/health/live")

    assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
    assert ready.json()["migrations"]["wanted"] == 999
    assert live.status_code == 200


async def test_a_lost_database_is_told_and_every_other_route_is_503(
    house: House, database: Database
) -> None:
    key = await house.key()
    await house.database._app.close()
    await house.database._system.close()
    async with client_of(house.app(), key) as client:
        ready = await client.get("/health/ready")
        jobs = await client.get("/v1/jobs")
        live = await client.get("/health/live")

    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
    assert (jobs.status_code, jobs.json()["code"]) == (503, "dependency_unavailable")
    assert live.status_code == 200
