"""Where a chain goes next: RFC 9110 15.4, and what must not travel along."""

import re
from dataclasses import replace

from ada_url import URL

from haulier.safefetch.errors import ProtocolBroken, Refused
from haulier.safefetch.headers import without
from haulier.safefetch.message import Head, Message
from haulier.safefetch.policy import Policy
from haulier.safefetch.urls import Target, check_url

_STATUSES = frozenset({301, 302, 303, 307, 308})
_SEE_OTHER = 303
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_BAD = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


def asks_to_go_on(head: Head) -> bool:
    """Tell whether an answer names another place to ask."""
    return head.status in _STATUSES and bool(head.values("location"))


def next_message(message: Message, head: Head, policy: Policy) -> Message:
    """Return the request that a redirecting answer asks for.

    Everything that the caller gave stays at home when the origin changes, and does not come back.

    Raises Refused for a place, a downgrade or a body that may not follow; ProtocolBroken for a
    Location that is ambiguous or cannot be read.
    """
    target = _follow(message.target, _location(head), policy)
    is_downgrade = message.target.scheme == "https" and target.scheme == "http"
    if is_downgrade and not policy.allow_https_downgrade:
        raise Refused("https_downgrade", origin=target.origin)
    following = replace(_with_method(message, head.status), target=target)
    if target.origin == message.target.origin:
        return following
    if following.body is not None:
        raise Refused("body_across_origins", origin=target.origin)
    return replace(following, headers=())


def _with_method(message: Message, status: int) -> Message:
    """Turn POST into GET where browsers do (RFC 9110 15.4.2 to 15.4.4)."""
    becomes_get = (status == _SEE_OTHER and message.method not in {"GET", "HEAD"}) or (
        status in {301, 302} and message.method == "POST"
    )
    if not becomes_get:
        return message
    return replace(message, method="GET", body=None, headers=without(message.headers, "content-"))


def _location(head: Head) -> str:
    values = set(head.values("location"))
    if len(values) > 1:
        raise ProtocolBroken("ambiguous_location")
    try:
        return values.pop().encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        raise ProtocolBroken("location") from None


def _follow(base: Target, location: str, policy: Policy) -> Target:
    """Read a Location: whatever names a host goes through the full check in its raw writing."""
    if _BAD.search(location):
        raise Refused("location_characters")
    if _ABSOLUTE.match(location):
        return check_url(location, policy)
    if location.startswith("//"):
        return check_url(f"{base.scheme}:{location}", policy)
    try:
        joined = check_url(URL(location, base.href).href, policy)
    except ValueError:
        raise ProtocolBroken("location") from None
    if joined.origin != base.origin:
        raise Refused("parsers_disagree")
    return joined
