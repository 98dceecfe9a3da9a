import random
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
import ssrfguard
from AntiSSRF import IPAddressRanges
from ssrfguard._address import AddressTable
from ssrfguard._registry import TABLE

from haulier.safefetch import Policy, classify, judge
from haulier.safefetch.registry import IPV4_BLOCKS, IPV6_BLOCKS, PLATFORM_BLOCKS

V4_BLOCKS = [entry for entry in IPV4_BLOCKS + PLATFORM_BLOCKS if ":" not in entry[0]]
V6_BLOCKS = [
    entry for entry in IPV6_BLOCKS + PLATFORM_BLOCKS if ":" in entry[0] and entry[1] != "public"
]
FORMS: dict[str, Callable[[int], int]] = {
    "ipv4_mapped": lambda v4: 0xFFFF << 32 | v4,
    "ipv4_translated": lambda v4: 0xFFFF0000 << 32 | v4,
    "nat64": lambda v4: 0x64FF9B << 96 | v4,
    "six_to_four": lambda v4: 0x2002 << 112 | v4 << 80 | 1,
    "teredo": lambda v4: 0x20010000 << 96 | 0x4136E378 << 64 | v4 ^ 0xFFFFFFFF,
    "isatap": lambda v4: int(IPv6Address("2600:1f18::")) | 0x5EFE << 32 | v4,
    "isatap_universal": lambda v4: int(IPv6Address("2600:1f18::")) | 0x2005EFE << 32 | v4,
    "nat64_local": lambda v4: 0x64FF9B0001 << 80 | (v4 >> 16) << 64 | (v4 & 0xFFFF) << 40,
    "nat64_local_96": lambda v4: 0x64FF9B0001 << 80 | v4,
}


