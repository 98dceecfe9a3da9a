"""Everything that can go wrong with a fetch, as one small tree.

FetchError
├── Refused            the policy forbids it; nothing was sent to the refused place
├── DnsFailed          the name has no usable address
├── ConnectFailed      no connection could be made
├── TlsFailed          the server could not prove who it is
├── TimedOut           a limit of time was reached
├── TooLarge           a limit of size was reached
├── TooManyRedirects   the chain is longer than the policy allows, or goes in a circle
└── ProtocolBroken     the server does not speak HTTP as RFC 9110, 9112 and 9113 want it

`code` names the class and is stable; `reason` names the case within it and is stable as well.
An error never holds a path, a query, a header or a byte of a body: its text can be shown to
the person who wrote the URL. The hops that were taken are kept apart, in `hops`.
"""

from typing import ClassVar

from haulier.safefetch.response import Hop


class FetchError(Exception):
    """The fetch failed."""

    code: ClassVar[str] = "fetch_failed"
    retryable_reasons: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, reason: str, *, origin: str | None = None) -> None:
        self.reason = reason
        self.origin = origin
        """`scheme://host[:port]` of the hop that failed; None where the URL has no safe reading."""
        self.hop = 0
        """Number of the hop that failed, 0 for the URL that was asked for."""
        self.hops: tuple[Hop, ...] = ()
        """The hops that had been answered before the failure."""
        super().__init__(reason)

    @property
    def retryable(self) -> bool:
        """The same fetch may succeed later without any change."""
        return self.reason in self.retryable_reasons

    def __str__(self) -> str:
        place = f" at {self.origin}" if self.origin else ""
        return f"{self.code} ({self.reason}){place}, hop {self.hop}"


class Refused(FetchError):
    """The policy forbids this URL, address, header or step."""

    code = "refused"


class DnsFailed(FetchError):
    """The name has no usable address."""

    code = "dns_failed"
    retryable_reasons = frozenset({"server_failure", "timeout", "unreachable"})


class ConnectFailed(FetchError):
    """No connection could be made, or it was cut before an answer came."""

    code = "connect_failed"
    retryable_reasons = frozenset({"refused", "unreachable", "reset", "disconnected"})


class TlsFailed(FetchError):
    """The TLS handshake failed; the reasons are those of `TlsError` and `handshake`."""

    code = "tls_failed"


class TimedOut(FetchError):
    """A limit of time was reached: `connect`, `first_byte`, `idle` or `total`."""

    code = "timed_out"
    retryable_reasons = frozenset({"connect", "first_byte", "idle", "total"})


class TooLarge(FetchError):
    """A limit of size was reached: wire, decoded, ratio, header bytes or header count."""

    code = "too_large"


class TooManyRedirects(FetchError):
    """The chain of redirects is longer than the policy allows, or goes in a circle."""

    code = "too_many_redirects"


class ProtocolBroken(FetchError):
    """The server does not speak HTTP properly."""

    code = "protocol_broken"
    retryable_reasons = frozenset({"truncated"})
