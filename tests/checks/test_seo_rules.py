"""Each row: what the page holds, and what the check says of it."""

import json
from collections.abc import Sequence

import pytest

from checks.facts_by_hand import answer, html, judge, no_answer, page, site
from haulier.checks.recipe import web_recipe

CHECKS = {check.id: check for check in web_recipe().checks}
HEAD_ROWS = [
    ("seo.title", "<title>Boots</title>", "pass"),
    ("seo.title", "<title> \n </title>", "fail"),
    ("seo.title", "", "fail"),
    ("seo.title", "<title>One</title><title>Two</title>", "warn"),
    ("seo.title", "<body><svg><title>Icon</title></svg>", "fail"),
    ("seo.title-length", "<title>" + "a" * 9 + "</title>", "warn"),
    ("seo.title-length", "<title>" + "a" * 10 + "</title>", "pass"),
    ("seo.title-length", "<title>" + "a" * 70 + "</title>", "pass"),
    ("seo.title-length", "<title>" + "a" * 71 + "</title>", "warn"),
    ("seo.title-length", "<title></title>", "na"),
    ("seo.meta-description", '<meta name="Description" content="All boots">', "pass"),
    ("seo.meta-description", '<meta name="description" content=" ">', "fail"),
    ("seo.meta-description", '<meta name="description">', "fail"),
    ("seo.meta-description", "", "fail"),
    ("seo.meta-description", '<body><p><meta name="description" content="Late">', "fail"),
    ("seo.meta-description-length", '<meta name=description content="%s">' % ("a" * 49), "warn"),
    ("seo.meta-description-length", '<meta name=description content="%s">' % ("a" * 50), "pass"),
    ("seo.meta-description-length", '<meta name=description content="%s">' % ("a" * 160), "pass"),
    ("seo.meta-description-length", '<meta name=description content="%s">' % ("a" * 161), "warn"),
    ("seo.meta-description-length", "", "na"),
    ("seo.hreflang", "", "na"),
    ("seo.hreflang", '<link rel=alternate hreflang=de-AT href="https://a.example/">', "pass"),
    ("seo.hreflang", '<link rel=alternate hreflang=x-default href="https://a.example/">', "pass"),
    ("seo.hreflang", '<link rel=alternate hreflang=english href="https://a.example/">', "fail"),
    ("seo.hreflang", '<link rel=alternate hreflang=en_US href="https://a.example/">', "fail"),
    ("seo.hreflang", '<link rel=alternate hreflang="" href="https://a.example/">', "fail"),
    ("seo.hreflang", '<link rel=alternate hreflang=de href="/de/">', "fail"),
    ("seo.hreflang", '<link rel=alternate hreflang=de href="//a.example/">', "fail"),
    ("seo.hreflang", "<link rel=alternate hreflang=%s href=x>" % ("a-" * 5000), "fail"),
    ("seo.viewport", '<meta name=viewport content="width=device-width, initial-scale=1">', "pass"),
    ("seo.viewport", '<meta name=viewport content="initial-scale=1;WIDTH = 320">', "pass"),
    ("seo.viewport", '<meta name=viewport content="initial-scale=1">', "fail"),
    ("seo.viewport", '<meta name=viewport content="width=">', "fail"),
    ("seo.viewport", "", "fail"),
    ("seo.h1", "<h1>Boots</h1>", "pass"),
    ("seo.h1", "<h1><img alt='Boots & Co'></h1>", "pass"),
    ("seo.h1", "<h1> </h1>", "fail"),
    ("seo.h1", "<h2>Boots</h2>", "fail"),
    ("seo.h1", "<h1>Boots</h1><h1>Shoes</h1>", "warn"),
    ("seo.content-thin", "<p>" + "word " * 100, "pass"),
    ("seo.content-thin", "<p>" + "word " * 99, "info"),
    ("seo.content-thin", "<article><p>" + "word " * 99 + "</article>", "warn"),
    ("seo.content-thin", "<meta property=og:type content=article><p>" + "word " * 50, "warn"),
    ("seo.content-thin", "<p>few</p><nav>" + "word " * 200 + "</nav>", "info"),
    ("seo.content-thin", "<p>few</p><script>" + "word " * 200 + "</script>", "info"),
    ("seo.content-thin", "<main>few</main><p>" + "word " * 200, "info"),
    ("seo.content-thin", "<p>" + "靴" * 200, "pass"),
    ("seo.content-thin", "<p>" + "靴" * 199, "info"),
]  # fmt: skip
OPEN_GRAPH = {
    "og:title": "Boots",
    "og:type": "website",
    "og:image": "https://a.example/b.png",
    "og:url": "https://a.example/",
}


