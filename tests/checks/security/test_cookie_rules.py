"""`sec.cookie-prefix` and `sec.cookie-lifetime`."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from checks.security.sites import answer, page, site, verdict
from haulier.checks.base import Check, Status
from haulier.checks.cookie_dates import parse_cookie_date
from haulier.checks.rules import sec_cookie_lifetime, sec_cookie_prefix

PREFIX: list[tuple[list[str], Status]] = [
    ([], Status.NOT_APPLICABLE),
    (["broken"], Status.NOT_APPLICABLE),
    (["a=b"], Status.PASS),
    (["__Host-sess=b; Secure; Path=/"], Status.PASS),
    (["__Secure-login=b; Secure; Domain=shop.example"], Status.PASS),
    (["__Host-a=b; Secure; Path=/; Domain="], Status.PASS),
    (["sess=b; Secure"], Status.WARN),
    (["a=b", "Login=c"], Status.WARN),
    (["__Secure-a=b"], Status.FAIL),
    (["__Host-a=b; Path=/"], Status.FAIL),
    (["__Host-a=b; Secure"], Status.FAIL),
    (["__Host-a=b; Secure; Path=/x"], Status.FAIL),
    (["__Host-a=b; Secure; Path=/; Domain=shop.example"], Status.FAIL),
    (["__HOST-a=b; Path=/"], Status.FAIL),
    (["__secure-a=b; HttpOnly", "sess=b"], Status.FAIL),
]


@pytest.mark.parametrize(("cookies", "status"), PREFIX)
def test_prefixes(cookies: list[str], status: Status) -> None:
    facts = site(page([("Set-Cookie", cookie) for cookie in cookies]))

    assert verdict(sec_cookie_prefix.check, facts).status is status


LIFETIME: list[tuple[list[str], Status]] = [
    ([], Status.NOT_APPLICABLE),
    (["a=b"], Status.PASS),
    (["a=b; Max-Age=34560000"], Status.PASS),
    (["a=b; Max-Age=34560001"], Status.WARN),
    (["a=b; Max-Age=" + "9" * 5000], Status.WARN),
    (["a=b; Max-Age=0"], Status.PASS),
    (["a=b; Max-Age=-1"], Status.PASS),
    (["a=b; Max-Age=soon"], Status.PASS),
    (["a=b; Expires=Tue, 01 Jun 2027 12:00:00 GMT"], Status.PASS),
    (["a=b; Expires=Sun, 01 Aug 2027 12:00:00 GMT"], Status.WARN),
    (["a=b; Expires=Sunday, 01-Aug-27 12:00:00 GMT"], Status.WARN),
    (["a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], Status.PASS),
    (["a=b; Expires=Sun, 01 Aug 2027 12:00:00 GMT; Max-Age=60"], Status.PASS),
    (["a=b; Expires=Sun, 01 Aug 2027 12:00:00 GMT; Max-Age=x"], Status.WARN),
    (["a=b; Expires=0"], Status.FAIL),
    (["a=b; Expires="], Status.FAIL),
    (["a=b; Expires=2027-08-01T12:00:00Z"], Status.FAIL),
    (["a=b; Expires=never; Max-Age=60"], Status.FAIL),
    (["a=b; Max-Age=99999999", "c=d; Expires=-1"], Status.FAIL),
]


@pytest.mark.parametrize(("cookies", "status"), LIFETIME)
def test_lifetimes(cookies: list[str], status: Status) -> None:
    facts = site(page([("Set-Cookie", cookie) for cookie in cookies]))

    assert verdict(sec_cookie_lifetime.check, facts).status is status


def test_cookies_of_every_page_hop_and_robots_count_once() -> None:
    same = ("Set-Cookie", "sess=b")
    hop = answer([same, ("Set-Cookie", "login=c")], status=302)
    robots = answer([same, ("Set-Cookie", "session2=d")])
    first = site(page([same], before=(hop,)))
    facts = replace(first, pages=(*first.pages, page([same])), robots=robots)

    names = [finding.data["cookie"] for finding in verdict(sec_cookie_prefix.check, facts).findings]

    assert names == ["sess", "login", "session2"]


@pytest.mark.parametrize("check", [sec_cookie_prefix.check, sec_cookie_lifetime.check])
def test_no_finding_shows_a_value(check: Check) -> None:
    secret = "not" + "shown"
    cookie = f"sess={secret}; {secret}={secret}; Max-Age=99999999"
    facts = site(page([("Set-Cookie", cookie)]))

    found = verdict(check, facts)

    assert found.findings
    assert secret not in repr(found)


DATES = [
    ("Wed, 09 Jun 2021 10:18:14 GMT", datetime(2021, 6, 9, 10, 18, 14, tzinfo=UTC)),
    ("09-JUNE-21 1:2:3", datetime(2021, 6, 9, 1, 2, 3, tzinfo=UTC)),
    ("9 jun 99 10:18:14", datetime(1999, 6, 9, 10, 18, 14, tzinfo=UTC)),
    ("2021 Jun 9 10:18:14 +0200", datetime(2021, 6, 9, 10, 18, 14, tzinfo=UTC)),
    ("9 Jun 70 0:0:0", datetime(1970, 6, 9, tzinfo=UTC)),
    ("9 Jun 69 0:0:0", datetime(2069, 6, 9, tzinfo=UTC)),
    ("31 Feb 2021 10:18:14", None),
    ("9 Jun 2021 24:00:00", None),
    ("9 Jun 1600 10:00:00", None),
    ("9 Jun 2021", None),
    ("10:18:14", None),
    ("", None),
    ("\u0669 Jun 2021 10:18:14", None),
    ("x" * 100_000, None),
]


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_dates_are_read_as_browsers_do(text: str, expected: datetime | None) -> None:
    assert parse_cookie_date(text) == expected
