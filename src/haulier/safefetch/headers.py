"""What may be sent: methods and headers of a request, held to RFC 9110 and to the guard's rules."""

import re
from collections.abc import Mapping

from haulier.safefetch.errors import Refused

Headers = tuple[tuple[str, str], ...]
HeaderInput = Mapping[str, str] | list[tuple[str, str]] | Headers

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MAX_COUNT = 100
MAX_BYTES = 32 * 1024

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}", re.ASCII)
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?", re.ASCII)

# RFC 9110 7.6.1 and what frames the message or names the host: the fetcher alone writes these.
_FRAMING = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# What clouds ask for before they hand out credentials: no request to the web needs them.
_METADATA = frozenset(
    {
        "metadata",
        "metadata-flavor",
        "metadata-token",
        "metadata-token-expiry-seconds",
        "x-aliyun-ecs-metadata-token",
        "x-aliyun-ecs-metadata-token-ttl-seconds",
        "x-aws-ec2-metadata-token",
        "x-aws-ec2-metadata-token-ttl-seconds",
        "x-google-metadata-request",
        "x-identity-header",
        "x-tencent-metadata-token",
        "x-vault-request",
    }
)


def check_method(method: str) -> str:
    """Return the method as it is. Raises Refused for anything but the seven usual ones."""
    if method not in METHODS:
        raise Refused("method")
    return method


def check_headers(headers: HeaderInput) -> Headers:
    """Return the caller's headers as pairs.

    Raises Refused for names and values that are not plain RFC 9110 ones, for headers that are the
    fetcher's own business, for proxy and cloud metadata headers, and for too many.
    """
    pairs = tuple(headers) if isinstance(headers, list | tuple) else tuple(headers.items())
    if len(pairs) > MAX_COUNT or sum(len(key) + len(value) for key, value in pairs) > MAX_BYTES:
        raise Refused("too_many_headers")
    for name, value in pairs:
        _check_header(name, value)
    return pairs


def without(headers: Headers, *prefixes: str) -> Headers:
    """Return the headers whose lower-case names begin with none of the prefixes."""
    return tuple((name, value) for name, value in headers if not name.lower().startswith(prefixes))


def _check_header(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise Refused("header_name")
    if not _VALUE.fullmatch(value):
        raise Refused("header_value")
    lowered = name.lower()
    if lowered in _FRAMING:
        raise Refused("framing_header")
    if lowered.startswith("proxy-"):
        raise Refused("proxy_header")
    if lowered in _METADATA:
        raise Refused("metadata_header")
