"""What a fetch brings home."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One request and the head of its answer."""

    method: str
    url: str
    """Normalised, without a fragment."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """As received: in order, repeated fields kept apart, names in the server's own case."""
    peer: str
    """The IP address that answered, as compared with the vetted one after connecting."""
    http_version: str
    """`1.0`, `1.1` or `2`."""
    first_byte_ms: float
    """From the start of the hop (look-up included) to the head of the answer."""
    total_ms: float
    """From the start of the hop to the last byte that was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The final answer, with every hop that led to it."""

    url: str
    """The URL that gave this answer: the last of the chain."""
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Decoded from its content coding, never longer than `Limits.decoded_bytes`."""
    wire_bytes: int
    """Length of the body as it was transferred, before decoding."""
    truncated: bool
    """The body was cut at a limit, which only happens with `on_overflow="truncate"`."""
    http_version: str
    peer: str
    hops: tuple[Hop, ...]
    """In order; the last one is this answer."""
    first_byte_ms: float
    total_ms: float
    """From the call of `fetch` to the last byte, over all hops."""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def header_values(self, name: str) -> tuple[str, ...]:
        """Return every value of a header in the order received."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)
