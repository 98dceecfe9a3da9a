"""The blocking client: the calls of this package over `httpx2.Client`."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

import httpx2
from tenacity import Retrying

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
        self.client = httpx2.Client(
            headers=connection.headers, trust_env=not connection.base_url.is_loopback
        )

    def send(self, call: Call[Answer]) -> Answer:
        attempts = Retrying(**plan(self.connection.retries), sleep=time.sleep)
        try:
            reply = attempts(self._exchange, call.request)
        except httpx2.HTTPError as error:
            raise unreachable(error, self.connection) from error
        return call.read(reply)

    def open(
        self, request: Request, silence_seconds: float | None = None
    ) -> "closing[httpx2.Response]":
        wire = build(self.client, self.connection, request, silence_seconds=silence_seconds)
        return closing(self.client.send(wire, stream=True))

    def collect(self, response: httpx2.Response) -> Reply:
        body = begin_body(response, self.connection)
        for chunk in response.iter_raw():
            body.take(chunk)
        return body.reply()

    def _exchange(self, request: Request) -> Reply:
        with self.open(request) as response:
            return self.collect(response)


class _Noun:
    def __init__(self, transport: _Transport) -> None:
        self._transport = transport

    def send(self, call: Call[Answer]) -> Answer:
        """The answer to a call. Raises what the server refused with, or Unavailable."""
        return self._transport.send(call)

    def _items(self, listing: pages.Listing[Item]) -> Iterator[Item]:
        while (call := listing.next_call()) is not None:
            yield from listing.take(self.send(call))


def _sends(build_call: Callable[P, Call[Answer]]) -> Callable[Concatenate[_Noun, P], Answer]:
    @wraps(build_call)
    def method(noun: _Noun, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        return noun.send(build_call(*args, **kwargs))

    return method


class Jobs(_Noun):
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
    ) -> Iterator[Job]:
        """Jobs newest first, page after page as they are asked for."""
        yield from self._items(jobs.listing(status=status, kind=kind, queue=queue, labels=labels))

    def events(self, job_id: str, *, after: int = 0) -> Iterator[Event]:
        """What happened to a job so far, numbered above `after`, oldest first."""
        yield from self._items(jobs.history(job_id, after))

    def stream(self, job_id: str, *, after: int = 0) -> Iterator[Event]:
        """A job's events numbered above `after`, old and coming, until the one that ends it.

        Each once and none left out, over lost connections too. Raises NotFound, and Unavailable
        when the server stays away.
        """
        following = Following(job_id, after, self._transport.connection.retries)
        while not following.is_over:
            try:
                yield from self._stream_once(following)
            except httpx2.HTTPError as error:
                following.lose(error)
            if not following.is_over:
                time.sleep(following.pause())

    def wait(self, job_id: str, timeout: float | None = None) -> Job:
        """The job once it has ended, however it ended. Raises TimeoutError after `timeout` seconds.

        Asks at intervals that grow to one second; `stream` tells at once.
        """
        for pause in pauses(timeout):
            job = self.get(job_id)
            if job.is_final:
                return job
            time.sleep(pause)
        raise TimeoutError(f"{job_id} has not ended after {timeout} seconds")

    def result_chunks(self, job_id: str) -> Iterator[bytes]:
        """What the job left, as the bytes come; of any size. Raises as `result` does."""
        try:
            with self._transport.open(get(f"/v1/jobs/{segment(job_id)}/result")) as response:
                if not response.is_success:
                    reply = self._transport.collect(response)
                    raise read_problem(reply.status, reply.headers, reply.body)
                refuse_encoding(response)
                yield from response.iter_raw()
        except httpx2.HTTPError as error:
            raise unreachable(error, self._transport.connection) from error

    def save_result(self, job_id: str, path: Path) -> int:
        """Writes what the job left to a file, whole or not at all; returns its size in bytes."""
        with replacing(path) as file:
            return sum(file.write(chunk) for chunk in self.result_chunks(job_id))

    def _stream_once(self, following: Following) -> Iterator[Event]:
        with self._transport.open(following.request(), SILENCE_LIMIT_SECONDS) as response:
            if not response.is_success:
                following.refuse(self._transport.collect(response))
                return
            for message in httpx2.EventSource(response):
                event = following.take(message)
                if event is not None:
                    yield event
                if following.is_over:
                    return


class DeadLetters(_Noun):
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
    ) -> Iterator[DeadLetter]:
        """Dead letters, the latest failure first, page after page as they are asked for."""
        yield from self._items(
            dead_letters.listing(
                category=category,
                kind=kind,
                queue=queue,
                region=region,
                fingerprint=fingerprint,
                replayed=replayed,
            )
        )


class SiteAudits(_Noun):
    """Audits of web sites."""

    create = _sends(site_audits.create)


class Kinds(_Noun):
    """The sorts of jobs that can be asked for."""

    list = _sends(kinds.list_kinds)
    get = _sends(kinds.get_kind)


class Health(_Noun):
    """How the server stands."""

    ready = _sends(health.ready)


class Haulier:
    """A server as one API key sees it. Thread-safe; close it, or use it in `with`.

    `timeout` is in seconds, for each attempt at a request; `retries` counts the further attempts
    after lost connections and answers that ask for patience. http:// is for this machine alone
    unless `insecure`. Raises InvalidInput for a URL or key that cannot be one.
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
        self.jobs = Jobs(self._transport)
        self.site_audits = SiteAudits(self._transport)
        self.dead_letters = DeadLetters(self._transport)
        self.kinds = Kinds(self._transport)
        self.health = Health(self._transport)

    def close(self) -> None:
        """Closes the connections."""
        self._transport.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Haulier({self._transport.connection.base_url.text!r})"
