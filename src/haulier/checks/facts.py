"""The facts that rules look at: everything an audit fetched, and nothing else.

The fetcher fills these in; rules only read them. So a rule is a pure function, and a test writes
its facts by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser

from haulier.checks.nesting import MAX_DEPTH, shallow


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer, or the reason why there was none."""

    url: str
    method: str = "GET"
    status: int = 0
    """HTTP status, 0 when there was no answer."""
    headers: tuple[tuple[str, str], ...] = ()
    """As received, in order, repeated fields kept apart."""
    body: bytes = b""
    """Decoded, cut at the fetch limit."""
    truncated: bool = False
    http_version: str = ""
    """"HTTP/1.1", "HTTP/2", or "" without an answer."""
    first_byte_ms: float = 0.0
    total_ms: float = 0.0
    wire_bytes: int = 0
    """Body bytes as they came over the wire, before decoding."""
    error: str | None = None
    """A stable code (`timeout`, `dns_not_found`, `tls_invalid`, ...) when there was no answer."""

    @property
    def ok(self) -> bool:
        """There was an answer, whatever its status."""
        return self.error is None and self.status > 0

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a header field, in order; names compare without case."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def first(self, name: str) -> str | None:
        """The first value of a header field, or None."""
        values = self.values(name)
        return values[0] if values else None

    @property
    def media_type(self) -> str:
        """Lower-cased media type without parameters, "" when absent."""
        return (self.first("content-type") or "").split(";", 1)[0].strip().lower()


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of the site: the chain that led to it and its final exchange."""

    requested_url: str
    chain: tuple[Exchange, ...]
    """Every hop in order; the last one is the page. Never empty."""
    repeats: tuple[Exchange, ...] = ()
    """Further GETs of the final URL, for timing."""

    @property
    def final(self) -> Exchange:
        """The exchange that answered in the end."""
        return self.chain[-1]

    @cached_property
    def is_html(self) -> bool:
        """The answer is text/html or application/xhtml+xml with a body."""
        return self.final.media_type in {"text/html", "application/xhtml+xml"}

    @cached_property
    def text(self) -> str:
        """The body as text: BOM, then header charset, then meta charset, then UTF-8."""
        from haulier.checks.charset import decode

        return decode(self.final)

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The parsed document (an empty one when the page is not HTML).

        A document that nests deeper than any browser would is cut there: see `nesting`.
        """
        return LexborHTMLParser(shallow(self.text, MAX_DEPTH) if self.is_html else "")


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What the TLS handshake showed. DER certificates in the order that the server sent them."""

    protocol: str
    """Negotiated: "TLSv1.2" or "TLSv1.3"."""
    alpn: str | None = None
    chain: tuple[bytes, ...] = ()
    """Leaf first."""
    trusted: bool = False
    error: str | None = None
    """Why it is not trusted: `expired`, `not_yet_valid`, `wrong_host`, `self_signed`,
    `unknown_issuer`, `invalid`."""
    legacy: bool | None = None
    """A handshake capped at TLS 1.1 went through; None when it could not be tried here."""
    trusts_without_intermediates: bool | None = None
    """The leaf verifies only because this machine knew the intermediate; None if unknown."""


@dataclass(frozen=True, kw_only=True)
class SiteFacts:
    """All facts of one audit."""

    pages: tuple[Page, ...]
    """At least one; the first is the page that was asked for."""
    now: datetime
    """When the audit looked, aware, UTC: dates are judged against it."""
    http_chain: tuple[Exchange, ...] = ()
    """Every hop of a GET of the http:// form of the origin."""
    preflight: Exchange | None = None
    """OPTIONS with a foreign Origin to the last URL of the chain."""
    preflight_origin: str = "https://http-observatory.security.mozilla.org"
    robots: Exchange | None = None
    sitemaps: tuple[Exchange, ...] = ()
    """Sitemaps that were fetched, index first when there is one; .gz bodies are unpacked."""
    security_txt: Exchange | None = None
    favicon: Exchange | None = None
    missing_path: Exchange | None = None
    """GET of a path that cannot exist."""
    certificate: Certificate | None = None
    """None when the origin was not reached over TLS at all."""
    assets: tuple[Exchange, ...] = ()
    """HEADs of same-host style sheets, scripts, images and fonts."""
    hsts_preload: Mapping[str, bool] = field(default_factory=dict[str, bool])
    """Overrides for tests: host -> include subdomains. Empty: the bundled preload list."""

    @property
    def page(self) -> Page:
        """The page that was asked for."""
        return self.pages[0]