@pytest.mark.parametrize(("check_id", "head", "expected"), HEAD_ROWS)
def test_a_page_is_judged_by_its_markup(check_id: str, head: str, expected: str) -> None:
    verdict = judge(CHECKS[check_id], html(f"<!doctype html>{head}"))

    assert verdict.status == expected
    assert bool(verdict.findings) == (expected in {"warn", "fail", "info"})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "pass"),
        ({"og:url": ""}, "warn"),
        (dict.fromkeys(OPEN_GRAPH, ""), "warn"),
        ({"og:image": "/b.png"}, "fail"),
        ({"og:image": "javascript:alert(1)"}, "fail"),
    ],
)
def test_open_graph_needs_four_properties(change: dict[str, str], expected: str) -> None:
    tags = "".join(
        f'<meta property="{name}" content="{value}">'
        for name, value in (OPEN_GRAPH | change).items()
    )

    assert judge(CHECKS["seo.open-graph"], html(tags)).status == expected


@pytest.mark.parametrize(
    ("url", "flaws"),
    [
        ("https://a.example/", 0),
        ("https://a.example/boots/red-42", 0),
        ("https://a.example/%C3%A4?Q=A_B", 0),
        ("https://a.example/" + "a" * 98, 1),
        ("https://a.example/" + "a" * 97, 0),
        ("https://a.example/Boots", 1),
        ("https://a.example/red_boots", 1),
        ("https://a.example/?PHPSESSID=1", 1),
        ("https://a.example/a;jsessionid=1?x", 1),
        ("https://a.example/?a=1&b=2&c=3", 0),
        ("https://a.example/?a=1&b=2&c=3&d=4", 1),
        ("https://a.example/Red_Boots?sid=1&b&c&d", 4),
    ],
)
def test_addresses_are_judged_by_how_they_are_written(url: str, flaws: int) -> None:
    verdict = judge(CHECKS["seo.url"], html("x", url=url))

    assert len(verdict.findings) == flaws
    assert verdict.status == ("warn" if flaws else "pass")


@pytest.mark.parametrize(
    ("head", "link", "url", "expected"),
    [
        ("", None, "/a", "na"),
        ("<link rel=canonical href='https://shop.example/a'>", None, "/a", "pass"),
        ("<link rel='CANONICAL nofollow' href='https://shop.example/a'>", None, "/a", "pass"),
        ("<link rel=canonical href='/a'>", None, "/a", "fail"),
        ("<link rel=canonical href='//shop.example/a'>", None, "/a", "fail"),
        ("<link rel=canonical href='https://'>", None, "/a", "fail"),
        ("<link rel=canonical href='https://[::1'>", None, "/a", "fail"),
        ("<link rel=canonical href=''>", None, "/a", "fail"),
        ("<link rel=canonical href='https://shop.example/a'>" * 2, None, "/a", "pass"),
        (
            "<link rel=canonical href='https://shop.example/a'>",
            '<https://shop.example/b>; rel="canonical"',
            "/a",
            "fail",
        ),
        ("", '<https://shop.example/a>; rel="canonical"', "/a", "pass"),
        ("", "</a>; rel=canonical", "/a", "fail"),
        ("<link rel=canonical href='https://shop.example/'>", None, "/a", "fail"),
        ("<link rel=canonical href='https://shop.example/'>", None, "/", "pass"),
        ("<link rel=canonical href='https://shop.example/'>", None, "/index.html", "pass"),
        (
            (
                "<link rel=canonical href='https://shop.example/en'>"
                "<link rel=alternate hreflang=en href='https://shop.example/en'>"
                "<link rel=alternate hreflang=de href='https://shop.example/de'>"
            ),
            None,
            "/de",
            "fail",
        ),
        ("<body><p><link rel=canonical href='/late'>", None, "/a", "na"),
    ],
)
def test_the_canonical_address_is_one_absolute_and_its_own(
    head: str, link: str | None, url: str, expected: str
) -> None:
    headers = [("Link", link)] if link else []
    one = html(head, url=f"https://shop.example{url}", headers=headers)

    assert judge(CHECKS["seo.canonical"], one).status == expected


