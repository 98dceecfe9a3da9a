"""From what safefetch brings home to the exchanges that checks look at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from haulier.checks.facts import Exchange
from haulier.handlers.context import JobContext
from haulier.safefetch import FetchError, Hop, Limits, Response

PAGE_LIMITS: Final = Limits(
    total_seconds=30.0,
    wire_bytes=5 * 1024 * 1024,
    decoded_bytes=5 * 1024 * 1024,
    ratio=100,
)
"""Of the page itself; the audit as a whole has the job's timeout."""
SMALL_LIMITS: Final = replace(
    PAGE_LIMITS, total_seconds=10.0, wire_bytes=1024 * 1024, decoded_bytes=4 * 1024 * 1024
)
"""Of everything around it."""
_CODES: Final = {
    "dns_failed": "dns_not_found",
    "tls_failed": "tls_invalid",
    "timed_out": "timeout",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A chain of exchanges, and the error that cut it short, if one did."""

    chain: tuple[Exchange, ...]
    error: FetchError | None = None

    @property
    def final(self) -> Exchange:
        """The last exchange: the answer, or the one without."""
        return self.chain[-1]


async def fetch(
    job: JobContext,
    url: str,
    *,
    method: str = "GET",
    headers: Sequence[tuple[str, str]] = (),
    follow: bool = True,
    limits: Limits = SMALL_LIMITS,
) -> Fetched:
    """Fetches, and takes a failure as a fact: an exchange without answer then ends the chain."""
    try:
        response = await job.fetch(
            url,
            method=method,
            headers=headers,
            follow_redirects=follow,
            limits=limits,
            truncate=True,
        )
    except FetchError as error:
        failed = Exchange(url=_place(url, error), method=method, error=error_code(error))
        return Fetched(chain=(*map(_hop, error.hops), failed), error=error)
    return Fetched(chain=(*map(_hop, response.hops[:-1]), _answer(response, method)))


def error_code(error: FetchError) -> str:
    """A fetch error in the words of the facts: `timeout`, `dns_not_found`, `tls_invalid`, ..."""
    return _CODES.get(error.code, error.code)


def _place(url: str, error: FetchError) -> str:
    """Where it failed: the URL asked for, or where the last redirect pointed to."""
    if error.hops and error.origin is not None:
        return f"{error.origin}/"
    return url


def _hop(hop: Hop) -> Exchange:
    return Exchange(
        url=hop.url,
        method=hop.method,
        status=hop.status,
        headers=hop.headers,
        http_version=_version(hop.http_version),
        first_byte_ms=hop.first_byte_ms,
        total_ms=hop.total_ms,
    )


def _answer(response: Response, method: str) -> Exchange:
    last = response.hops[-1]
    return Exchange(
        url=response.url,
        method=method,
        status=response.status,
        headers=response.headers,
        body=response.body,
        truncated=response.truncated,
        http_version=_version(response.http_version),
        first_byte_ms=last.first_byte_ms,
        total_ms=last.total_ms,
        wire_bytes=response.wire_bytes,
    )


def _version(version: str) -> str:
    return f"HTTP/{version}" if version else ""
