"""Broken targets on loopback, each under a name, so that a test can walk them all.

    async with serve_broken_site() as broken:
        for target in broken.targets.values():
            ...  # fetch target.url, trusting broken.ca_file

Answers that leak past a client's guard lead to reserved or private addresses only.
"""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from haulier.testing.broken_answers import BROKEN_ANSWERS
from haulier.testing.certificates import (
    CertificateAuthority,
    Leaf,
    expired_leaf,
    not_yet_valid_leaf,
    self_signed_leaf,
    weak_key_leaf,
    wrong_name_leaf,
)
from haulier.testing.loopback_server import LoopbackServer, Request, listen
from haulier.testing.site_answers import Answer
from haulier.testing.site_server import SITE_HOST

_LONGEST_SECONDS = 300

_BROKEN_LEAVES: Mapping[str, tuple[str, Callable[[CertificateAuthority], Leaf]]] = {
    "certificate-expired": ("ended two days ago", expired_leaf),
    "certificate-not-yet-valid": ("begins in two days", not_yet_valid_leaf),
    "certificate-wrong-name": ("speaks for another host", wrong_name_leaf),
    "certificate-self-signed": (
        "signed by itself",
        lambda authority: self_signed_leaf(authority.now),
    ),
    "certificate-weak-key": ("RSA 1024", weak_key_leaf),
}
_OTHERS = {
    "closed-port": "nobody listens",
    "not-tls": "https that is answered in plain text",
}

BROKEN_TARGETS: Mapping[str, str] = {
    **_OTHERS,
    **{name: what for name, (what, _) in _BROKEN_LEAVES.items()},
    **{name: answer.what for name, answer in BROKEN_ANSWERS.items()},
}
"""Every name with what is wrong there; known before a server runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenTarget:
    """One broken thing and where it is served."""

    name: str
    what: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenSite:
    """All broken targets while they are served."""

    targets: Mapping[str, BrokenTarget]
    """One for each name of `BROKEN_TARGETS`."""
    ca_file: Path
    """PEM of the authority that signed the certificates (all but the self-signed one)."""
    host: str = SITE_HOST


@contextlib.asynccontextmanager
async def serve_broken_site(now: datetime | None = None) -> AsyncGenerator[BrokenSite]:
    """Serves every broken target on 127.0.0.1 while the context is open, ports by the system."""
    authority = CertificateAuthority.create(now)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haulier-broken-")))
        ca_file = folder / "authority.pem"
        ca_file.write_bytes(authority.pem())
        port = await _serve(stack, None)
        urls = {name: f"http://{SITE_HOST}:{port}/{name}" for name in BROKEN_ANSWERS}
        urls["not-tls"] = f"https://{SITE_HOST}:{port}/"
        urls["closed-port"] = f"http://{SITE_HOST}:{_closed_port(stack)}/"
        for name, (_, make) in _BROKEN_LEAVES.items():
            urls[name] = f"https://{SITE_HOST}:{await _serve(stack, make(authority))}/"
        yield BrokenSite(
            targets={
                name: BrokenTarget(name=name, what=what, url=urls[name])
                for name, what in BROKEN_TARGETS.items()
            },
            ca_file=ca_file,
        )


async def _serve(stack: contextlib.AsyncExitStack, leaf: Leaf | None) -> int:
    listener = stack.enter_context(listen())
    tls = leaf.server_context() if leaf else None
    await stack.enter_async_context(LoopbackServer(listener, _respond, tls=tls))
    return listener.getsockname()[1]


def _closed_port(stack: contextlib.AsyncExitStack) -> int:
    """A port that refuses connections: bound, so that nobody else takes it, but not listening."""
    holder = stack.enter_context(socket.socket())
    holder.bind(("127.0.0.1", 0))
    return holder.getsockname()[1]


async def _respond(request: Request, writer: asyncio.StreamWriter) -> bool:
    broken = BROKEN_ANSWERS.get(request.path.split("/")[1])
    if broken:
        # A client that went away in silence is noticed here at the latest.
        async with asyncio.timeout(_LONGEST_SECONDS):
            await broken.perform(request, writer)
        return False
    status = 200 if request.path == "/" and request.secure else 404
    writer.write(Answer(status=status).encode(close=True))
    return False
