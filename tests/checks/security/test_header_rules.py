"""The security rules on plain headers and on security.txt."""

from dataclasses import replace

import pytest

from checks.security.sites import Headers, answer, page, site, verdict
from haulier.checks.base import Check, Status
from haulier.checks.facts import Exchange
from haulier.checks.rules import (
    sec_obsolete_headers,
    sec_permissions_policy,
    sec_security_txt,
    sec_version_leak,
)

NA, PASS, WARN, FAIL = Status.NOT_APPLICABLE, Status.PASS, Status.WARN, Status.FAIL

VERSIONS: list[tuple[Headers, str, Status]] = [
    ([], "", PASS),
    ([("Server", "nginx")], "", PASS),
    ([("Server", "AmazonS3")], "", PASS),
    ([("Server", "ECS (dcb/7F84)")], "", PASS),
    ([("X-Powered-By", "ASP.NET")], "", PASS),
    ([], "<meta name=generator content=Hugo>", PASS),
    ([], "<meta name=keywords content='1.2.3'>", PASS),
    ([("Server", "nginx/1.25.3")], "", WARN),
    ([("Server", "Apache/2.4.57 (Debian) OpenSSL/3.0.11")], "", WARN),
    ([("Server", "Microsoft-IIS/10.0")], "", WARN),
    ([("X-Powered-By", "PHP/8")], "", WARN),
    ([("X-AspNet-Version", "4.0.30319")], "", WARN),
    ([("X-AspNetMvc-Version", "5")], "", WARN),
    ([("X-Generator", "Drupal 10 (https://www.drupal.org)")], "", WARN),
    ([], "<meta name=' Generator ' content='WordPress 6.5.2'>", WARN),
    ([("Server", "thing v2")], "", WARN),
]


@pytest.mark.parametrize(("headers", "html", "status"), VERSIONS)
def test_version_leaks(headers: Headers, html: str, status: Status) -> None:
    assert verdict(sec_version_leak.check, site(page(headers, html=html))).status is status


OBSOLETE: list[tuple[Headers, int]] = [
    ([], 0),
    ([("X-XSS-Protection", "0")], 0),
    ([("X-XSS-Protection", " 0; mode=block")], 0),
    ([("X-XSS-Protection", "1; mode=block")], 1),
    ([("X-XSS-Protection", "")], 1),
    ([("Expect-CT", "max-age=0")], 1),
    ([("Public-Key-Pins", "x")], 1),
    ([("Public-Key-Pins-Report-Only", "x")], 1),
    ([("p3p", "CP=NOI")], 1),
    ([("Feature-Policy", "camera 'none'")], 1),
    ([("Feature-Policy", "x"), ("P3P", "y"), ("P3P", "z")], 2),
]


@pytest.mark.parametrize(("headers", "count"), OBSOLETE)
def test_obsolete_headers(headers: Headers, count: int) -> None:
    found = verdict(sec_obsolete_headers.check, site(page(headers)))

    assert found.status is (WARN if count else PASS)
    assert len(found.findings) == count


PERMISSIONS: list[tuple[list[str], Status]] = [
    ([], WARN),
    ([""], WARN),
    (["camera=()"], PASS),
    (["camera=(), geolocation=(self)"], PASS),
    (['fullscreen=(self "https://a.example"), camera=*'], PASS),
    (["camera=()", "geolocation=()"], PASS),
    (["camera"], PASS),
    (["camera 'none'; geolocation 'none'"], FAIL),
    (["camera=(), "], FAIL),
    (["camera=(self"], FAIL),
    (["camera=none()"], FAIL),
    (["Camera=()"], FAIL),
    (["camera=\u00fc"], FAIL),
    (["a," * 50_000], FAIL),
]


@pytest.mark.parametrize(("values", "status"), PERMISSIONS)
def test_permissions_policies(values: list[str], status: Status) -> None:
    headers = [("Permissions-Policy", value) for value in values]

    assert verdict(sec_permissions_policy.check, site(page(headers))).status is status


@pytest.mark.parametrize(
    "check",
    [sec_version_leak.check, sec_obsolete_headers.check, sec_permissions_policy.check],
)
def test_without_an_answer_headers_cannot_be_judged(check: Check) -> None:
    assert verdict(check, site(page(error="timeout"))).status is Status.ERROR


URL = "https://shop.example/.well-known/security.txt"
GOOD = "Contact: mailto:security@shop.example\nExpires: 2026-12-31T00:00:00Z\n"
TEXTS = [
    (GOOD, PASS),
    ("\ufeff" + GOOD, PASS),
    (GOOD.replace("\n", "\r\n"), PASS),
    (GOOD.upper().replace("00Z", "00z").replace("T00", "t00"), PASS),
    ("# note\n\n" + GOOD + "Policy: https://shop.example/p\n", PASS),
    ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n" + GOOD, PASS),
    ("Contact: https://a.example\nContact: tel:+1\nExpires: 2027-06-01T12:00:00+00:00", PASS),
    (GOOD.replace("2026-12", "2027-07"), WARN),
    (GOOD.replace("2026-12-31", "2026-05-31"), FAIL),
    (GOOD.replace("2026-12-31T00:00:00Z", "31 Dec 2026"), FAIL),
    (GOOD.replace("Z", ""), FAIL),
    (GOOD.replace("2026", "9999").replace("Z", "-23:59"), WARN),
    (GOOD.replace("2026-12-31T00", "9999-12-31T23").replace("Z", "-23:59"), FAIL),
    (GOOD.replace("2026-12-31T00:00:00Z", "20261231T000000Z"), FAIL),
    (GOOD + "Expires: 2026-12-30T00:00:00Z\n", FAIL),
    ("Contact: mailto:a@shop.example\n", FAIL),
    ("Expires: 2026-12-31T00:00:00Z\n", FAIL),
    ("Contact:\nExpires: 2026-12-31T00:00:00Z\n", FAIL),
    ("#Contact: a\nExpires: 2026-12-31T00:00:00Z\n", FAIL),
    ("", FAIL),
    ("\x00\xff" * 1000, FAIL),
]


@pytest.mark.parametrize(("text", "status"), TEXTS)
def test_security_txt(text: str, status: Status) -> None:
    file = answer([("Content-Type", "text/plain")], url=URL, body=text.encode())

    assert verdict(sec_security_txt.check, replace(site(), security_txt=file)).status is status


def test_security_txt_over_plain_http_is_worth_a_warning() -> None:
    file = answer(url=URL.replace("https", "http"), body=GOOD.encode())

    assert verdict(sec_security_txt.check, replace(site(), security_txt=file)).status is WARN


@pytest.mark.parametrize(
    "file",
    [
        None,
        answer(url=URL, status=404),
        answer(url=URL, status=301),
        answer(url=URL, error="timeout"),
        answer([("Content-Type", "text/html")], url=URL, body=b"<h1>Home</h1>"),
    ],
)
def test_an_absent_security_txt_does_not_apply(file: Exchange | None) -> None:
    assert verdict(sec_security_txt.check, replace(site(), security_txt=file)).status is NA


def test_a_body_that_is_not_utf8_is_read_all_the_same() -> None:
    file = answer(url=URL, body=b"\xff\xfe" + GOOD.encode())

    assert verdict(sec_security_txt.check, replace(site(), security_txt=file)).status is FAIL
