from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest

from haulier.safefetch import Policy, Refused, check_url, urls
from safefetch.accepted_urls import ACCEPTED
from safefetch.refused_urls import REFUSED


@pytest.mark.parametrize("url", ACCEPTED)
def test_an_ordinary_url_is_read_in_its_normal_form(url: str) -> None:
    assert check_url(url, Policy()).href == ACCEPTED[url]


@pytest.mark.parametrize("url", REFUSED)
def test_a_disguised_or_forbidden_url_is_refused_with_its_reason(url: str) -> None:
    """S0-FR5a, S0-BR4."""
    with pytest.raises(Refused) as caught:
        check_url(url, Policy())

    assert caught.value.reason == REFUSED[url]


@pytest.mark.parametrize("url", ACCEPTED)
def test_a_normal_form_is_its_own_normal_form(url: str) -> None:
    once = check_url(url, Policy())

    assert check_url(once.href, Policy()) == once


def test_the_vectors_are_many() -> None:
    assert len(ACCEPTED) + len(REFUSED) >= 250


@pytest.mark.parametrize("url", REFUSED)
def test_a_refusal_shows_nothing_but_an_origin(url: str) -> None:
    with pytest.raises(Refused) as caught:
        check_url(url + "/secret-path?secret=1", Policy())

    assert "secret" not in str(caught.value)


def test_a_policy_narrows_schemes_and_ports() -> None:
    policy = Policy(schemes=frozenset({"https"}), ports=frozenset({8443}))

    assert check_url("https://example.com:8443/", policy).origin == "https://example.com:8443"
    with pytest.raises(Refused, match="scheme"):
        check_url("http://example.com:8443/", policy)
    with pytest.raises(Refused, match="port"):
        check_url("https://example.com/", policy)


def test_an_opened_network_lets_its_literals_through() -> None:
    policy = Policy(allow=(ip_network("127.0.0.1/32"), ip_network("::1/128")))

    assert check_url("http://127.0.0.1/", policy).address == ip_address("127.0.0.1")
    assert check_url("http://[::1]/", policy).authority == "[::1]"
    with pytest.raises(Refused, match="loopback"):
        check_url("http://127.0.0.2/", policy)


@pytest.mark.parametrize("scheme", ["ftp", "file", ""])
def test_no_policy_can_hold_another_scheme(scheme: str) -> None:
    with pytest.raises(ValueError, match="schemes"):
        Policy(schemes=frozenset({scheme}))


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_no_policy_can_hold_an_impossible_port(port: int) -> None:
    with pytest.raises(ValueError, match="ports"):
        Policy(ports=frozenset({port}))


@pytest.mark.parametrize(
    ("scheme", "host", "port", "address"),
    [
        ("http", "other.example", 80, None),
        ("http", "shop.example", 443, None),
        ("https", "shop.example", 443, None),
        ("http", "2606:4700::1111", 80, ip_address("2606:4700::1111")),
        ("http", "8.8.8.8", 80, ip_address("8.8.8.8")),
    ],
)
def test_a_url_that_the_second_parser_reads_otherwise_is_refused(
    scheme: str, host: str, port: int, address: IPv4Address | IPv6Address | None
) -> None:
    """The first parser leaves the second little to object to, so its word is tried alone."""
    with pytest.raises(Refused, match="parsers_disagree"):
        urls._agree("http://shop.example/", scheme, host, port, address)