def edges(block: str) -> list[IPv4Address | IPv6Address]:
    network = ip_network(block)
    return [network[0], network[-1], network[network.num_addresses // 2]]


@pytest.mark.parametrize(("block", "reason", "source"), IPV4_BLOCKS + PLATFORM_BLOCKS + IPV6_BLOCKS)
def test_every_line_of_the_table_has_a_reason_and_a_source(
    block: str, reason: str, source: str
) -> None:
    assert ip_network(block)
    assert reason.replace("_", "").isalnum()
    assert len(source) > 3


@pytest.mark.parametrize(("block", "reason", "_source"), V4_BLOCKS)
def test_first_last_and_middle_of_every_ipv4_block_are_denied(
    block: str, reason: str, _source: str
) -> None:
    """S0-FR5c."""
    for address in edges(block):
        assert not classify(address).allowed, address
    if ip_network(block).num_addresses > 2 and block not in {"169.254.0.0/16", "0.0.0.0/8"}:
        assert reason in {classify(address).reason for address in edges(block)}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("block", [entry[0] for entry in V4_BLOCKS])
def test_a_denied_ipv4_address_is_denied_in_every_embedding_with_its_own_reason(
    block: str, form: str
) -> None:
    """S0-FR5c."""
    for address in edges(block):
        if form == "nat64_local_96" and int(address) == 0:
            continue
        verdict = classify(IPv6Address(FORMS[form](int(address))))

        assert not verdict.allowed, (address, form)
        assert verdict.embedded == address
        assert verdict.reason == classify(address).reason


@pytest.mark.parametrize("block", [entry[0] for entry in V4_BLOCKS])
def test_the_compatible_form_is_denied_too(block: str) -> None:
    for address in edges(block):
        assert not classify(IPv6Address(int(address))).allowed


@pytest.mark.parametrize("form", [*FORMS])
def test_an_embedded_public_address_is_denied_for_its_form(form: str) -> None:
    verdict = classify(IPv6Address(FORMS[form](int(IPv4Address("8.8.8.8")))))

    assert not verdict.allowed
    assert verdict.embedded == IPv4Address("8.8.8.8")
    assert verdict.reason == verdict.form


@pytest.mark.parametrize(("block", "_reason", "_source"), V6_BLOCKS)
def test_first_last_and_middle_of_every_ipv6_block_are_denied(
    block: str, _reason: str, _source: str
) -> None:
    """S0-FR5c."""
    if block == "::/0":
        addresses = [IPv6Address("::2"), IPv6Address("4000::"), IPv6Address("ffff" + ":ffff" * 7)]
    else:
        addresses = edges(block)
    for address in addresses:
        assert not classify(address).allowed, address


@pytest.mark.parametrize(
    "text",
    [
        "1.0.0.0",
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.1.255",
        "192.0.3.0",
        "192.31.195.255",
        "192.31.197.0",
        "192.52.192.255",
        "192.52.194.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "192.175.47.255",
        "192.175.49.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::",
        "2001:200::",
        "2001:4860:4860::8888",
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db9::",
        "2003::",
        "2400::",
        "2606:4700:4700::1111",
        "2620:4f:7fff::",
        "2620:4f:8001::",
        "2a00::",
        "2a10::",
        "2c0f:ffff::",
        "3ffd:ffff::",
        "3fff:1000::",
        "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ],
)
def test_the_neighbours_of_blocks_are_public(text: str) -> None:
    assert classify(text).allowed, classify(text)


@pytest.mark.parametrize(
    "text",
    [
        "168.63.129.16",
        "100.100.100.200",
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:42::42",
        "169.254.42.42",
    ],
)
def test_cloud_addresses_are_named(text: str) -> None:
    assert classify(text).reason in {"cloud_metadata", "cloud_platform"}


def test_what_no_version_of_the_standard_library_calls_global_passes() -> None:
    """The one direction in which `ipaddress` can be held against the table on every version."""
    source = random.Random(20260101)
    for _ in range(3000):
        address = IPv4Address(source.getrandbits(32))
        if address.is_private or address.is_multicast or address.is_reserved:
            assert not classify(address).allowed, address
        elif not classify(address).allowed:
            assert classify(address).reason in {
                "shared_address_space",
                "cloud_platform",
                "cloud_metadata",
                "relay_anycast",
                "as112",
                "amt",
            }, address


def test_a_second_oracle_denies_nothing_that_the_table_lets_through() -> None:
    """Ssrfguard transcribes the IANA registries on its own."""
    table = AddressTable(TABLE)
    source = random.Random(20260102)
    near = [
        int(edge) + step
        for block, _, _ in V6_BLOCKS
        for edge in edges(block)[:2]
        for step in (-1, 0, 1)
    ]
    wide = [source.getrandbits(128) for _ in range(500)]
    unicast = [1 << 125 | source.getrandbits(125) for _ in range(1500)]
    for value in near + wide + unicast:
        address = IPv6Address(value % 2**128)
        if classify(address).allowed:
            assert not _is_blocked(table, address), address
    near4 = [
        int(edge) + step
        for block, _, _ in V4_BLOCKS
        for edge in edges(block)[:2]
        for step in (-1, 0, 1)
    ]
    for value in near4 + [source.getrandbits(32) for _ in range(2000)]:
        address = IPv4Address(value % 2**32)
        if classify(address).allowed:
            assert not _is_blocked(table, address), address


def test_a_third_oracle_denies_nothing_that_the_table_lets_through() -> None:
    """Microsoft's AntiSSRF publishes a recommended list of ranges."""
    for block in IPAddressRanges.recommended_latest:
        for edge in edges(block):
            assert not classify(edge).allowed, (block, edge)


def _is_blocked(table: AddressTable, address: IPv4Address | IPv6Address) -> bool:
    try:
        table.classify(address).raise_if_blocked()
    except ssrfguard.BlockedAddressError:
        return True
    return False


@pytest.mark.parametrize("text", ["", "1", "127.1", "0x7f.0.0.1", "010.0.0.1", "::g", "1.2.3.4/8"])
def test_a_text_that_is_no_address_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        classify(text)


def test_a_scoped_address_is_denied() -> None:
    assert classify("fe80::1%eth0").reason == "zone_id"
    assert not classify("2606:4700::1%eth0").allowed


OPEN_TEN = Policy(allow=(ip_network("10.0.0.0/8"),))


def test_an_operator_can_open_a_network() -> None:
    assert judge(ip_address("10.1.2.3"), OPEN_TEN).reason == "opened_by_policy"
    assert not judge(ip_address("192.168.0.1"), OPEN_TEN).allowed


def test_opening_an_ipv4_network_does_not_open_its_ipv6_disguises() -> None:
    for form in FORMS.values():
        assert not judge(IPv6Address(form(int(IPv4Address("10.0.0.1")))), OPEN_TEN).allowed


def test_opening_nat64_opens_public_addresses_behind_it_and_no_internal_ones() -> None:
    policy = Policy(allow=(ip_network("64:ff9b::/96"),))

    assert judge(ip_address("64:ff9b::8.8.8.8"), policy).allowed
    assert not judge(ip_address("64:ff9b::127.0.0.1"), policy).allowed
    assert not judge(ip_address("64:ff9b::169.254.169.254"), policy).allowed


@pytest.mark.parametrize("network", ["0.0.0.0/0", "169.254.0.0/16", "169.254.169.254/31"])
def test_a_wide_network_never_opens_cloud_metadata(network: str) -> None:
    policy = Policy(allow=(ip_network(network),))

    assert not judge(ip_address("169.254.169.254"), policy).allowed


def test_only_its_own_entry_opens_a_cloud_address() -> None:
    policy = Policy(allow=(ip_network("169.254.169.254/32"),))

    assert judge(ip_address("169.254.169.254"), policy).allowed


def test_deny_and_own_addresses_win_over_allow() -> None:
    policy = Policy(
        allow=(ip_network("10.0.0.0/8"),),
        deny=(ip_network("10.9.0.0/16"), ip_network("8.8.8.0/24")),
        own_addresses=frozenset({ip_address("10.1.1.1"), ip_address("93.184.216.34")}),
    )

    assert judge(ip_address("10.9.0.1"), policy).reason == "denied_by_policy"
    assert judge(ip_address("8.8.8.8"), policy).reason == "denied_by_policy"
    assert judge(ip_address("10.1.1.1"), policy).reason == "own_address"
    assert judge(ip_address("93.184.216.34"), policy).reason == "own_address"
    assert judge(ip_address("10.1.1.2"), policy).allowed
