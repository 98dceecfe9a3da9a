"""`sec.hsts`, case by case."""

from dataclasses import replace

import pytest

from checks.security.sites import (
    HOME,
    PLAIN,
    UNTRUSTED,
    answer,
    observed,
    page,
    result,
    site,
    verdict,
)
from haulier.checks.base import Status
from haulier.checks.facts import Page
from haulier.checks.hsts import is_preloaded
from haulier.checks.rules.sec_hsts import check

PRELOADED = "hsts-preloaded"
LONG = "hsts-implemented-max-age-at-least-six-months"
SHORT = "hsts-implemented-max-age-less-than-six-months"
ABSENT = "hsts-not-implemented"
INVALID = "hsts-header-invalid"
NO_HTTPS = "hsts-not-implemented-no-https"
CERTIFICATE = "hsts-invalid-cert"
NAME = "Strict-Transport-Security"

VALUES = [
    ("max-age=31536000", LONG),
    ("max-age=15552000", LONG),
    ("max-age=15768000", LONG),
    ("MAX-AGE=31536000; IncludeSubDomains; Preload", LONG),
    ("includeSubDomains; max-age=31536000", LONG),
    (" ; ;max-age=31536000;", LONG),
    ("max-age=31536000.5", LONG),
    ("max-age= 31536000", LONG),
    ("max-age=+31536000", LONG),
    ("max-age=31536000 seconds", LONG),
    ("max-age=99999999999999999999999999", LONG),
    ("max-age=60; max-age=31536000", LONG),
    ("max-age=abc", LONG),
    ("max-age=", LONG),
    ('max-age="31536000"', LONG),
    ('max-age="60"', LONG),
    ("max-age=15551999", SHORT),
    ("max-age=0", SHORT),
    ("max-age=-1", SHORT),
    ("max-age=1e9", SHORT),
    ("max-age=0x1e13380", SHORT),
    ("max-age=60; includeSubDomains", SHORT),
    ("max-age=31536000; max-age=60", SHORT),
    ("", INVALID),
    ("includeSubDomains", INVALID),
    ("preload", INVALID),
    ("max-age", INVALID),
    ("max-age = 31536000", INVALID),
    ("max-age:31536000", INVALID),
    ("max-age=31536000, includeSubDomains", INVALID),
    ("max-age=31536000,", INVALID),
    ("maxage=31536000", INVALID),
    ("'max-age=31536000'", INVALID),
    (";" * 2000 + "max-age=31536000", INVALID),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_a_header_comes_to_its_outcome(value: str, expected: str) -> None:
    assert result(check, site(page([(NAME, value)]))) == expected


def test_two_lines_are_one_line_with_a_comma() -> None:
    twice = [(NAME, "max-age=31536000"), (NAME, "max-age=31536000")]

    assert result(check, site(page(twice))) == INVALID


def test_no_header_is_no_hsts() -> None:
    assert result(check, site(page())) == ABSENT


def test_a_page_that_only_answers_on_http_has_none_whatever_it_sends() -> None:
    plain = site(page([(NAME, "max-age=31536000")], url=PLAIN))

    assert result(check, plain) == NO_HTTPS
    assert result(check, replace(plain, hsts_preload={"shop.example": True})) == NO_HTTPS


def test_an_https_attempt_without_an_answer_is_no_https() -> None:
    failed = answer(url=HOME, error="connection_refused")
    plain = page(url=PLAIN, before=(failed,))

    assert result(check, site(plain)) == NO_HTTPS


def test_the_final_answer_of_an_https_chain_counts() -> None:
    hop = answer([(NAME, "max-age=1"), ("Location", "/a")], status=302)
    final = page([(NAME, "max-age=31536000")], url=f"{HOME}a", before=(hop,))

    assert result(check, site(final)) == LONG


@pytest.mark.parametrize("one", [page(url=PLAIN), page(error="tls_invalid"), page()])
def test_a_certificate_nobody_trusts_makes_it_void(one: Page) -> None:
    facts = replace(site(), pages=(one,), certificate=UNTRUSTED)

    assert result(check, facts) == CERTIFICATE


PRELOADS = [
    ({"shop.example": False}, PRELOADED),
    ({"shop.example": True}, PRELOADED),
    ({"example": True}, PRELOADED),
    ({"example": False}, ABSENT),
    ({"www.shop.example": True}, ABSENT),
    ({"op.example": True}, ABSENT),
]


@pytest.mark.parametrize(("listed", "expected"), PRELOADS)
def test_a_host_is_preloaded_itself_or_through_a_parent(
    listed: dict[str, bool], expected: str
) -> None:
    assert result(check, replace(site(), hsts_preload=listed)) == expected


def test_being_preloaded_wins_over_header_and_certificate() -> None:
    facts = replace(site(page([(NAME, "")])), hsts_preload={"shop.example": False})

    assert result(check, facts) == PRELOADED
    assert result(check, replace(facts, certificate=UNTRUSTED)) == PRELOADED


def test_the_host_that_was_asked_for_is_looked_up() -> None:
    hop = answer([("Location", "https://listed.example/")], status=301)
    moved = site(page(url="https://listed.example/", before=(hop,)))

    assert result(check, replace(moved, hsts_preload={"listed.example": True})) == ABSENT


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("github.com", True),
        ("gist.github.com", True),
        ("anything.dev", True),
        ("example.com", False),
        ("google.com", False),
        ("", False),
        ("localhost", False),
        ("192.0.2.1", False),
        ("b\u00fccher.example", False),
        ("." * 300, False),
    ],
)
def test_the_bundled_list_knows_hosts(host: str, expected: bool) -> None:
    assert is_preloaded(host, {}) is expected


@pytest.mark.parametrize(
    ("value", "status", "modifier"),
    [
        ("max-age=31536000", Status.PASS, 0),
        ("max-age=1", Status.FAIL, -10),
        ("", Status.FAIL, -20),
    ],
)
def test_each_outcome_has_its_status_and_modifier(
    value: str, status: Status, modifier: int
) -> None:
    facts = site(page([(NAME, value)]))

    assert verdict(check, facts).status is status
    assert observed(check, facts).modifier == modifier
