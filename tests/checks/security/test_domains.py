"""Registrable domains."""

import pytest

from haulier.checks.domains import is_public_suffix, registrable_domain

DOMAINS = [
    ("example.com", "example.com"),
    ("www.example.com", "example.com"),
    ("WWW.Example.COM", "example.com"),
    ("a.b.example.co.uk", "example.co.uk"),
    ("a.github.io", "github.io"),
    ("shop.unknown-top", "shop.unknown-top"),
    ("a.shop.unknown-top", "shop.unknown-top"),
    ("com", None),
    ("co.uk", None),
    ("localhost", None),
    ("192.0.2.1", None),
    ("::1", None),
    ("", None),
    (".", None),
    ("a" * 10_000, None),
]


@pytest.mark.parametrize(("host", "expected"), DOMAINS)
def test_a_host_belongs_to_its_registrable_domain(host: str, expected: str | None) -> None:
    assert registrable_domain(host) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("com", True),
        ("co.uk", True),
        ("unknown-top", True),
        ("example.com", False),
        ("192.0.2.1", False),
        ("", False),
    ],
)
def test_a_suffix_is_nobodys_site(host: str, expected: bool) -> None:
    assert is_public_suffix(host) is expected
