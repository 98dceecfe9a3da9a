import string
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from ada_url import URL
from hypothesis import given, settings
from hypothesis import strategies as st

from haulier.safefetch import Policy, Refused, check_url, classify
from haulier.safefetch.addresses import embedded_ipv4
from safefetch.test_addresses import FORMS

ADDRESSES = st.one_of(
    st.integers(0, 2**32 - 1).map(IPv4Address),
    st.integers(0, 2**128 - 1).map(IPv6Address),
    st.integers(0, 2**125 - 1).map(lambda low: IPv6Address(1 << 125 | low)),
)
PIECES = st.sampled_from(
    [
        "http",
        "https",
        "ftp",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "?",
        "#",
        "[",
        "]",
        "%",
        "%2e",
        "%00",
        "127.0.0.1",
        "localhost",
        "example.com",
        "::1",
        "0x7f",
        "1",
        ".",
        "..",
        "xn--",
        "\u3002",
        "\uff11",
        "\u00ad",
        " ",
        "\t",
        "\n",
        "\0",
        "80",
        "user",
        "\u00fc",
        "a",
        "-",
        "_",
        "::ffff:",
        "2130706433",
        "169.254.169.254",
        "e80",
        "\ud800",
        "\U0001f4a9",
    ]
)
MIXED = st.lists(PIECES, max_size=12).map("".join)
ANYTHING = st.one_of(MIXED, st.text(max_size=60), MIXED.map(lambda rest: "http://" + rest))


@given(ANYTHING)
@settings(max_examples=600, deadline=None)
def test_a_text_is_either_read_or_refused(text: str) -> None:
    """Nothing but Refused comes out, and what passes leads where the WHATWG parser says."""
    try:
        target = check_url(text, Policy())
    except Refused:
        return

    parsed = URL(text)
    assert parsed.hostname.strip("[]").removesuffix(".") == target.host
    assert parsed.protocol == f"{target.scheme}:"
    assert target.port in {80, 443}
    assert target.host.isascii()
    assert check_url(target.href, Policy()) == target


@given(ADDRESSES)
@settings(max_examples=400, deadline=None)
def test_only_what_the_standard_library_calls_global_is_allowed(
    address: IPv4Address | IPv6Address,
) -> None:
    verdict = classify(address)

    assert verdict.reason
    assert verdict.source
    if verdict.allowed:
        assert address.is_global
        assert not address.is_multicast
        assert verdict.reason == "public"


@given(ADDRESSES)
@settings(max_examples=200, deadline=None)
def test_text_and_value_are_judged_alike(address: IPv4Address | IPv6Address) -> None:
    assert classify(str(address)) == classify(address)
    assert classify(address.exploded) == classify(address)


@given(st.integers(2, 2**32 - 1), st.sampled_from(sorted(FORMS)))
@settings(max_examples=400, deadline=None)
def test_every_embedding_is_seen_through(value: int, form: str) -> None:
    outer = IPv6Address(FORMS[form](value))
    carried = embedded_ipv4(outer)

    assert carried is not None
    assert carried[1] == IPv4Address(value)
    assert not classify(outer).allowed


@given(ADDRESSES)
@settings(max_examples=300, deadline=None)
def test_a_literal_is_allowed_as_a_url_exactly_when_the_address_is(
    address: IPv4Address | IPv6Address,
) -> None:
    literal = f"[{address}]" if address.version == 6 else str(address)
    verdict = classify(address)

    if verdict.allowed:
        assert check_url(f"http://{literal}/", Policy()).address == address
        return
    with pytest.raises(Refused) as caught:
        check_url(f"http://{literal}/", Policy())
    assert caught.value.reason == verdict.reason


LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)


@given(st.lists(LABEL, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_ordinary_names_pass(labels: list[str]) -> None:
    host = ".".join([*(label for label in labels if not label.startswith("xn--")), "example"])
    if "." in host:
        assert check_url(f"https://{host}/", Policy()).host == host


@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_no_other_writing_of_an_ipv4_address_passes(value: int, shape: int) -> None:
    octets = IPv4Address(value).packed
    text = [
        str(value),
        hex(value),
        f"0{value:o}",
        ".".join(f"0{octet:o}" for octet in octets),
    ][shape]
    try:
        target = check_url(f"http://{text}/", Policy())
    except Refused:
        return

    assert str(ip_address(text)) == target.host
