"""What a fetcher may do: values, never read from the environment."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Where a fetcher may go. The default is the public web and nothing else."""

    schemes: frozenset[str] = frozenset({"http", "https"})
    """A subset of http and https; nothing else is ever spoken."""
    ports: frozenset[int] = frozenset({80, 443})
    allow: tuple[Network, ...] = ()
    """Networks that an operator opened although the table denies them.

    Cloud metadata and platform addresses are opened only by an entry for that one address (/32 or
    /128), never by a wider network. An IPv6 form that embeds an IPv4 address is opened only if both
    the form and the embedded address are.
    """
    deny: tuple[Network, ...] = ()
    """Networks that are closed as well. Wins over `allow`."""
    own_addresses: frozenset[Address] = frozenset()
    """Addresses of this host and of its listeners (see `host_addresses`). Wins over `allow`."""
    allow_https_downgrade: bool = False
    max_redirects: int = 10

    def __post_init__(self) -> None:
        if not self.schemes <= {"http", "https"}:
            raise ValueError("schemes must be a subset of http and https")
        if not all(port in _PORTS for port in self.ports):
            raise ValueError("ports must lie between 1 and 65535")
        if self.max_redirects < 0:
            raise ValueError("max_redirects must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much time and space one fetch may take, over its whole chain of redirects."""

    total_seconds: float = 60.0
    dns_seconds: float = 5.0
    """For one look-up."""
    connect_seconds: float = 10.0
    """For one connection, TLS handshake included."""
    first_byte_seconds: float = 30.0
    """From the request sent to the head of the answer."""
    idle_seconds: float = 15.0
    """Between two pieces of a body, and for each write."""
    wire_bytes: int = 10 * 1024 * 1024
    """Everything received after TLS: heads, framing and bodies of all hops."""
    decoded_bytes: int = 10 * 1024 * 1024
    """Length of the final body after decoding."""
    ratio: float = 200.0
    """Decoded to encoded, judged from `ratio_floor_bytes` decoded bytes on."""
    ratio_floor_bytes: int = 1024 * 1024
    header_bytes: int = 64 * 1024
    header_count: int = 200
    connections_per_host: int = 32
    """Requests in flight to one host and port; more wait within their own total time."""

    def __post_init__(self) -> None:
        values = (getattr(self, name) for name in self.__slots__)
        if not all(value > 0 for value in values):
            raise ValueError("every limit must be greater than zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the address table says about one address."""

    allowed: bool
    reason: str
    """`public`, or the stable name of the block that denies, such as `loopback`."""
    source: str
    """The RFC, registry or document that the block comes from."""
    form: str | None = None
    """How the address embeds an IPv4 address, such as `nat64`; None if it does not."""
    embedded: IPv4Address | None = None
    """The IPv4 address inside, which `reason` speaks of where it is itself denied."""
