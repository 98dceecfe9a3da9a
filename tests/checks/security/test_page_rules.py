"""The security rules on a page's elements: mixed content, forms and frames."""

import pytest

from checks.security.sites import HOME, PLAIN, page, site, verdict
from haulier.checks.base import Check, Status
from haulier.checks.rules import sec_iframe_sandbox, sec_insecure_form, sec_mixed_content

NA, PASS, WARN, FAIL = Status.NOT_APPLICABLE, Status.PASS, Status.WARN, Status.FAIL

MIXED = [
    ("", PASS),
    ("<img src='https://a.example/x'>", PASS),
    ("<img src='//a.example/x'><script src='/x'></script>", PASS),
    ("<a href='http://a.example/'>x</a><link rel=canonical href='http://a.example/'>", PASS),
    ("<img src='data:image/png;base64,AA'>", PASS),
    ("<script src='http://['></script>", PASS),
    ("<img src='http://a.example/x'>", WARN),
    ("<img src='HTTP://a.example/x'>", WARN),
    ("<img srcset='/x 1x, http://a.example/x 2x'>", WARN),
    ("<picture><source srcset='http://a.example/x'></picture>", WARN),
    ("<video poster='http://a.example/x'></video>", WARN),
    ("<audio src='http://a.example/x'></audio>", WARN),
    ("<video><source src='http://a.example/x'></video>", WARN),
    ("<input type=image src='http://a.example/x'>", WARN),
    ("<link rel='shortcut icon' href='http://a.example/x'>", WARN),
    ("<p style='background: url(http://a.example/x)'>", WARN),
    ('<style>p { background: url( "http://a.example/x" ) }</style>', WARN),
    ("<script src='http://a.example/x'></script>", FAIL),
    ("<iframe src='http://a.example/x'></iframe>", FAIL),
    ("<link rel='preload stylesheet' href='http://a.example/x'>", FAIL),
    ("<object data='http://a.example/x'></object>", FAIL),
    ("<embed src='http://a.example/x'>", FAIL),
    ("<style>@import url(http://a.example/x);</style>", FAIL),
    ("<style>@import 'http://a.example/x';</style>", FAIL),
    ("<base href='http://a.example/'><script src='x'></script>", FAIL),
    ("<img src='http://a.example/x'><script src='http://a.example/x'></script>", FAIL),
]


@pytest.mark.parametrize(("html", "status"), MIXED)
def test_mixed_content(html: str, status: Status) -> None:
    assert verdict(sec_mixed_content.check, site(page(html=html))).status is status


def test_mixed_content_needs_an_https_page_of_html() -> None:
    html = "<script src='http://a.example/x'></script>"

    for one in (
        page(html=html, url=PLAIN),
        page([("Content-Type", "text/plain")], html=html),
        page(html=html, error="timeout"),
    ):
        assert verdict(sec_mixed_content.check, site(one)).status is NA


def test_mixed_content_names_each_url_and_whether_it_is_active() -> None:
    html = "<img src='http://a.example/i'><script src='http://a.example/s'></script>"

    findings = verdict(sec_mixed_content.check, site(page(html=html))).findings

    assert [(one.selector, one.url, one.data["active"]) for one in findings] == [
        ("img", "http://a.example/i", False),
        ("script", "http://a.example/s", True),
    ]


PASSWORD = "<input type=password>"
FORMS = [
    (HOME, "<p>x</p>", NA),
    (HOME, "<input type=text>", NA),
    (HOME, PASSWORD, PASS),
    (HOME, "<form></form>", PASS),
    (HOME, "<form action='/x' method=post></form>", PASS),
    (HOME, "<form action='https://a.example/'></form>", PASS),
    (HOME, "<form action='mailto:a@a.example'></form>", PASS),
    (HOME, "<form action='http://['></form>", PASS),
    (HOME, "<form action='http://a.example/'></form>", FAIL),
    (HOME, "<form action=' HTTP://a.example/ '></form>", FAIL),
    (HOME, "<form><button formaction='http://a.example/'></button></form>", FAIL),
    (HOME, "<base href='http://a.example/'><form action='x'></form>", FAIL),
    (PLAIN, PASSWORD, FAIL),
    (PLAIN, "<input type=' PASSWORD '>", FAIL),
    (PLAIN, "<form action='/search'></form>", PASS),
    (PLAIN, "<form action='/x' method=POST></form>", FAIL),
    (PLAIN, "<form action='http://a.example/'></form>", FAIL),
    (PLAIN, "<form action='https://a.example/' method=post></form>", PASS),
    (PLAIN, f"<form action='https://a.example/'>{PASSWORD}</form>", FAIL),
]


@pytest.mark.parametrize(("url", "html", "status"), FORMS)
def test_insecure_forms(url: str, html: str, status: Status) -> None:
    assert verdict(sec_insecure_form.check, site(page(html=html, url=url))).status is status


BOTH = "allow-scripts allow-same-origin"
FRAMES = [
    ("", NA),
    ("<iframe></iframe>", PASS),
    ("<iframe src='/x'></iframe>", PASS),
    ("<iframe src='about:blank'></iframe>", PASS),
    ("<iframe src='data:text/html,x'></iframe>", PASS),
    ("<iframe src='http://['></iframe>", PASS),
    ("<iframe srcdoc='x'></iframe>", PASS),
    ("<iframe src='https://a.example/' sandbox></iframe>", PASS),
    (f"<iframe src='https://a.example/' sandbox='{BOTH}'></iframe>", PASS),
    ("<iframe src='/x' sandbox='allow-scripts'></iframe>", PASS),
    ("<iframe src='https://a.example/'></iframe>", WARN),
    ("<iframe src='//www.shop.example/'></iframe>", WARN),
    ("<iframe src='https://shop.example:8443/'></iframe>", WARN),
    ("<base href='https://a.example/'><iframe src='x'></iframe>", WARN),
    (f"<iframe src='/x' sandbox='{BOTH}'></iframe>", FAIL),
    (f"<iframe src='/x' sandbox='allow-forms {BOTH.upper()}'></iframe>", FAIL),
    (f"<iframe srcdoc='x' sandbox='{BOTH}'></iframe>", FAIL),
    (f"<iframe src='//a.example'></iframe><iframe src='/x' sandbox='{BOTH}'></iframe>", FAIL),
]


@pytest.mark.parametrize(("html", "status"), FRAMES)
def test_iframe_sandboxes(html: str, status: Status) -> None:
    assert verdict(sec_iframe_sandbox.check, site(page(html=html))).status is status


@pytest.mark.parametrize(
    "check", [sec_mixed_content.check, sec_insecure_form.check, sec_iframe_sandbox.check]
)
def test_a_page_that_is_not_html_has_no_elements(check: Check) -> None:
    html = f"<form action='http://a.example'>{PASSWORD}</form><iframe src='//a.example'></iframe>"
    plain = page([("Content-Type", "text/plain")], html=html)

    assert verdict(check, site(plain)).status is NA
