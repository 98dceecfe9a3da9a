"""Looks names up with a deadline, without threads, so that a hanging server delays nobody else."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from weakref import WeakValueDictionary

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from haulier.safefetch.errors import DnsFailed
from haulier.safefetch.policy import Address
from haulier.safefetch.process_guard import unguarded

Lookup = Callable[[str], Awaitable[Sequence[str | Address]]]
"""Anything that turns a name into its addresses: a `Resolver`, or a function in a test."""

_RECORD_TYPES = (dns.rdatatype.A, dns.rdatatype.AAAA)
# How long one family may lag behind the other before it is done without.
_LAG_SECONDS = 0.5
_MAX_ALIASES = 8
_MAX_ADDRESSES = 64


@dataclass(frozen=True, slots=True)
class _Answer:
    addresses: tuple[Address, ...]
    failure: str | None
    expires_at: float


_LATE = _Answer((), "timeout", 0.0)


class Resolver:
    """Asks the name servers of the machine, or the ones given, for A and AAAA records.

    The hosts file is not read: it names machines of the operator's own network, which a stranger's
    URL has no business with. Search domains are not applied. An instance keeps a bounded cache and
    belongs to one event loop.
    """

    def __init__(
        self,
        *,
        nameservers: Sequence[str] = (),
        port: int = 53,
        timeout_seconds: float = 5.0,
        cache_size: int = 1024,
        max_ttl_seconds: float = 300.0,
        negative_ttl_seconds: float = 10.0,
        max_look_ups: int = 400,
    ) -> None:
        # Each look-up holds two sockets; with more at once the process would run out of them.
        self._slots = asyncio.Semaphore(max_look_ups)
        self._nameservers = tuple(nameservers)
        self._port = port
        self._timeout_seconds = timeout_seconds
        self._cache_size = cache_size
        self._max_ttl_seconds = max_ttl_seconds
        self._negative_ttl_seconds = negative_ttl_seconds
        self._cache: OrderedDict[str, _Answer] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._stub: dns.asyncresolver.Resolver | None = None

    async def __call__(self, host: str) -> tuple[Address, ...]:
        """Return every address of a name, A before AAAA.

        One look-up at a time is under way for a name; who comes second waits for its answer.

        Raises DnsFailed: `not_found` and `no_address` are permanent, `server_failure`, `timeout`
        and `unreachable` can be tried again.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._look_up(host)
        except TimeoutError:
            raise DnsFailed("timeout") from None

    async def _look_up(self, host: str) -> tuple[Address, ...]:
        lock = self._locks.get(host)
        if lock is None:
            lock = self._locks[host] = asyncio.Lock()
        async with lock:
            answer = self._cached(host)
            if answer is None:
                async with self._slots:
                    answer = await self._ask(host)
                self._remember(host, answer)
        if answer.failure is not None:
            raise DnsFailed(answer.failure)
        return answer.addresses

    def _cached(self, host: str) -> _Answer | None:
        answer = self._cache.get(host)
        if answer is None or answer.expires_at <= time.monotonic():
            self._cache.pop(host, None)
            return None
        self._cache.move_to_end(host)
        return answer

    def _remember(self, host: str, answer: _Answer) -> None:
        if answer.expires_at <= time.monotonic():
            return
        self._cache[host] = answer
        while len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)

    async def _ask(self, host: str) -> _Answer:
        """Ask for both families at once; one that fails or lags does not hide the other's answer.

        Only addresses that came in are dialled, and only those are judged (RFC 8305 3).
        """
        stub, name = self._get_stub(), dns.name.from_text(f"{host}.")
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._ask_type(stub, name, kind)) for kind in _RECORD_TYPES]
            done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            has_addresses = any(task.result().addresses for task in done)
            _, late = await asyncio.wait(
                pending or done, timeout=_LAG_SECONDS if has_addresses else None
            )
            for task in late:
                task.cancel()
        results = [_LATE if task.cancelled() else task.result() for task in tasks]
        addresses = tuple(address for result in results for address in result.addresses)
        ttl_ends = min(result.expires_at for result in results)
        if addresses:
            return _Answer(addresses, None, ttl_ends)
        failures = [result.failure for result in results if result.failure is not None]
        permanent = [word for word in failures if word in {"not_found", "no_address"}]
        if len(permanent) == len(failures):
            word = "not_found" if "not_found" in failures else "no_address"
            return _Answer((), word, time.monotonic() + self._negative_ttl_seconds)
        passing = next(word for word in failures if word not in permanent)
        return _Answer((), passing, 0.0)

    async def _ask_type(
        self, stub: dns.asyncresolver.Resolver, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> _Answer:
        """Follow aliases that the server left open, and return what the chain ends in."""
        shortest = self._max_ttl_seconds
        for _ in range(_MAX_ALIASES):
            try:
                with unguarded():  # name servers are often private, and the operator's choice
                    found = await stub.resolve(
                        name,
                        kind,
                        raise_on_no_answer=False,
                        search=False,
                        lifetime=self._timeout_seconds,
                    )
            except dns.exception.DNSException as error:
                return _Answer((), _failure_word(error), time.monotonic() + shortest)
            except OSError:
                return _Answer((), "unreachable", 0.0)
            chain = found.chaining_result
            shortest = min(shortest, chain.minimum_ttl)
            if found.rrset is not None:
                return _Answer(_parse(_texts(found.rrset)), None, time.monotonic() + shortest)
            if chain.canonical_name == name:
                break
            name = chain.canonical_name
        return _Answer((), "no_address", time.monotonic() + shortest)

    def _get_stub(self) -> dns.asyncresolver.Resolver:
        if self._stub is None:
            try:
                self._stub = dns.asyncresolver.Resolver(configure=not self._nameservers)
            except dns.exception.DNSException:
                raise DnsFailed("unreachable") from None
            if self._nameservers:
                self._stub.port = self._port  # read by the setter of the next line
                self._stub.nameservers = list(self._nameservers)
        return self._stub


def parse_addresses(answers: Sequence[str | Address]) -> tuple[Address, ...]:
    """Read what a look-up returned; more than 64 addresses, or anything odd, is refused.

    Raises DnsFailed.
    """
    if not answers:
        raise DnsFailed("no_address")
    if len(answers) > _MAX_ADDRESSES:
        raise DnsFailed("too_many_addresses")
    try:
        return tuple(_parse([str(answer) for answer in answers]))
    except ValueError:
        raise DnsFailed("bad_answer") from None


def _texts(records: Iterable[object]) -> list[str]:
    return [str(record) for record in records]


def _parse(texts: Sequence[str]) -> tuple[Address, ...]:
    return tuple(IPv6Address(text) if ":" in text else IPv4Address(text) for text in texts)


def _failure_word(error: dns.exception.DNSException) -> str:
    match error:
        case dns.resolver.NXDOMAIN():
            return "not_found"
        case dns.resolver.NoAnswer():
            return "no_address"
        case dns.exception.Timeout():
            return "timeout"
        case _:
            return "server_failure"