def test_a_single_page_that_points_home_is_no_fault_of_a_whole_site() -> None:
    home = "<link rel=canonical href='https://shop.example/'>"
    own = "<link rel=canonical href='https://shop.example/b'>"
    inspect = CHECKS["seo.canonical"].inspect_page
    assert inspect
    mixed = site(html(home, url="https://shop.example/a"), html(own, url="https://shop.example/b"))
    all_home = site(
        html(home, url="https://shop.example/a"), html(home, url="https://shop.example/b")
    )

    assert inspect(mixed.page, mixed).status == "pass"
    assert inspect(all_home.page, all_home).status == "fail"


@pytest.mark.parametrize(
    ("head", "headers", "robots", "expected"),
    [
        ("", [], None, "pass"),
        ("<meta name=robots content='index, follow'>", [], None, "pass"),
        ("<meta name=ROBOTS content='NOINDEX'>", [], None, "fail"),
        ("<meta name=robots content=none>", [], None, "fail"),
        ("<meta name=googlebot content=noindex>", [], None, "pass"),
        ("", ["noindex, nofollow"], None, "fail"),
        ("", ["googlebot: noindex"], None, "pass"),
        ("", ["max-snippet: 20, noindex"], None, "fail"),
        ("", ["unavailable_after: Wed, 03 Dec 2025 13:09:53 GMT"], None, "fail"),
        ("", ["unavailable_after: 2027-01-01"], None, "pass"),
        ("", ["unavailable_after: 2026-01-01, nofollow"], None, "fail"),
        ("", ["unavailable_after: soon"], None, "pass"),
        ("", [], "User-agent: *\nDisallow: /", "fail"),
        ("", [], "User-agent: *\nDisallow: /a\nAllow: /a/b", "pass"),
        ("", [], "User-agent: *\nDisallow: /\n\nUser-agent: Googlebot\nAllow: /", "pass"),
        (
            "<meta name=googlebot content=noindex>",
            [],
            "User-agent: *\nDisallow: /\n\nUser-agent: Googlebot\nAllow: /",
            "fail",
        ),
    ],
)
def test_a_page_is_lost_only_when_every_crawler_is_kept_out(
    head: str, headers: Sequence[str], robots: str | None, expected: str
) -> None:
    one = html(
        head,
        url="https://shop.example/a/b",
        headers=[("X-Robots-Tag", value) for value in headers],
    )
    file = answer(robots, content_type="text/plain") if robots else None

    assert judge(CHECKS["seo.indexable"], one, robots=file).status == expected


def test_a_crawler_that_alone_is_kept_out_is_named_although_the_check_passes() -> None:
    verdict = judge(CHECKS["seo.indexable"], html("<meta name=googlebot content=noindex>"))

    assert [finding.data["crawler"] for finding in verdict.findings] == ["googlebot"]


def test_a_robots_file_that_answered_404_keeps_nobody_out() -> None:
    missing = answer("User-agent: *\nDisallow: /", status=404)

    assert judge(CHECKS["seo.indexable"], html(""), robots=missing).status == "pass"


def ld(*values: object) -> str:
    return "".join(
        f'<script type="application/ld+json">{json.dumps(value)}</script>' for value in values
    )


