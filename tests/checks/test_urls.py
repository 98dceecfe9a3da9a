import pytest

from checks.facts_by_hand import answer, html
from haulier.checks.link_header import links_of
from haulier.checks.urls import base_of, is_absolute_web, is_same_site, registrable, resolve


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.shop.co.uk", "shop.co.uk"),
        ("a.b.shop.example", "shop.example"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("me.github.io", "me.github.io"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("", ""),
    ],
)
def test_hosts_belong_to_a_registrable_domain(host: str, domain: str) -> None:
    assert registrable(host) == domain


def test_sites_are_compared_by_registrable_domain() -> None:
    assert is_same_site("https://a.shop.example/", "http://b.shop.example:8080/")
    assert not is_same_site("https://a.co.uk/", "https://b.co.uk/")
    assert not is_same_site("https://a.github.io/", "https://b.github.io/")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("b?c#d", "https://shop.example/a/b?c#d"),
        (" //other.example ", "https://other.example/"),
        ("HTTPS://SHOP.example:443", "https://shop.example/"),
        ("javascript:go()", "javascript:go()"),
        ("https://[::1", None),
        ("http://", None),
        ("/" + "a" * 10_000, None),
    ],
)
def test_references_resolve_as_in_a_browser(reference: str, expected: str | None) -> None:
    assert resolve(reference, "https://shop.example/a/") == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("https://a.example/", True),
        (" HTTP://a.example", True),
        ("//a.example/", False),
        ("/a", False),
        ("ftp://a.example/", False),
        ("https:a.example", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_an_absolute_address_names_scheme_and_host(reference: str, expected: bool) -> None:
    assert is_absolute_web(reference) is expected


def test_a_base_that_cannot_be_parsed_is_ignored() -> None:
    assert base_of(html("<base href='/b/'>")) == "https://shop.example/b/"
    assert base_of(html("<base href='https://[::1'>")) == "https://shop.example/"


def test_link_headers_are_split_at_links_and_not_inside_them() -> None:
    value = (
        '<https://a.example/?x=1,2>; rel="canonical next"; hreflang=de, </b>;rel=preload;as="a,b"'
    )

    first, second = links_of(answer(headers=[("Link", value)]))

    assert first.target == "https://a.example/?x=1,2"
    assert first.relations == {"canonical", "next"}
    assert first.parameters["hreflang"] == "de"
    assert second.parameters == {"rel": "preload", "as": "a,b"}
