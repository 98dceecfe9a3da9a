"""What goes out in one exchange, and the head of what comes back."""

from dataclasses import dataclass

from haulier.safefetch.decoding import ACCEPT_ENCODING
from haulier.safefetch.errors import ProtocolBroken, TooLarge
from haulier.safefetch.headers import Headers
from haulier.safefetch.policy import Limits
from haulier.safefetch.urls import Target

_FINAL_STATUSES = range(200, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request, as far as it may change along a chain of redirects."""

    method: str
    target: Target
    headers: Headers
    body: bytes | None

    def fields(self, user_agent: str) -> list[tuple[bytes, bytes]]:
        """Return every header that is sent, `Host` first."""
        named = {name.lower() for name, _ in self.headers}
        fields = [("Host", self.target.authority), *self.headers]
        if "user-agent" not in named:
            fields.append(("User-Agent", user_agent))
        if "accept" not in named:
            fields.append(("Accept", "*/*"))
        fields.append(("Accept-Encoding", ACCEPT_ENCODING))
        if self.body is not None:
            fields.append(("Content-Length", str(len(self.body))))
        return [(name.encode("ascii"), value.encode("ascii")) for name, value in fields]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Status and headers of an answer."""

    status: int
    headers: Headers
    http_version: str

    def values(self, name: str) -> list[str]:
        """Return every value of a header; `name` in lower case."""
        return [value for key, value in self.headers if key.lower() == name]


def read_head(
    status: int, fields: list[tuple[bytes, bytes]], http_version: str, limits: Limits
) -> Head:
    """Hold the head of an answer to the limits and to the rules that the parsers leave open.

    Raises TooLarge or ProtocolBroken.
    """
    if len(fields) > limits.header_count:
        raise TooLarge("header_count")
    if sum(len(name) + len(value) + 4 for name, value in fields) > limits.header_bytes:
        raise TooLarge("header_bytes")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)
    head = Head(status=status, headers=headers, http_version=http_version)
    if status not in _FINAL_STATUSES:
        raise ProtocolBroken("status")
    if any(sign in value for _, value in headers for sign in "\r\n\0"):
        raise ProtocolBroken("header_value")
    # RFC 9112 6.1, 6.3: a length told in two ways is how responses are smuggled past one another.
    lengths = set(head.values("content-length"))
    is_chunked = bool(head.values("transfer-encoding"))
    if len(lengths) > 1 or (is_chunked and (lengths or http_version != "1.1")):
        raise ProtocolBroken("ambiguous_length")
    return head
