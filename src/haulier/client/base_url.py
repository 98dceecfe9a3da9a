"""Where the server is, checked before any key is sent there."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from haulier.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseUrl:
    """A checked address without a slash at its end."""

    text: str
    is_loopback: bool
    """True where requests stay on this machine."""


def parse_base_url(text: str, *, insecure: bool) -> BaseUrl:
    """The address of a server, `https://haulier.example` or with a path before `/v1`.

    Raises InvalidInput for another scheme, for a user, query or fragment in it, and for http to
    another machine, where the key would cross the network in clear, unless `insecure`.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput("The base URL is not a URL.") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise InvalidInput("The base URL begins with https:// (or http:// on this machine).")
    if parts.username is not None or parts.query or parts.fragment or text != text.strip():
        raise InvalidInput("The base URL has no user, query, fragment or space.")
    is_loopback = _is_loopback(host)
    if parts.scheme == "http" and not (is_loopback or insecure):
        raise InvalidInput(
            f"http:// to {host} would send the API key in clear. Use https://, or insecure=True."
        )
    return BaseUrl(text=text.rstrip("/"), is_loopback=is_loopback)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
