"""What the sample site really sends, gathered over the wire for direct assertions."""

import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio
import httpx2
from anyio.abc import SocketStream
from cryptography import x509
from selectolax.lexbor import LexborHTMLParser, LexborNode

from haulier.testing.site_server import SampleSite

PATHS = (
    "/",
    "/bikes",
    "/bikes/estuary-tourer",
    "/workshop",
    "/journal/winter-tyres",
    "/about",
    "/contact",
    "/de",
    "/thanks",
    "/Shop_Offers",
    "/gift-cards",
    "/old-workshop",
    "/no-such-page-4d1f",
    "/favicon.ico",
    "/robots.txt",
    "/sitemap.xml",
    "/.well-known/security.txt",
    "/assets/shop.css",
    "/assets/shop.js",
    "/assets/harbour.svg",
)
Fetch = Callable[..., Awaitable[httpx2.Response]]
FOREIGN_ORIGIN = "https://elsewhere.example"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Every answer of one variant; `start` is the start page."""

    site: SampleSite
    answers: Mapping[str, httpx2.Response]
    plain: httpx2.Response
    preflight: httpx2.Response
    certificate: x509.Certificate

    @property
    def start(self) -> httpx2.Response:
        return self.answers["/"]

    def tree(self, path: str) -> LexborHTMLParser:
        # The parser keeps a byte order mark as text, which would open the body before the head.
        return LexborHTMLParser(self.answers[path].content.decode("utf-8-sig"))

    def count(self, selector: str, path: str = "/") -> int:
        return len(self.tree(path).css(selector))

    def first(self, selector: str, path: str = "/") -> LexborNode:
        found = self.tree(path).css_first(selector)
        assert found is not None
        return found

    def attribute(self, selector: str, name: str, path: str = "/") -> str:
        """The first match's attribute; "" without match or attribute."""
        node = self.tree(path).css_first(selector)
        return (node.attributes.get(name) or "") if node else ""

    def header(self, name: str, path: str = "/") -> str:
        return str(self.answers[path].headers.get(name, ""))

    def text(self, path: str) -> str:
        return self.answers[path].content.decode()

    def cookies(self) -> list[str]:
        return list(self.start.headers.get_list("set-cookie"))

    def days_left(self) -> int:
        return (self.certificate.not_valid_after_utc - datetime.now(UTC)).days


async def fetch_page(
    site: SampleSite,
    path: str = "/",
    *,
    method: str = "GET",
    secure: bool = True,
    headers: dict[str, str] | None = None,
) -> httpx2.Response:
    """One request to 127.0.0.1 in the name of the site's host; redirects are not followed."""
    scheme, port = ("https", site.https_port) if secure else ("http", site.http_port)
    context = ssl.create_default_context(cafile=site.ca_file)
    async with httpx2.AsyncClient(verify=context, trust_env=False, timeout=5) as client:
        return await client.request(
            method,
            f"{scheme}://127.0.0.1:{port}{path}",
            headers={"Host": f"{site.host}:{port}", **(headers or {})},
            extensions={"sni_hostname": site.host},
        )


def leaf_of(site: SampleSite) -> x509.Certificate:
    """The certificate of a verified handshake. Blocks: call it in a thread."""
    context = ssl.create_default_context(cafile=site.ca_file)
    with (
        socket.create_connection(("127.0.0.1", site.https_port), timeout=5) as raw,
        context.wrap_socket(raw, server_hostname=site.host) as connection,
    ):
        shown = connection.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown)


def open_descriptors() -> int:
    """How many file descriptors this process holds; -1 where /proc does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else -1


def trusting(site: SampleSite) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=site.ca_file)


async def say(port: int, raw: bytes, *, context: ssl.SSLContext | None = None) -> bytes:
    """Sends the bytes, closes the sending side, and returns everything that comes back."""
    stream = (
        await anyio.connect_tcp(
            "127.0.0.1", port, ssl_context=context, tls_hostname="shop.localhost"
        )
        if context
        else await anyio.connect_tcp("127.0.0.1", port)
    )
    heard = b""
    async with stream:
        await stream.send(raw)
        if isinstance(stream, SocketStream):
            await stream.send_eof()
        try:
            while True:
                heard += await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return heard
