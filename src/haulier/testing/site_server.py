"""Serves the sample site, Harbour Lane Cycles, on loopback: over https and over http.

    async with serve_sample_site("faulty") as site:
        ...  # audit site.https_url, trusting site.ca_file

The host `shop.localhost` is 127.0.0.1 for haulier's own resolver and for browsers; a client that
asks a system resolver without RFC 6761 must connect to 127.0.0.1 and name the host itself.
"""

import asyncio
import contextlib
import tempfile
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from haulier.testing.certificates import CertificateAuthority, short_lived_leaf
from haulier.testing.loopback_server import LoopbackServer, Request, listen
from haulier.testing.site_answers import Site, build_site
from haulier.testing.site_conduct import Variant

SITE_HOST = "shop.localhost"
_MAX_ASKED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSite:
    """Where a served site is to be found."""

    variant: Variant
    https_port: int
    """Answers plain http too, like the http port: then `http://` on this port can be tried."""
    http_port: int
    ca_file: Path
    """PEM of the authority behind the certificate; deleted when the server stops."""
    host: str = SITE_HOST
    asked: deque[Request] = field(default_factory=lambda: deque(maxlen=_MAX_ASKED))
    """What clients asked, in order; the last ten thousand."""

    @property
    def https_url(self) -> str:
        """The start page over TLS."""
        return f"https://{self.host}:{self.https_port}/"

    @property
    def http_url(self) -> str:
        """The start page without TLS."""
        return f"http://{self.host}:{self.http_port}/"


@contextlib.asynccontextmanager
async def serve_sample_site(
    variant: Variant = "faulty",
    *,
    https_port: int = 0,
    http_port: int = 0,
    now: datetime | None = None,
) -> AsyncGenerator[SampleSite]:
    """Serves one variant on 127.0.0.1 while the context is open.

    Port 0 lets the system choose. `now` is the moment from which the dates of certificate and
    security.txt are counted. Raises OSError when a port is taken.
    """
    now = now or datetime.now(UTC)
    authority = CertificateAuthority.create(now)
    leaf = authority.issue() if variant == "sound" else short_lived_leaf(authority)
    with contextlib.ExitStack() as stack:
        secure = stack.enter_context(listen(https_port))
        plain = stack.enter_context(listen(http_port))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haulier-site-")))
        where = SampleSite(
            variant=variant,
            https_port=secure.getsockname()[1],
            http_port=plain.getsockname()[1],
            ca_file=folder / "authority.pem",
        )
        where.ca_file.write_bytes(authority.pem())
        site = build_site(variant, tokens=_tokens(where, now))

        async def respond(request: Request, writer: asyncio.StreamWriter) -> bool:
            where.asked.append(request)
            return await _respond(site, request, writer)

        async with (
            LoopbackServer(secure, respond, tls=leaf.server_context()),
            LoopbackServer(plain, respond),
        ):
            yield where


async def _respond(site: Site, request: Request, writer: asyncio.StreamWriter) -> bool:
    answer = site.answer(request)
    writer.write(answer.encode(with_body=request.method != "HEAD", close=not request.keeps_open))
    await writer.drain()
    return request.keeps_open


def _tokens(where: SampleSite, now: datetime) -> dict[str, str]:
    later = now + timedelta(days=180)
    return {
        "origin": where.https_url.removesuffix("/"),
        "http_origin": where.http_url.removesuffix("/"),
        "expires": later.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "valid_until": later.strftime("%Y-%m-%d"),
    }
