"""No rule raises, whatever a site sends and however much of it."""

import importlib
import pkgutil
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.security.sites import HOME, PLAIN, answer, page, site, verdict
from haulier.checks import rules
from haulier.checks.base import Check, Status, Verdict
from haulier.checks.facts import Certificate, SiteFacts

CHECKS: list[Check] = [
    importlib.import_module(f"haulier.checks.rules.{module.name}").check
    for module in pkgutil.iter_modules(rules.__path__)
    if module.name.startswith(("sec_", "tls_"))
]
NAMES = [
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Origin",
    "Content-Security-Policy",
    "Content-Security-Policy-Report-Only",
    "Content-Type",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Expect-CT",
    "Location",
    "Permissions-Policy",
    "Referrer-Policy",
    "Server",
    "Set-Cookie",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
]
WORDS = [
    *("default-src", "script-src", "'none'", "'self'", "'nonce-a'", "'strict-dynamic'", "https:"),
    *("max-age=", "; ", ",", "=", '"', "%", "%ff", "//", "http://[", "https://a.example/", "*"),
    *(
        "sess",
        "csrf",
        "__Host-",
        "__Secure-",
        "Secure",
        "SameSite",
        "Domain=",
        "Path=/",
        "Expires=",
    ),
    *(
        "no-referrer",
        "same-origin",
        "require-corp",
        "()",
        "(self",
        "nosniff",
        "true",
        "\x00",
        "9" * 50,
    ),
]
HTML_WORDS = [
    *("<script src='", "<iframe src='", "<form action='", "<img srcset='", "<base href='", "'>"),
    *("<meta http-equiv=content-security-policy content='", "<meta name=referrer content='"),
    *(
        "<style>",
        "@import",
        "url(",
        "integrity='x'",
        " sandbox='allow-scripts'",
        "http://",
        "\ud800",
    ),
    *("</style>", "//", "http://[", "<input type=password>", "<template>", "\x00", " srcdoc"),
]


def mixed(words: list[str]) -> st.SearchStrategy[str]:
    """Known words in any order, with any text between them."""
    return st.lists(st.sampled_from(words) | st.text(max_size=8), max_size=12).map("".join)


HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), mixed(WORDS)), max_size=8)
URLS = st.sampled_from(
    [HOME, PLAIN, "", "http://[", "https://\u00fc.example/", "about:blank"]
) | st.text(max_size=20)


@st.composite
def sites(draw: st.DrawFn) -> SiteFacts:
    """A whole site of arbitrary answers."""
    one = page(
        draw(HEADERS),
        html=draw(st.none() | mixed(HTML_WORDS)),
        url=draw(URLS),
        requested=draw(URLS),
        status=draw(st.sampled_from([200, 301, 403, 404])),
        before=tuple(draw(st.lists(st.builds(answer, HEADERS, url=URLS), max_size=2))),
    )
    exchange = st.none() | st.builds(
        answer, HEADERS, url=URLS, body=st.binary(max_size=40), status=st.just(200)
    )
    certificate = Certificate(
        protocol=draw(st.sampled_from(["TLSv1.3", "TLSv1.2", "x"])),
        chain=tuple(draw(st.lists(st.binary(max_size=40), max_size=3))),
        trusted=draw(st.booleans()),
        error=draw(st.none() | st.text(max_size=5)),
    )
    return replace(
        site(one),
        certificate=draw(st.none() | st.just(certificate)),
        http_chain=tuple(draw(st.lists(st.builds(answer, HEADERS, url=URLS), max_size=3))),
        preflight=draw(exchange),
        robots=draw(exchange),
        security_txt=draw(exchange),
    )


def is_sound(check: Check, found: Verdict) -> bool:
    """Snippets are short and can be stored; an Observatory test has an outcome or an error."""
    shown = [one.snippet or "" for one in found.findings]
    shown.append((found.observed.evidence if found.observed else None) or "")
    short = all(len(text) <= 200 and "\x00" not in text for text in shown)
    "".join(shown).encode()
    return short and (found.observed is not None) is (
        check.weight == "obs" and found.status is not Status.ERROR
    )


@settings(max_examples=200, deadline=None)
@given(facts=sites())
def test_no_rule_raises_over_arbitrary_answers(facts: SiteFacts) -> None:
    for check in CHECKS:
        assert is_sound(check, verdict(check, facts)), check.id


@settings(max_examples=200, deadline=None)
@given(value=st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_no_rule_raises_over_one_value_in_every_header(value: str) -> None:
    fields = [(name, value) for name in NAMES if name != "Content-Type"]
    again = [*fields, *fields]
    facts = replace(
        site(page(again, html=f"<meta name=referrer content='{value}'>")),
        preflight=answer(again),
        robots=answer(again),
        http_chain=(answer(again, url=PLAIN, status=301),),
    )

    for check in CHECKS:
        assert is_sound(check, verdict(check, facts)), check.id


HUGE = [
    "a" * 1_000_000,
    ";" * 1_000_000,
    "," * 1_000_000,
    "default-src 'self', " * 40_000,
    "default-src " + "https://a.example/%61 " * 40_000,
    "a=b; Expires=" + "1:1:1 " * 100_000,
    "a;b=" * 200_000,
    "(" * 500_000,
    '"' * 500_000,
    "\x00" * 500_000,
    " " * 1_000_000,
]


@pytest.mark.parametrize("number", range(len(HUGE)))
def test_no_rule_stumbles_over_a_huge_value(number: int) -> None:
    value = HUGE[number]
    fields = [(name, value) for name in NAMES if name != "Content-Type"]
    facts = replace(site(page(fields, html="")), preflight=answer(fields), robots=answer(fields))

    for check in CHECKS:
        assert is_sound(check, verdict(check, facts)), check.id


HUGE_PAGES = [
    "<script src=//a.example/x></script>" * 5_000,
    "<iframe src=//a.example/></iframe>" * 5_000,
    "<form action=http://a.example/>" * 5_000,
    "<style>" + "url(" * 200_000,
    "<style>" + "@import " * 100_000,
    "<style>@import" + " " * 500_000,
    "<img srcset='" + "a 1x, " * 50_000 + "'>",
    "<div>" * 5_000,
    "<p>text</p>" * 100_000,
    "<meta http-equiv=content-security-policy content='default-src a, default-src a'>" * 3_000,
    "<" * 500_000,
]


@pytest.mark.parametrize("number", range(len(HUGE_PAGES)))
def test_no_rule_stumbles_over_a_huge_page(number: int) -> None:
    facts = site(page(html=HUGE_PAGES[number]))

    for check in CHECKS:
        assert is_sound(check, verdict(check, facts)), check.id


def test_all_twenty_six_rules_are_here() -> None:
    assert len(CHECKS) == 26
    assert len({check.id for check in CHECKS}) == 26
    assert all(check.category == "security" for check in CHECKS)
    assert sum(check.weight == "obs" for check in CHECKS) == 12