SCHEMA = {"@context": "https://schema.org"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "na"),
        (ld({**SCHEMA, "@type": "Article"}), "pass"),
        (ld([{**SCHEMA, "@type": "Article"}]), "pass"),
        (ld({**SCHEMA, "@graph": [{"@type": "Person"}, {"@id": "#x"}]}), "pass"),
        (ld({**SCHEMA, "@graph": [{"name": "x"}]}), "fail"),
        (ld({"@type": "Article"}), "fail"),
        (ld({**SCHEMA, "name": "x"}), "fail"),
        (ld(["x"]), "fail"),
        (ld(3), "fail"),
        ('<script type="application/ld+json">{"a":1,}</script>', "fail"),
        ('<script type="application/ld+json"></script>', "fail"),
        ('<script type="Application/LD+JSON; charset=utf-8">{</script>', "fail"),
        ('<script type="application/ld+json">' + "[" * 100_000 + "</script>", "fail"),
        ('<p itemscope itemtype="https://schema.org/Person"><b itemprop=name>A</b></p>', "pass"),
        ("<div itemscope><b itemprop=name>A</b></div>", "fail"),
        ('<div vocab="https://schema.org/" typeof=Person><b property=name>A</b></div>', "pass"),
        ('<div vocab="https://schema.org/" typeof><b property=name>A</b></div>', "fail"),
    ],
)  # fmt: skip
def test_structured_data_must_parse_and_name_its_types(body: str, expected: str) -> None:
    assert judge(CHECKS["seo.structured-data-syntax"], html(body)).status == expected


@pytest.mark.parametrize(
    ("body", "expected", "told"),
    [
        ("", "na", []),
        (ld({**SCHEMA, "@type": "Person"}), "na", []),
        (ld({**SCHEMA, "@type": "FAQPage", "mainEntity": [{"@type": "Question"}]}), "pass", []),
        (ld({**SCHEMA, "@type": "FAQPage", "mainEntity": []}), "fail", ["mainEntity"]),
        (ld({**SCHEMA, "@type": "LocalBusiness", "name": "A", "address": "B"}), "warn",
         ["telephone", "url"]),
        (ld({**SCHEMA, "@type": ["Product", "Car"], "name": "A"}), "fail",
         ["offers", "image", "description"]),
        (ld({**SCHEMA, "@graph": [{"@type": "schema:BreadcrumbList"}]}), "fail",
         ["itemListElement"]),
        ('<div itemscope itemtype="http://schema.org/Event"><b itemprop=name>A</b></div>', "fail",
         ["startDate", "location", "description", "endDate", "image", "eventStatus"]),
        ('<div vocab="http://schema.org/" typeof=FAQPage><b property=name>A</b></div>', "fail",
         ["mainEntity"]),
    ],
)  # fmt: skip
def test_rich_results_need_their_properties(body: str, expected: str, told: list[str]) -> None:
    verdict = judge(CHECKS["seo.structured-data-required"], html(body))

    assert verdict.status == expected
    assert len(verdict.findings) == len(told)
    for finding, name in zip(verdict.findings, told, strict=True):
        assert name in finding.message


PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("head", "icon", "expected"),
    [
        ("<link rel='shortcut icon' href='/i.png'>", None, "pass"),
        ("<link rel=icon href=''>", answer(PNG, content_type="image/png"), "pass"),
        ("", answer(PNG, content_type=None), "pass"),
        ("", answer("<html>", content_type="text/html"), "warn"),
        ("", answer(PNG, content_type="image/png", status=404), "warn"),
        ("", answer(b"", content_type="image/png"), "warn"),
        ("", no_answer(), "warn"),
        ("", None, "error"),
    ],
)
def test_an_icon_is_linked_or_lies_at_its_usual_place(
    head: str, icon: object, expected: str
) -> None:
    assert judge(CHECKS["seo.favicon"], html(head), favicon=icon).status == expected


def test_what_is_no_html_is_not_judged_as_html() -> None:
    text = page(answer("plain", content_type="text/plain"))
    gone = page(no_answer())

    for check in CHECKS.values():
        if check.inspect_page and check.id.startswith(("seo.t", "seo.m", "seo.h1", "html.")):
            assert judge(check, text).status == "na"
            assert judge(check, gone).status == "na"
