"""From a checked URL to the addresses that may be dialled."""

import asyncio
from ipaddress import IPv4Address

from haulier.safefetch.addresses import judge
from haulier.safefetch.errors import DnsFailed, Refused
from haulier.safefetch.names import is_localhost
from haulier.safefetch.policy import Address, Policy
from haulier.safefetch.resolver import Lookup, parse_addresses
from haulier.safefetch.urls import Target

LOOPBACK = IPv4Address("127.0.0.1")


async def vet(
    target: Target, policy: Policy, lookup: Lookup, *, dns_seconds: float
) -> tuple[Address, ...]:
    """Resolve a target once and judge every answer: one denied address refuses the host.

    `localhost` and what is under it is 127.0.0.1 without a look-up (RFC 6761 6.3).

    Raises Refused with the reason of the first denied address, or DnsFailed.
    """
    addresses = await resolve(target, lookup, dns_seconds=dns_seconds)
    for address in addresses:
        verdict = judge(address, policy)
        if not verdict.allowed:
            raise Refused(verdict.reason, origin=target.origin)
    return addresses


async def resolve(target: Target, lookup: Lookup, *, dns_seconds: float) -> tuple[Address, ...]:
    """Return the addresses of a target without judging them. Raises DnsFailed."""
    if target.address is not None:
        return (target.address,)
    if is_localhost(target.host):
        return (LOOPBACK,)
    try:
        async with asyncio.timeout(dns_seconds):
            return tuple(dict.fromkeys(parse_addresses(await lookup(target.host))))
    except TimeoutError:
        raise DnsFailed("timeout", origin=target.origin) from None
    except OSError:
        raise DnsFailed("server_failure", origin=target.origin) from None
