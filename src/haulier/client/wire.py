"""Requests and answers as httpx2 has them: shared by the blocking and the async transport."""

import time
from dataclasses import dataclass, field
from typing import Final

import httpx2

from haulier.client.api_key import ApiKey
from haulier.client.base_url import BaseUrl, parse_base_url
from haulier.client.call import ANSWER_LIMIT_BYTES, Reply, Request
from haulier.client.problems import NOT_UNDERSTOOD
from haulier.errors import InvalidInput, Unavailable

_USER_AGENT: Final = "haulier-python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where and how a client speaks to its server."""

    base_url: BaseUrl
    api_key: ApiKey
    timeout_seconds: float
    """For connecting, for each read and write, and for an answer as a whole."""
    retries: int

    def __post_init__(self) -> None:
        """Raises InvalidInput for numbers that make no sense."""
        if not self.timeout_seconds > 0:
            raise InvalidInput("timeout is a number of seconds above 0.")
        if self.retries < 0:
            raise InvalidInput("retries is 0 or more.")

    @property
    def headers(self) -> httpx2.Headers:
        """What every request carries; httpx2 hides the key in its repr.

        No compression: the limit on the size of an answer holds for the bytes on the wire.
        """
        return httpx2.Headers(
            {
                "Authorization": f"Bearer {self.api_key.reveal()}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": _USER_AGENT,
            }
        )


def connect(
    base_url: str, api_key: str, *, timeout: float, retries: int, insecure: bool
) -> Connection:
    """A checked connection. Raises InvalidInput, which never shows the key."""
    return Connection(
        api_key=ApiKey(api_key),
        base_url=parse_base_url(base_url, insecure=insecure),
        timeout_seconds=timeout,
        retries=retries,
    )


def build(
    client: httpx2.Client | httpx2.AsyncClient,
    connection: Connection,
    request: Request,
    *,
    silence_seconds: float | None = None,
) -> httpx2.Request:
    """The request for the wire; `silence_seconds` bounds a read in place of the timeout."""
    usual = connection.timeout_seconds
    return client.build_request(
        request.method,
        connection.base_url.text + request.path,
        params=dict(request.query) or None,
        headers=dict(request.headers),
        content=request.body,
        timeout=httpx2.Timeout(usual, read=silence_seconds or usual),
    )


@dataclass(slots=True)
class Body:
    """An answer's body as it arrives, bounded in bytes and in time."""

    response: httpx2.Response
    deadline: float
    """By `time.monotonic`."""
    _chunks: list[bytes] = field(default_factory=list[bytes])
    _size: int = 0

    def take(self, chunk: bytes) -> None:
        """Raises httpx2.ReadTimeout past the deadline, Unavailable when there is too much."""
        self._size += len(chunk)
        if self._size > ANSWER_LIMIT_BYTES:
            raise Unavailable(
                f"The answer is over {ANSWER_LIMIT_BYTES} bytes. Read a result in chunks."
            )
        if time.monotonic() > self.deadline:
            raise httpx2.ReadTimeout("the answer took too long", request=self.response.request)
        self._chunks.append(chunk)

    def reply(self) -> Reply:
        """The whole answer."""
        headers = {name.lower(): value for name, value in self.response.headers.items()}
        return Reply(status=self.response.status_code, headers=headers, body=b"".join(self._chunks))


def begin_body(response: httpx2.Response, connection: Connection) -> Body:
    """An empty body. Raises Unavailable for an encoding that nobody asked for."""
    refuse_encoding(response)
    return Body(response, time.monotonic() + connection.timeout_seconds)


def refuse_encoding(response: httpx2.Response) -> None:
    """Raises Unavailable for a compressed body: its size would be unknown."""
    if response.headers.get("content-encoding", "identity").lower() not in {"identity", ""}:
        raise Unavailable(f"{NOT_UNDERSTOOD} (it is compressed)")


def unreachable(error: httpx2.HTTPError, connection: Connection) -> Unavailable:
    """What a caller is told of trouble with the network."""
    reason = str(error) or type(error).__name__
    return Unavailable(f"No answer from {connection.base_url.text}: {reason}")
