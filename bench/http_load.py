"""Load over HTTP: keep-alive connections that each send one request after the other."""

import asyncio
import json
import time
from urllib.parse import urlsplit


async def measure(
    url: str, api_key: str, connections: int, requests: int, payload: dict[str, object]
) -> tuple[list[float], float]:
    """Seconds per request, and requests per second over all; every answer must be a 202."""
    left = iter(range(requests))
    seconds: list[float] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(_connection(url, api_key, left, seconds, payload))
    return seconds, requests / (time.perf_counter() - began)


async def _connection(
    url: str,
    api_key: str,
    left: "object",
    seconds: list[float],
    payload: dict[str, object],
) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    body = json.dumps(payload).encode()
    try:
        for number in left:  # type: ignore[attr-defined]
            head = (
                f"POST /v1/jobs HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                f"Authorization: Bearer {api_key}\r\nContent-Type: application/json\r\n"
                f"Idempotency-Key: bench-{time.monotonic_ns()}-{number}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            began = time.perf_counter()
            writer.write(head.encode() + body)
            status = await _answer(reader)
            seconds.append(time.perf_counter() - began)
            if status != 202:
                raise RuntimeError(f"answered {status}")
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
