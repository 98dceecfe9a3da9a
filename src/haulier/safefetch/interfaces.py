"""The addresses of this host, for `Policy.own_addresses`."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from haulier.safefetch.policy import Address

_IPV4_TABLE = Path("/proc/net/fib_trie")
_IPV6_TABLE = Path("/proc/net/if_inet6")


def host_addresses() -> frozenset[Address]:
    """Return the addresses that this host's interfaces hold now, loopback left out.

    On Linux the kernel's own tables are read; elsewhere the host's name is looked up, which may
    block and may miss some. Call it once, at start-up. The table of `classify` denies loopback
    anyhow; leaving it out here lets an operator open it.
    """
    found = {*_linux_ipv4(), *_linux_ipv6()} or _by_name()
    return frozenset(address for address in found if not address.is_loopback)


def _linux_ipv4() -> set[Address]:
    """Read the leaves of the routing trie that are marked as this host's own."""
    found: set[Address] = set()
    leaf = ""
    for line in _lines(_IPV4_TABLE):
        words = line.split()
        if len(words) > 1 and words[0] == "|--":
            leaf = words[1]
        elif words[-2:] == ["host", "LOCAL"]:
            found.add(IPv4Address(leaf))
    return found


def _linux_ipv6() -> set[Address]:
    return {IPv6Address(bytes.fromhex(line.split()[0])) for line in _lines(_IPV6_TABLE)}


def _by_name() -> set[Address]:
    try:
        answers = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers}


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text().splitlines() if line.strip()]
    except OSError:
        return []
