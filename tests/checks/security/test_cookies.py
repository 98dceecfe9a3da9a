"""`sec.cookies`, case by case."""

from dataclasses import replace

import pytest

from checks.security.sites import HOME, answer, observed, page, result, site, verdict
from haulier.checks.base import Status
from haulier.checks.rules.sec_cookies import check

ALL = "cookies-secure-with-httponly-sessions-and-samesite"
SECURE = "cookies-secure-with-httponly-sessions"
NONE = "cookies-not-found"
PLAIN = "cookies-without-secure-flag"
PLAIN_HSTS = "cookies-without-secure-flag-but-protected-by-hsts"
SESSION = "cookies-session-without-secure-flag"
SESSION_HSTS = "cookies-session-without-secure-flag-but-protected-by-hsts"
SAMESITE = "cookies-samesite-flag-invalid"
CSRF = "cookies-anticsrf-without-samesite-flag"
HTTPONLY = "cookies-session-without-httponly-flag"

HSTS = ("Strict-Transport-Security", "max-age=31536000")
VALUE = "not" + "shown"

WITHOUT_HSTS: list[tuple[list[str], str]] = [
    ([], NONE),
    ([""], NONE),
    (["nothing"], NONE),
    (["=value; Secure"], NONE),
    (["heroku-session-affinity=x"], NONE),
    (["a=b\x01c"], NONE),
    (["a=b; Secure; SameSite=Lax"], ALL),
    (["a=b; secure; samesite=STRICT"], ALL),
    (["a=b; Secure=no; SameSite=None"], ALL),
    (["a=; Secure; SameSite=Lax"], ALL),
    (["sess=b; Secure; HttpOnly; SameSite=Lax"], ALL),
    (["csrf=b; Secure; SameSite=Strict"], ALL),
    (["a=b; Secure; SameSite=Lax", "c=d; Secure; SameSite=Lax"], ALL),
    (["a=b; Secure"], SECURE),
    (["a=b; Secure; SameSite=Lax", "c=d; Secure"], SECURE),
    (["login=b; Secure; HttpOnly"], SECURE),
    (["a=b; Secure; HttpOnly; Path=/x; Domain=shop.example"], SECURE),
    (["a=b"], PLAIN),
    (["a=b; HttpOnly; SameSite=Lax"], PLAIN),
    (["a=b; Secure", "c=d"], PLAIN),
    (["a=b; SameSite=None"], SAMESITE),
    (["a=b; Secure; SameSite"], SAMESITE),
    (["a=b; Secure; SameSite="], SAMESITE),
    (["a=b; Secure; SameSite=Maybe"], SAMESITE),
    (["a=b; Secure; SameSite=Maybe; SameSite=Lax"], SAMESITE),
    (["a=b; Secure", "c=d; Secure; SameSite=x"], SAMESITE),
    (["samesite=b; Secure"], SAMESITE),
    (["csrftoken=b; Secure"], CSRF),
    (["XSRF-CSRF=b"], CSRF),
    (["csrf=b; Secure", "a=b; Secure; SameSite=x"], CSRF),
    (["PHPSESSID=b; Secure; SameSite=Lax"], HTTPONLY),
    (["my_Login_id=b; Secure; SameSite=x"], HTTPONLY),
    (["sess_csrf=b; Secure"], HTTPONLY),
    (["session=b; HttpOnly"], SESSION),
    (["session=b"], SESSION),
    (["session=b; Secure", "login=c; HttpOnly"], SESSION),
]


@pytest.mark.parametrize(("cookies", "expected"), WITHOUT_HSTS)
def test_cookies_without_hsts_come_to_the_worst_of_them(cookies: list[str], expected: str) -> None:
    headers = [("Set-Cookie", cookie) for cookie in cookies]

    assert result(check, site(page(headers))) == expected


WITH_HSTS: list[tuple[list[str], str]] = [
    ([], NONE),
    (["a=b; Secure; SameSite=Lax"], ALL),
    (["a=b"], PLAIN_HSTS),
    (["session=b; HttpOnly"], SESSION_HSTS),
    (["session=b"], HTTPONLY),
    (["a=b; SameSite=None"], SAMESITE),
    (["csrf=b"], CSRF),
    (["csrf=b; SameSite=Lax", "session=x; HttpOnly"], SESSION_HSTS),
]


