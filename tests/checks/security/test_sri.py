"""`sec.sri`, case by case."""

import pytest

from checks.security.sites import PLAIN, answer, observed, page, result, site, verdict
from haulier.checks.base import Status
from haulier.checks.rules.sec_sri import check

ALL = "sri-implemented-and-all-scripts-loaded-securely"
EXTERNAL = "sri-implemented-and-external-scripts-loaded-securely"
NOT_HTML = "sri-not-implemented-response-not-html"
NO_SCRIPTS = "sri-not-implemented-but-no-scripts-loaded"
OWN = "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"
WITHOUT = "sri-not-implemented-but-external-scripts-loaded-securely"
INSECURE = "sri-implemented-but-external-scripts-not-loaded-securely"
NEITHER = "sri-not-implemented-and-external-scripts-not-loaded-securely"

CDN = "https://cdn.other.example/x.js"


def script(source: str, integrity: str | None = None) -> str:
    attribute = "" if integrity is None else f' integrity="{integrity}"'
    return f'<script src="{source}"{attribute}></script>'


def pinned(source: str) -> str:
    return script(source, "sha384-abc")


ON_HTTPS: list[tuple[list[str], str]] = [
    ([], NO_SCRIPTS),
    (["<p>text</p>"], NO_SCRIPTS),
    (["<script>inline()</script>"], OWN),
    (["<script src></script>"], OWN),
    ([script("/x.js")], OWN),
    ([script("x.js")], OWN),
    ([script("../x.js"), script("?y")], OWN),
    ([script("https://shop.example/x.js")], OWN),
    ([script("https://static.shop.example/x.js")], OWN),
    ([script("http://shop.example/x.js")], OWN),
    ([pinned("http://shop.example/x.js")], OWN),
    ([script("//")], OWN),
    ([script("///x.js")], OWN),
    ([script("data:text/javascript,1")], OWN),
    ([script("https://[bad/x.js")], OWN),
    ([pinned("/x.js")], ALL),
    ([pinned("https://www.shop.example/x.js")], ALL),
    ([pinned("/x.js"), script("/y.js")], ALL),
    ([pinned("/x.js"), pinned(CDN)], ALL),
    ([pinned(CDN)], EXTERNAL),
    ([pinned(CDN), script("/x.js")], EXTERNAL),
    ([pinned(CDN), pinned("https://cdn.third.example/y.js")], EXTERNAL),
    ([script(CDN)], WITHOUT),
    ([script(CDN, "")], WITHOUT),
    ([pinned("/x.js"), script(CDN)], WITHOUT),
    ([pinned(CDN), script("https://cdn.third.example/y.js")], WITHOUT),
    ([script(CDN), pinned("http://cdn.other.example/x.js")], WITHOUT),
    ([pinned("http://cdn.other.example/x.js")], INSECURE),
    ([pinned("//cdn.other.example/x.js")], INSECURE),
    ([pinned("//shop.example/x.js")], INSECURE),
    ([pinned(CDN), pinned("//cdn.other.example/x.js")], INSECURE),
    ([script("http://cdn.other.example/x.js")], NEITHER),
    ([script("//cdn.other.example/x.js")], NEITHER),
    ([script("//shop.example/x.js")], NEITHER),
    ([script("//shop.example/x.js"), pinned(CDN)], NEITHER),
    ([script(CDN), script("//shop.example/x.js")], NEITHER),
    ([pinned("//a.example/x.js"), script("http://a.example/x.js")], NEITHER),
]


@pytest.mark.parametrize(("scripts", "expected"), ON_HTTPS)
def test_scripts_of_an_https_page(scripts: list[str], expected: str) -> None:
    assert result(check, site(page(html="".join(scripts)))) == expected


ON_HTTP: list[tuple[str, str]] = [
    (script("/x.js"), OWN),
    (pinned("/x.js"), OWN),
    (pinned("https://shop.example/x.js"), ALL),
    (script("http://shop.example/x.js"), OWN),
    (script(CDN), WITHOUT),
    (pinned(CDN), EXTERNAL),
]


@pytest.mark.parametrize(("html", "expected"), ON_HTTP)
def test_scripts_of_a_plain_page(html: str, expected: str) -> None:
    assert result(check, site(page(html=html, url=PLAIN))) == expected


SITES: list[tuple[str, str, str]] = [
    ("https://a.co.uk/", "https://b.co.uk/x.js", WITHOUT),
    ("https://www.a.co.uk/", "https://cdn.a.co.uk/x.js", OWN),
    ("https://a.github.io/", "https://b.github.io/x.js", OWN),
    ("https://192.0.2.1/", "https://192.0.2.2/x.js", OWN),
    ("https://192.0.2.1/", CDN, WITHOUT),
    ("https://b\u00fccher.example/", "https://www.xn--bcher-kva.example/x.js", OWN),
]


@pytest.mark.parametrize(("url", "source", "expected"), SITES)
def test_registrable_domains_decide_what_is_foreign(url: str, source: str, expected: str) -> None:
    assert result(check, site(page(html=script(source), url=url))) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text/html", WITHOUT),
        ("TEXT/HTML ; charset=utf-8", WITHOUT),
        ("application/xhtml+xml", WITHOUT),
        ("text/plain", NOT_HTML),
        ("application/json", NOT_HTML),
        ("image/svg+xml", NOT_HTML),
    ],
)
def test_only_html_is_looked_at(kind: str, expected: str) -> None:
    assert result(check, site(page([("Content-Type", kind)], html=script(CDN)))) == expected


def test_without_a_type_the_body_is_taken_for_html() -> None:
    bare = page()
    vars(bare)["text"] = script(CDN)

    assert result(check, site(bare)) == WITHOUT


def test_the_host_that_was_asked_for_decides_and_not_the_one_that_answered() -> None:
    hop = answer([("Location", "https://other.example/")], status=301)
    moved = page(
        html=script("https://other.example/x.js"), url="https://other.example/", before=(hop,)
    )

    assert result(check, site(moved)) == WITHOUT


def test_each_weak_script_has_its_finding() -> None:
    html = script(CDN) + script("//shop.example/x.js") + pinned("/good.js")

    found = verdict(check, site(page(html=html)))

    assert [finding.url for finding in found.findings] == [CDN, "//shop.example/x.js"]


@pytest.mark.parametrize(
    ("html", "status", "modifier"),
    [
        (pinned(CDN), Status.PASS, 5),
        (pinned("/x.js"), Status.PASS, 5),
        (script("/x.js"), Status.PASS, 0),
        (script(CDN), Status.WARN, -5),
        (pinned("//a.example/x"), Status.FAIL, -20),
        (script("//a.example/x"), Status.FAIL, -50),
    ],
)
def test_each_outcome_has_its_status_and_modifier(html: str, status: Status, modifier: int) -> None:
    facts = site(page(html=html))

    assert verdict(check, facts).status is status
    assert observed(check, facts).modifier == modifier
