"""The server on a real socket: limits, signals, addresses."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Generator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from api.house import CONFIG, NO_SERVICES, House
from api.live import Live, live_server
from haulier.api.app import create_app
from haulier.api.server import serve
from haulier.errors import ConfigurationInvalid, SetupFailed
from support.postgres import Database

PROCESS = Path(__file__).with_name("serving_process.py")


@pytest.fixture(scope="module")
def live(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Generator[Live]:
    config = replace(CONFIG, body_limit_bytes=1000)
    blobs = tmp_path_factory.mktemp("live")
    with live_server(shared_database.url, blobs, config, furnished=False) as live:
        yield live


@pytest.fixture
async def client(live: Live) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {live.key}", "Content-Type": "application/json"}
    async with httpx2.AsyncClient(base_url=live.url, headers=headers, timeout=30) as client:
        yield client


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/site-audits"])
async def test_a_chunked_body_over_the_limit_is_413(client: httpx2.AsyncClient, path: str) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"kind":"'
        for _ in range(20):
            sent += 100
            yield b"x" * 100

    answer = await client.post(path, content=chunks())

    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_chunked_body_within_the_limit_is_read(client: httpx2.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"kind":"shop.'
        yield b'report"}'

    assert (await client.post("/v1/jobs", content=chunks())).status_code == 202


async def test_a_length_over_the_limit_is_refused_before_the_body(live: Live) -> None:
    reader, writer = await asyncio.open_connection(live.host, live.port)
    writer.write(
        b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1001\r\n\r\n"
    )
    async with asyncio.timeout(20):
        head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()

    assert head.startswith(b"HTTP/1.1 413 ")


async def test_nothing_tells_the_servers_name(client: httpx2.AsyncClient) -> None:
    assert "server" not in (await client.get("/health/live")).headers


async def test_bytes_that_are_no_http_are_refused(live: Live) -> None:
    reader, writer = await asyncio.open_connection(live.host, live.port)
    writer.write(b"\x16\x03\x01\x00\xff hello\r\n\r\n")
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_told_server_ends_its_streams_and_leaves_with_code_0(
    house: House, database: Database, tmp_path: Path, number: signal.Signals
) -> None:
    headers = {"Authorization": f"Bearer {await house.key()}"}
    paths = os.pathsep.join(path for path in sys.path if path)
    process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
        [sys.executable, str(PROCESS), database.url, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
        text=True,
    )
    assert process.stdout is not None
    url = (await asyncio.to_thread(process.stdout.readline)).strip()
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        job = (await client.post("/v1/jobs", json={"kind": "shop.report"})).json()
        told: list[str] = []
        stream = {"Accept": "text/event-stream"}
        async with client.stream("GET", f"/v1/jobs/{job['id']}/events", headers=stream) as answer:
            async for line in answer.aiter_lines():
                told.append(line)
                if line.startswith("event: queued"):
                    process.send_signal(number)

    with process:
        rest = await asyncio.to_thread(process.stdout.read)
    assert not any(line.startswith("event: end") for line in told)
    assert rest.split()[-1:] == ["stopped"]
    assert process.returncode == 0


async def test_without_authentication_only_loopback_is_served() -> None:
    app = create_app(NO_SERVICES, replace(CONFIG, auth_required=False))

    for host in ("0.0.0.0", "::", "192.0.2.1", "haulier.example"):
        with pytest.raises(ConfigurationInvalid):
            await serve(app, host, 0)


async def test_an_address_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SetupFailed, match=str(port)):
            await serve(create_app(NO_SERVICES, CONFIG), "127.0.0.1", port)