@pytest.mark.parametrize(("cookies", "expected"), WITH_HSTS)
def test_hsts_makes_a_missing_secure_milder(cookies: list[str], expected: str) -> None:
    headers = [HSTS, *(("Set-Cookie", cookie) for cookie in cookies)]

    assert result(check, site(page(headers))) == expected


def test_a_short_hsts_protects_nothing() -> None:
    headers = [("Strict-Transport-Security", "max-age=60"), ("Set-Cookie", "a=b")]

    assert result(check, site(page(headers))) == PLAIN


def test_a_preloaded_host_is_protected_without_a_header() -> None:
    facts = site(page([("Set-Cookie", "a=b")]))

    assert result(check, replace(facts, hsts_preload={"shop.example": False})) == PLAIN_HSTS


REFUSED = [
    "a=b; Domain=other.example",
    "a=b; Domain=sub.shop.example",
    "a=b; Domain=com",
    "a=b; Domain=.co.uk",
    "a=b; Domain=other.example; Domain=",
    "__Secure-a=b",
    "__Host-a=b; Secure; Path=/x",
    "__Host-a=b; Secure; Domain=shop.example",
    "__Host-a=b; Path=/",
]


@pytest.mark.parametrize("cookie", REFUSED)
def test_cookies_that_browsers_refuse_do_not_count(cookie: str) -> None:
    assert result(check, site(page([("Set-Cookie", cookie)]))) == NONE


@pytest.mark.parametrize(
    "cookie",
    [
        "a=b; Domain=shop.example",
        "a=b; Domain=.SHOP.example",
        "a=b; Domain=",
        "__Host-a=b; Secure",
        "__Secure-a=b; Secure; Domain=shop.example",
        "__host-a=b",
    ],
)
def test_cookies_that_browsers_take_count(cookie: str) -> None:
    assert result(check, site(page([("Set-Cookie", cookie)]))) != NONE


def test_cookies_of_every_redirect_count() -> None:
    hop = answer([("Set-Cookie", "session=x"), ("Location", "/a")], status=302)

    assert result(check, site(page(url=f"{HOME}a", before=(hop,)))) == SESSION


def test_a_later_cookie_of_the_same_place_replaces_the_earlier() -> None:
    hop = answer([("Set-Cookie", "a=x"), ("Location", "/b")], status=302)
    final = page([("Set-Cookie", "a=y; Secure; SameSite=Lax")], url=f"{HOME}b", before=(hop,))

    assert result(check, site(final)) == ALL


def test_a_cookie_of_another_path_is_another_cookie() -> None:
    hop = answer([("Set-Cookie", "a=x; Path=/other"), ("Location", "/b")], status=302)
    final = page([("Set-Cookie", "a=y; Secure; SameSite=Lax")], url=f"{HOME}b", before=(hop,))

    assert result(check, site(final)) == PLAIN


def test_a_hop_without_an_answer_sets_no_cookie() -> None:
    facts = site(page())
    broken = answer([("Set-Cookie", "a=b")], url=f"{HOME}robots.txt", error="timeout")

    assert result(check, replace(facts, robots=broken)) == NONE


def test_findings_name_each_cookie_and_never_its_value() -> None:
    cookies = [f"session={VALUE}; {VALUE}; x={VALUE}; Path=/a; SameSite=None", f"b={VALUE}"]
    facts = site(page([("Set-Cookie", cookie) for cookie in cookies]))

    found = verdict(check, facts)

    assert {finding.data["cookie"] for finding in found.findings} == {"session", "b"}
    assert "session; path=/a; samesite=None" in {finding.snippet for finding in found.findings}
    assert VALUE not in repr(found)


@pytest.mark.parametrize(
    ("cookie", "status", "modifier"),
    [
        ("a=b; Secure; SameSite=Lax", Status.PASS, 5),
        ("a=b; Secure", Status.PASS, 0),
        ("a=b", Status.WARN, -5),
        ("session=b; HttpOnly", Status.FAIL, -10),
        ("a=b; Secure; SameSite=x", Status.FAIL, -20),
        ("session=b; Secure", Status.FAIL, -30),
    ],
)
def test_each_outcome_has_its_status_and_modifier(
    cookie: str, status: Status, modifier: int
) -> None:
    facts = site(page([HSTS, ("Set-Cookie", cookie)]))

    assert verdict(check, facts).status is status
    assert observed(check, facts).modifier == modifier
