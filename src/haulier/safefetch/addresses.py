"""Judges addresses: only plain public unicast passes."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from haulier.safefetch.policy import Address, Network, Policy, Verdict
from haulier.safefetch.registry import (
    IPV4_BLOCKS,
    IPV6_BLOCKS,
    PLATFORM_BLOCKS,
    PLATFORM_REASONS,
)

_NAT64_LOCAL_PREFIX = 0x64FF9B0001
_SIX_TO_FOUR_PREFIX = 0x2002
_TEREDO_PREFIX = 0x20010000
_ISATAP_INTERFACE = 0x5EFE
_PUBLIC_V4 = ("public", "IANA IPv4 address space, RFC 791")


def classify(address: str | Address) -> Verdict:
    """Say whether an address is plain public unicast, and which block it lies in if not.

    An IPv6 address that embeds an IPv4 address is never allowed; `reason` is that of the embedded
    address where this is denied itself, else the name of the form.

    Raises ValueError when a text is not an IPv4 or IPv6 address in its standard writing.
    """
    return _classify(ip_address(address) if isinstance(address, str) else address)


def judge(address: Address, policy: Policy) -> Verdict:
    """Say whether a policy lets an address through: the table, then what the operator changed."""
    if address in policy.own_addresses:
        return Verdict(allowed=False, reason="own_address", source="Policy.own_addresses")
    if _is_within(address, policy.deny):
        return Verdict(allowed=False, reason="denied_by_policy", source="Policy.deny")
    verdict = _classify(address)
    if verdict.allowed or not _is_opened(address, verdict, policy):
        return verdict
    return Verdict(allowed=True, reason="opened_by_policy", source="Policy.allow")


def embedded_ipv4(address: IPv6Address) -> tuple[str, IPv4Address] | None:
    """Return the form and the IPv4 address that a transition or interface address carries."""
    value = int(address)
    low = value & 0xFFFFFFFF
    match value >> 32:
        case 0 if low > 1:
            return "ipv4_compatible", IPv4Address(low)
        case 0xFFFF:
            return "ipv4_mapped", IPv4Address(low)
        case 0xFFFF0000:
            return "ipv4_translated", IPv4Address(low)
        case _:
            pass
    if value >> 80 == _NAT64_LOCAL_PREFIX:
        return "nat64_local", _nat64_local_ipv4(value)
    if value >> 32 == 0x64FF9B << 64:
        return "nat64", IPv4Address(low)
    if value >> 112 == _SIX_TO_FOUR_PREFIX:
        return "six_to_four", IPv4Address(value >> 80 & 0xFFFFFFFF)
    if value >> 96 == _TEREDO_PREFIX:
        return "teredo", IPv4Address(low ^ 0xFFFFFFFF)
    if value >> 32 & 0xFDFFFFFF == _ISATAP_INTERFACE:
        return "isatap", IPv4Address(low)
    return None


def _nat64_local_ipv4(value: int) -> IPv4Address:
    """Read RFC 6052 2.2: a /48 prefix ends in zeros and splits the address around bits 64 to 71."""
    if value & 0xFFFFFFFF:
        return IPv4Address(value & 0xFFFFFFFF)
    return IPv4Address((value >> 64 & 0xFFFF) << 16 | value >> 40 & 0xFFFF)


@lru_cache(maxsize=4096)
def _classify(address: Address) -> Verdict:
    if isinstance(address, IPv4Address):
        reason, source = _find(int(address), _V4_TABLE) or _PUBLIC_V4
        return Verdict(allowed=reason == "public", reason=reason, source=source)
    if address.scope_id is not None:
        return Verdict(allowed=False, reason="zone_id", source="RFC 4007")
    reason, source = _find(int(address), _V6_TABLE) or ("not_global_unicast", "RFC 4291")
    carried = embedded_ipv4(address)
    if carried is None:
        return Verdict(allowed=reason == "public", reason=reason, source=source)
    form, inner = carried
    inner_verdict = _classify(inner)
    if not inner_verdict.allowed:
        reason, source = inner_verdict.reason, inner_verdict.source
    elif reason == "public":
        reason, source = form, "RFC 5214"
    return Verdict(allowed=False, reason=reason, source=source, form=form, embedded=inner)


def _is_opened(address: Address, verdict: Verdict, policy: Policy) -> bool:
    networks = policy.allow
    if verdict.reason in PLATFORM_REASONS:
        networks = tuple(net for net in networks if net.prefixlen == net.max_prefixlen)
    if verdict.embedded is None:
        return _is_within(address, networks)
    inner = judge(verdict.embedded, policy)
    return inner.allowed and _is_within(address, policy.allow)


def _is_within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _find(value: int, table: tuple[tuple[int, int, str, str], ...]) -> tuple[str, str] | None:
    for mask, first, reason, source in table:
        if value & mask == first:
            return reason, source
    return None


def _table(
    blocks: tuple[tuple[str, str, str], ...], version: int
) -> tuple[tuple[int, int, str, str], ...]:
    """Turn blocks into (mask, first, reason, source), the most specific first."""
    parsed = [(ip_network(text), reason, source) for text, reason, source in blocks]
    chosen = [entry for entry in parsed if entry[0].version == version]
    chosen.sort(key=lambda entry: entry[0].prefixlen, reverse=True)
    return tuple(
        (int(network.netmask), int(network.network_address), reason, source)
        for network, reason, source in chosen
    )


# Platform addresses come first, so that among equally specific blocks they give the name.
_V4_TABLE = _table(PLATFORM_BLOCKS + IPV4_BLOCKS, 4)
_V6_TABLE = _table(PLATFORM_BLOCKS + IPV6_BLOCKS, 6)
