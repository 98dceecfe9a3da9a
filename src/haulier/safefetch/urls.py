"""Reads a URL that a stranger wrote: accepted only where two standards agree on where it leads."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address

from ada_url import URL

from haulier.safefetch.addresses import judge
from haulier.safefetch.errors import Refused
from haulier.safefetch.hosts import read_host
from haulier.safefetch.policy import Address, Policy

MAX_URL_LENGTH = 8192
_MAX_PORT = 65535
DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 3986 appendix B, with an authority demanded.
_PARTS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?://(?P<authority>[^/?#]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.ASCII | re.DOTALL,
)
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[^:]*))?")
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WHITESPACE = re.compile(r"\s")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL as it will be fetched."""

    scheme: str
    host: str
    """Canonical: lower case, A-labels, no final dot, IPv6 without brackets."""
    port: int
    href: str
    """The whole URL, normalised, without a fragment."""
    path: str
    """Path and query as they stand in the request line."""
    address: Address | None
    """The address where the host is a literal."""

    @property
    def authority(self) -> str:
        """The `Host` of the request: brackets where needed, a port where it is not the default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """`scheme://host[:port]`, the only part of a URL that errors show."""
        return f"{self.scheme}://{self.authority}"


def check_url(url: str, policy: Policy) -> Target:
    """Read a URL and hold it to a policy, without any look-up.

    The strict split of RFC 3986 and the WHATWG parser must agree on scheme, host and port. A host
    that is an address literal is judged at once; a name is judged when it is resolved.

    Raises Refused with the reason.
    """
    _refuse_characters(url)
    parts = _PARTS.fullmatch(url)
    if parts is None:
        raise Refused("not_absolute")
    scheme = parts["scheme"].lower()
    if scheme not in policy.schemes:
        raise Refused("scheme")
    host, port, address = _read_authority(parts["authority"], scheme)
    target = _agree(url, scheme, host, port, address)
    if port not in policy.ports:
        raise Refused("port", origin=target.origin)
    if address is not None:
        verdict = judge(address, policy)
        if not verdict.allowed:
            raise Refused(verdict.reason, origin=target.origin)
    return target


def _refuse_characters(url: str) -> None:
    if not url:
        raise Refused("empty_url")
    if len(url) > MAX_URL_LENGTH:
        raise Refused("too_long")
    if _CONTROL.search(url):
        raise Refused("control_character")
    if _WHITESPACE.search(url):
        raise Refused("whitespace")
    if "\\" in url:
        raise Refused("backslash")
    if _SURROGATE.search(url):
        raise Refused("invalid_unicode")


def _read_authority(authority: str | None, scheme: str) -> tuple[str, int, Address | None]:
    if authority is None:
        raise Refused("no_authority")
    if "@" in authority:
        raise Refused("userinfo")
    if "%" in authority:
        raise Refused("zone_id" if authority.startswith("[") else "percent_in_host")
    split = _AUTHORITY.fullmatch(authority)
    if split is None:
        raise Refused("invalid_authority")
    host, address = read_host(split["host"])
    return host, _read_port(split["port"], scheme), address


def _read_port(text: str | None, scheme: str) -> int:
    if not text:
        return DEFAULT_PORTS[scheme]
    if not _PORT.fullmatch(text) or int(text) > _MAX_PORT:
        raise Refused("invalid_port")
    return int(text)


def _agree(url: str, scheme: str, host: str, port: int, address: Address | None) -> Target:
    """Parse once more by the WHATWG standard and refuse what it reads otherwise."""
    try:
        parsed = URL(url)
    except ValueError:
        raise Refused("parsers_disagree") from None
    other_host = parsed.hostname.removesuffix(".")
    own_host = f"[{host}]" if ":" in host else host
    if isinstance(address, IPv6Address):
        agreed = _same_ipv6(other_host, address)
    else:
        agreed = other_host == own_host
    other_port = int(parsed.port) if parsed.port else DEFAULT_PORTS[scheme]
    if not agreed or parsed.protocol != f"{scheme}:" or other_port != port:
        raise Refused("parsers_disagree")
    if parsed.username or parsed.password:
        raise Refused("userinfo")
    path = parsed.pathname + parsed.search
    suffix = "" if port == DEFAULT_PORTS[scheme] else f":{port}"
    return Target(
        scheme=scheme,
        host=host,
        port=port,
        href=f"{scheme}://{own_host}{suffix}{path}",
        path=path,
        address=address,
    )


def _same_ipv6(text: str, address: Address) -> bool:
    try:
        return IPv6Address(text.strip("[]")) == address
    except ValueError:
        return False
