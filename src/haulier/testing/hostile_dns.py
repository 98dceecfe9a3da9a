"""A loopback DNS server that answers over UDP with exactly what a test wants.

    async with name_server(lambda name, kind: Reply(records=((name, "A", "10.0.0.5"),))) as dns:
        resolver = Resolver(nameservers=["127.0.0.1"], port=dns.port)

A zone is a function of name and record type; it may say something else each time (rebinding), lie,
fail or stay silent. Needs nothing but a loopback interface.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Callable[[str, str], "Reply"]
"""From a name (lower case, no final dot) and a record type such as `A` to the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to say to one question; `silent` says nothing at all."""

    records: tuple[tuple[str, str, str], ...] = ()
    """(owner, type, text) in the order of the answer section."""
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    ttl: int = 60
    silent: bool = False


@dataclass(slots=True)
class NameServer:
    """A running name server and what it was asked."""

    port: int = 0
    questions: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(name, record type) in the order in which they came."""


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer, zone: Zone) -> None:
        self._server, self._zone = server, zone
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # pyright: ignore[reportAttributeAccessIssue]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text().rstrip(".").lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self._server.questions.append((name, kind))
        reply = self._zone(name, kind)
        if reply.silent or self._transport is None:
            return
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        response.set_rcode(reply.rcode)
        for owner, record_type, text in reply.records:
            response.answer.append(
                dns.rrset.from_text(f"{owner}.", reply.ttl, "IN", record_type, text)
            )
        self._transport.sendto(response.to_wire(), addr)


@asynccontextmanager
async def name_server(zone: Zone) -> AsyncGenerator[NameServer]:
    """Run a name server on a free loopback port."""
    server = NameServer()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Protocol(server, zone), local_addr=("127.0.0.1", 0)
    )
    server.port = transport.get_extra_info("sockname")[1]
    try:
        yield server
    finally:
        transport.close()
        await asyncio.sleep(0)
