"""The asyncio client: the calls of this package over `httpx2.AsyncClient`."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

import httpx2
from tenacity import AsyncRetrying

from haulier.client import dead_letters, health, jobs, kinds, pages, site_audits
from haulier.client.call import Call, Reply, Request, get, segment
from haulier.client.files import replacing
from haulier.client.following import SILENCE_LIMIT_SECONDS, Following, pauses
from haulier.client.models import DeadLetter, Event, Job
from haulier.client.problems import read_problem
from haulier.client.retrying import plan
from haulier.client.wire import Connection, begin_body, build, connect, refuse_encoding, unreachable

P = ParamSpec("P")
Answer = TypeVar("Answer")
Item = TypeVar("Item")


class _Transport:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.client = httpx2.AsyncClient(
            headers=connection.headers, trust_env=not connection.base_url.is_loopback
        )

    async def send(self, call: Call[Answer]) -> Answer:
        attempts = AsyncRetrying(**plan(self.connection.retries), sleep=asyncio.sleep)
        try:
            reply: Reply = await attempts(self._exchange, call.request)
        except httpx2.HTTPError as error:
            raise unreachable(error, self.connection) from error
        return call.read(reply)

    @asynccontextmanager
    async def open(
        self, request: Request, silence_seconds: float | None = None
    ) -> AsyncGenerator[httpx2.Response]:
        wire = build(self.client, self.connection, request, silence_seconds=silence_seconds)
        async with aclosing(await self.client.send(wire, stream=True)) as response:
            yield response

    async def collect(self, response: httpx2.Response) -> Reply:
        body = begin_body(response, self.connection)
        async for chunk in response.aiter_raw():
            body.take(chunk)
        return body.reply()

    async def _exchange(self, request: Request) -> Reply:
        async with self.open(request) as response:
            return await self.collect(response)


class _Noun:
    def __init__(self, transport: _Transport) -> None:
        self._transport = transport

    async def send(self, call: Call[Answer]) -> Answer:
        """The answer to a call. Raises what the server refused with, or Unavailable."""
        return await self._transport.send(call)

    async def _items(self, listing: pages.Listing[Item]) -> AsyncIterator[Item]:
        while (call := listing.next_call()) is not None:
            for item in listing.take(await self.send(call)):
                yield item


def _sends(
    build_call: Callable[P, Call[Answer]],
) -> Callable[Concatenate[_Noun, P], Awaitable[Answer]]:
    @wraps(build_call)
    async def method(noun: _Noun, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        return await noun.send(build_call(*args, **kwargs))

    return method


class AsyncJobs(_Noun):
    """Jobs of the workspace that the key belongs to."""

    enqueue = _sends(jobs.enqueue)
    get = _sends(jobs.get_job)
    list_page = _sends(jobs.list_page)
    events_page = _sends(jobs.events_page)
    result = _sends(jobs.result)
    result_bytes = _sends(jobs.result_bytes)
    cancel = _sends(jobs.cancel)
    retry = _sends(jobs.retry)

    def list(
        self,
        *,
        status: str | None = None,
        kind: str | None = None,
        queue: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Job]:
        """Jobs newest first, page after page as they are asked for."""
        return self._items(jobs.listing(status=status, kind=kind, queue=queue, labels=labels))

    def events(self, job_id: str, *, after: int = 0) -> AsyncIterator[Event]:
        """What happened to a job so far, numbered above `after`, oldest first."""
        return self._items(jobs.history(job_id, after))

    async def stream(self, job_id: str, *, after: int = 0) -> AsyncIterator[Event]:
        """A job's events numbered above `after`, old and coming, until the one that ends it.

        Each once and none left out, over lost connections too. Raises NotFound, and Unavailable
        when the server stays away.
        """
        following = Following(job_id, after, self._transport.connection.retries)
        while not following.is_over:
            try:
                async for event in self._stream_once(following):
                    yield event
            except httpx2.HTTPError as error:
                following.lose(error)
            if not following.is_over:
                await asyncio.sleep(following.pause())

    async def wait(self, job_id: str, timeout: float | None = None) -> Job:  # noqa: ASYNC109 the same as in the blocking client
        """The job once it has ended, however it ended. Raises TimeoutError after `timeout` seconds.

        Asks at intervals that grow to one second; `stream` tells at once.
        """
        for pause in pauses(timeout):
            job = await self.get(job_id)
            if job.is_final:
                return job
            await asyncio.sleep(pause)
        raise TimeoutError(f"{job_id} has not ended after {timeout} seconds")

    async def result_chunks(self, job_id: str) -> AsyncIterator[bytes]:
        """What the job left, as the bytes come; of any size. Raises as `result` does."""
        request = get(f"/v1/jobs/{segment(job_id)}/result")
        try:
            async with self._transport.open(request) as response:
                if not response.is_success:
                    reply = await self._transport.collect(response)
                    raise read_problem(reply.status, reply.headers, reply.body)
                refuse_encoding(response)
                async for chunk in response.aiter_raw():
                    yield chunk
        except httpx2.HTTPError as error:
            raise unreachable(error, self._transport.connection) from error

    async def save_result(self, job_id: str, path: Path) -> int:
        """Writes what the job left to a file, whole or not at all; returns its size in bytes."""
        size = 0
        with replacing(path) as file:
            async for chunk in self.result_chunks(job_id):
                size += await asyncio.to_thread(file.write, chunk)
        return size

    async def _stream_once(self, following: Following) -> AsyncIterator[Event]:
        async with self._transport.open(following.request(), SILENCE_LIMIT_SECONDS) as response:
            if not response.is_success:
                following.refuse(await self._transport.collect(response))
                return
            async for message in httpx2.EventSource(response):
                event = following.take(message)
                if event is not None:
                    yield event
                if following.is_over:
                    return


class AsyncDeadLetters(_Noun):
    """Failed jobs that are kept for replay."""

    get = _sends(dead_letters.get_letter)
    list_page = _sends(dead_letters.list_page)
    groups_page = _sends(dead_letters.groups_page)
    replay = _sends(dead_letters.replay)
    replay_all = _sends(dead_letters.replay_all)
    delete = _sends(dead_letters.delete_letter)
    purge = _sends(dead_letters.purge)

    def list(
        self,
        *,
        category: str | None = None,
        kind: str | None = None,
        queue: str | None = None,
        region: str | None = None,
        fingerprint: str | None = None,
        replayed: bool | None = None,
    ) -> AsyncIterator[DeadLetter]:
        """Dead letters, the latest failure first, page after page as they are asked for."""
        return self._items(
            dead_letters.listing(
                category=category,
                kind=kind,
                queue=queue,
                region=region,
                fingerprint=fingerprint,
                replayed=replayed,
            )
        )


class AsyncSiteAudits(_Noun):
    """Audits of web sites."""

    create = _sends(site_audits.create)


class AsyncKinds(_Noun):
    """The sorts of jobs that can be asked for."""

    list = _sends(kinds.list_kinds)
    get = _sends(kinds.get_kind)


class AsyncHealth(_Noun):
    """How the server stands."""

    ready = _sends(health.ready)


class AsyncHaulier:
    """A server as one API key sees it, for one event loop. Close it, or use it in `async with`.

    The parameters are those of `Haulier`.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float = 30.0,
        retries: int = 3,
        insecure: bool = False,
    ) -> None:
        self._transport = _Transport(
            connect(base_url, api_key, timeout=timeout, retries=retries, insecure=insecure)
        )
        self.jobs = AsyncJobs(self._transport)
        self.site_audits = AsyncSiteAudits(self._transport)
        self.dead_letters = AsyncDeadLetters(self._transport)
        self.kinds = AsyncKinds(self._transport)
        self.health = AsyncHealth(self._transport)

    async def close(self) -> None:
        """Closes the connections."""
        await self._transport.client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncHaulier({self._transport.connection.base_url.text!r})"
