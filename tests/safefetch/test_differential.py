"""Whole verdicts, URL to addresses, beside two public guards: what both refuse is refused here."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address
from unittest.mock import patch

import pytest
import requests
import ssrfguard
from AntiSSRF import AntiSSRFPolicy, PolicyConfigOptions
from AntiSSRF._antissrf_agent import _AntiSSRFAdapter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ssrfguard._resolve import ResolverAnswer

from haulier.safefetch import FetchError, Policy, check_url
from haulier.safefetch.vetting import vet
from safefetch.test_addresses import FORMS

PUBLIC = ("93.184.215.14", "2606:4700::1111")


def _antissrf() -> _AntiSSRFAdapter:
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.allow_plain_text_http = True
    return _AntiSSRFAdapter(policy)


ANTISSRF = _antissrf()
SSRFGUARD = ssrfguard.Policy()


def allowed_here(url: str, answers: Sequence[str]) -> bool:
    async def look_up(_host: str) -> Sequence[str]:
        return answers

    async def judge() -> None:
        await vet(check_url(url, Policy()), Policy(), look_up, dns_seconds=1)

    try:
        asyncio.run(judge())
    except FetchError:
        return False
    return True


def allowed_by_ssrfguard(url: str, answers: Sequence[str]) -> bool:
    try:
        ssrfguard.resolve(SSRFGUARD.check_url(url), policy=SSRFGUARD, resolver=_resolver(answers))
    except (ssrfguard.SSRFGuardError, OSError, ValueError):
        return False
    return True


def allowed_by_antissrf(url: str, answers: Sequence[str]) -> bool:
    try:
        request = requests.Request("GET", url).prepare()
        with patch.object(socket, "getaddrinfo", _resolver(answers)):
            ANTISSRF.build_connection_pool_key_attributes(request, verify=True)
    except Exception:  # noqa: BLE001 - whatever it raises, nothing was sent
        return False
    return request.url is not None and request.url.startswith(("http://", "https://"))


def _resolver(answers: Sequence[str]) -> Callable[..., list[ResolverAnswer]]:
    """What the standard library would return, numeric hosts in their place."""

    def resolve(host: str, port: object, *_: object, **__: object) -> list[ResolverAnswer]:
        try:
            found = [socket.inet_ntoa(socket.inet_aton(host))]
        except (OSError, UnicodeEncodeError):
            found = list(answers)
        return [_row(text, port) for text in found]

    return resolve


def _row(text: str, port: object) -> ResolverAnswer:
    if ":" in text:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (text, port or 0, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port or 0)


V4 = st.one_of(
    st.integers(0, 2**32 - 1),
    st.sampled_from(
        ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "168.63.129.16"]
    ).map(lambda text: int(IPv4Address(text))),
).map(IPv4Address)
V6 = st.one_of(
    st.integers(0, 2**125 - 1).map(lambda low: IPv6Address(1 << 125 | low)),
    st.integers(0, 2**128 - 1).map(IPv6Address),
    st.tuples(V4, st.sampled_from(sorted(FORMS))).map(
        lambda pair: IPv6Address(FORMS[pair[1]](int(pair[0])))
    ),
)
ADDRESS = st.one_of(V4, V6).map(str)
ANSWERS = st.lists(st.one_of(ADDRESS, st.sampled_from(PUBLIC)), min_size=1, max_size=3)


def _writings(address: IPv4Address) -> list[str]:
    value, octets = int(address), address.packed
    return [
        str(address),
        f"{address}.",
        str(value),
        hex(value),
        f"0{value:o}",
        ".".join(hex(octet) for octet in octets),
        ".".join(f"0{octet:o}" for octet in octets),
        f"{octets[0]}.{value & 0xFFFFFF}",
        f"{octets[0]}.{octets[1]}.{value & 0xFFFF}",
        str(address).translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}),
        str(address).replace(".", "\u3002"),
        str(address).replace(".", "%2e"),
    ]


NAMES = st.sampled_from(
    [
        *("shop.example", "SHOP.Example.", "b\u00fccher.example", "xn--bcher-kva.example"),
        *("localhost", "shop.localhost", "metadata.google.internal", "db", "printer.local"),
        *("127.0.0.1.nip.example", "a_b.example", "-.example", "1.2.3.4.example", "0x7f.1.example"),
    ]
)
HOST = st.one_of(
    NAMES,
    V4.flatmap(lambda address: st.sampled_from(_writings(address))),
    V6.map(lambda address: f"[{address}]"),
    V6.map(lambda address: f"[{address.exploded}]"),
)
URL = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["http://", "https://", "HTTP://", "http:", "http:\\\\", "ftp://", "//"]),
        st.sampled_from(["", "", "", "", "user@", "u:p@", "127.0.0.1@", "shop.example\\@"]),
        HOST,
        st.sampled_from(["", "", "", ":80", ":443", ":0", ":22", ":8080", ":", ":080", ":99999"]),
        st.sampled_from(["", "/", "/a?b=c#d", "\\..\\", "/%00", "/ ", "#@10.0.0.1/", "?@10.0.0.1"]),
    ),
)


@given(URL, ANSWERS)
@settings(max_examples=700, deadline=None)
@example("http://shop.example/", ["10.0.0.1"])
@example("http://shop.example/", ["93.184.215.14", "169.254.169.254"])
def test_what_both_other_guards_refuse_is_refused_here(url: str, answers: Sequence[str]) -> None:
    """S0-BR4, S0-FR5b, S0-FR5c."""
    if allowed_by_ssrfguard(url, answers) or allowed_by_antissrf(url, answers):
        return

    assert not allowed_here(url, answers), (url, answers)


@pytest.mark.parametrize(
    "url", ["http://shop.example/", "https://shop.example/a?b", "http://93.184.215.14/"]
)
def test_all_three_let_the_public_web_through(url: str) -> None:
    """The comparison would prove nothing if one of them refused everything."""
    assert allowed_here(url, PUBLIC)
    assert allowed_by_ssrfguard(url, PUBLIC)
    assert allowed_by_antissrf(url, PUBLIC)
