"""The only door to the network."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from haulier.safefetch.budget import Budget
from haulier.safefetch.errors import FetchError, TimedOut, TooManyRedirects
from haulier.safefetch.exchange import Exchanged, Exchanger
from haulier.safefetch.headers import HeaderInput, check_headers, check_method
from haulier.safefetch.inspection import TlsInspection, inspect
from haulier.safefetch.message import Message
from haulier.safefetch.policy import Limits, Policy
from haulier.safefetch.pool import Pool
from haulier.safefetch.redirects import next_message
from haulier.safefetch.resolver import Lookup, Resolver
from haulier.safefetch.response import Hop, Response
from haulier.safefetch.urls import check_url
from haulier.safefetch.vetting import vet

USER_AGENT = "haulier-safefetch/1"


class SafeFetcher:
    """Fetches URLs that strangers wrote, under one policy.

    Use it as an async context manager, on one event loop, from any number of tasks. Connections,
    look-ups and TLS sessions belong to the instance: give each workspace its own. It sends no
    cookies, follows nothing but `Location`, and takes nothing from the environment.

    `trust` names a PEM file with further roots; it is for operators, never for a URL's author.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        limits: Limits | None = None,
        resolver: Lookup | None = None,
        trust: str | Path | None = None,
        user_agent: str = USER_AGENT,
    ) -> None:
        check_headers({"User-Agent": user_agent})
        self._policy = policy
        self._limits = limits or Limits()
        self._lookup: Lookup = resolver or Resolver(timeout_seconds=self._limits.dns_seconds)
        self._trust = trust
        self._user_agent = user_agent
        self._pool = Pool(connections_per_host=self._limits.connections_per_host, trust=trust)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Cut every connection; the descriptors are free on return."""
        self._pool.close()
        # Transports close their descriptor in the turn of the loop that follows the abort.
        await asyncio.sleep(0)

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: HeaderInput = (),
        body: bytes | None = None,
        follow_redirects: bool = True,
        limits: Limits | None = None,
        on_overflow: Literal["error", "truncate"] = "error",
    ) -> Response:
        """Fetch a URL, checking it and every redirect from the start.

        Any status is an answer, not an error. `limits` replace those of the fetcher for this call.
        With `on_overflow="truncate"` a body that reaches a limit of size is cut and marked.

        Raises FetchError, which carries the hops that were taken; nothing is retried but a kept
        connection that the server had closed.
        """
        budget = Budget(limits or self._limits)
        exchanger = Exchanger(
            policy=self._policy,
            pool=self._pool,
            lookup=self._lookup,
            budget=budget,
            user_agent=self._user_agent,
            follows=follow_redirects,
            truncates=on_overflow == "truncate",
        )
        message = Message(
            method=check_method(method),
            target=check_url(url, self._policy),
            headers=check_headers(headers),
            body=body,
        )
        chain = _Chain(message)
        try:
            async with asyncio.timeout_at(budget.deadline):
                final = await chain.run(exchanger)
        except TimeoutError:
            raise chain.describe(TimedOut("total")) from None
        except FetchError as error:
            raise chain.describe(error) from error.__cause__
        return _response(final, chain.hops, budget.elapsed_ms(budget.started_at))

    async def inspect_tls(self, url: str) -> TlsInspection:
        """Look at the TLS of an https URL's host over connections of their own; send no request.

        The host is checked, resolved and judged like that of a fetch. Each handshake has five
        seconds.

        Raises FetchError when the host is refused or cannot be reached at all.
        """
        target = check_url(url, replace(self._policy, schemes=self._policy.schemes & {"https"}))
        try:
            addresses = await vet(
                target, self._policy, self._lookup, dns_seconds=self._limits.dns_seconds
            )
            return await inspect(target, addresses, trust=self._trust)
        except FetchError as error:
            error.origin = target.origin
            raise


class _Chain:
    """The hops of one fetch, and where it stands."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.hops: list[Hop] = []

    async def run(self, exchanger: Exchanger) -> Exchanged:
        while True:
            exchanged = await exchanger.exchange(self.message)
            self.hops.append(exchanged.hop)
            if not exchanged.redirects:
                return exchanged
            if len(self.hops) > exchanger.policy.max_redirects:
                raise TooManyRedirects("limit")
            self.message = next_message(self.message, exchanged.head, exchanger.policy)

    def describe(self, error: FetchError) -> FetchError:
        """Tell an error where in the chain it happened."""
        error.hop = len(self.hops)
        error.hops = tuple(self.hops)
        if error.origin is None:
            error.origin = self.message.target.origin
        return error


def _response(final: Exchanged, hops: Sequence[Hop], total_ms: float) -> Response:
    last = final.hop
    return Response(
        url=last.url,
        status=last.status,
        headers=last.headers,
        body=final.body,
        wire_bytes=final.wire_bytes,
        truncated=final.truncated,
        http_version=last.http_version,
        peer=last.peer,
        hops=tuple(hops),
        first_byte_ms=last.first_byte_ms,
        total_ms=total_ms,
    )
