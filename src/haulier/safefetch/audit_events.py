"""Reads the audit events (PEP 578) that come before traffic: who is to be reached, and how."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Final

from haulier.safefetch.egress import EgressDenied, Operation
from haulier.safefetch.errors import Refused
from haulier.safefetch.hosts import read_host
from haulier.safefetch.names import is_localhost
from haulier.safefetch.policy import Address

_LOOPBACK: Final = IPv4Address("127.0.0.1")
_INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})

WATCHED: Final[dict[str, Operation]] = {
    "socket.connect": "connect",
    "socket.sendto": "send",
    "socket.sendmsg": "send",
    "socket.getaddrinfo": "look_up",
    "socket.gethostbyname": "look_up",
    "socket.gethostbyaddr": "look_up",
    "socket.getnameinfo": "look_up",
}
"""Every event of the standard library's table that stands directly before traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody is about to reach an address."""

    operation: Operation
    address: Address
    port: int | None
    """None for a look-up."""


def read_event(event: str, arguments: tuple[object, ...]) -> Attempt | None:
    """Return what a watched event is about to reach; None where no address is known or needed.

    A name of the public web may be looked up: what it leads to is judged at the connect. Raises
    EgressDenied for what no policy lets through: other socket families, names that are not public,
    and names in place of an address (C has resolved them by then and does not say to what).
    """
    operation = WATCHED[event]
    if operation == "look_up":
        return _read_look_up(arguments[0])
    if arguments[1] is None:
        return None  # a datagram on a connected socket: the connect was judged
    return _read_socket(operation, arguments[0], arguments[1])


def _read_socket(operation: Operation, asked: object, place: object) -> Attempt:
    family: object = getattr(asked, "family", None)
    if family == getattr(socket, "AF_UNIX", None):
        raise EgressDenied(operation, "unix_socket")
    if family not in _INTERNET or not isinstance(place, tuple):
        raise EgressDenied(operation, "socket_family")
    host, port = _host_and_port(place)  # pyright: ignore[reportUnknownArgumentType]
    try:
        return Attempt(operation=operation, address=ip_address(_text(host)), port=port)
    except ValueError:
        raise EgressDenied(operation, "unresolved") from None


def _read_look_up(host: object) -> Attempt | None:
    if isinstance(host, tuple):
        host, _ = _host_and_port(host)  # pyright: ignore[reportUnknownArgumentType]
    name = _text(host)
    if not name:
        return None  # this host's own wildcard, for listeners
    address = _read_name(name)
    return address and Attempt(operation="look_up", address=address, port=None)


def _read_name(name: str) -> Address | None:
    try:
        return ip_address(name)
    except ValueError:
        pass
    try:
        host, address = read_host(name)
    except Refused as refusal:
        raise EgressDenied("look_up", refusal.reason) from None
    return _LOOPBACK if is_localhost(host) else address


def _host_and_port(place: tuple[object, ...]) -> tuple[object, int]:
    return place[0], port if isinstance(port := place[1], int) else -1


def _text(host: object) -> str:
    match host:
        case None:
            return ""
        case bytes() | bytearray():
            return host.decode("latin-1")
        case _:
            return str(host)
