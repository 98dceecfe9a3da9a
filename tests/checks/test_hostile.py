"""No page, however broken, may make a rule raise or run away."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.facts_by_hand import answer, page, site
from haulier.checks.base import Status
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.recipe import Recipe, web_recipe
from haulier.checks.run import run

OURS = web_recipe().select(categories=["seo", "performance", "best-practices", "links"])
TAGS = [
    "a", "form", "b", "p", "table", "td", "title", "meta", "link", "script", "img", "h1", "svg",
    "template", "html", "head", "body", "base", "iframe", "select", "button", "video", "no-such",
]  # fmt: skip
ATTRIBUTES = [
    "href", "rel", "name", "content", "hreflang", "itemscope", "itemtype", "itemprop", "typeof",
    "property", "vocab", "type", "src", "srcset", "id", "charset", "http-equiv", "onclick",
    "loading", "width", "style", "target", "lang", "xmlns", "prefix", "about", "resource",
]  # fmt: skip
VALUES = [
    "", "canonical", "alternate", "description", "viewport", "robots", "application/ld+json",
    "https://[::1", "//x", "javascript:void(0)", "#a", "http://\x00", "x" * 300, "\u202e", "%zz",
    "unavailable_after: 9999", "de-", "https://xn--zz/", "data:,x", "lazy", "_blank", "{}[",
]  # fmt: skip
attributes = st.lists(
    st.tuples(st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES) | st.text(max_size=20)),
    max_size=4,
)


def tag(slash: str, name: str, pairs: list[tuple[str, str]], text: str) -> str:
    written = "".join(f' {key}="{value}"' for key, value in pairs)
    return f"<{slash}{name}{written}>{text}"


tags = st.builds(
    tag, st.sampled_from(["", "", "/"]), st.sampled_from(TAGS), attributes, st.text(max_size=20)
)
markup = st.lists(tags, max_size=25).map("".join) | st.text(max_size=200)
header_text = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
HEADERS = [
    "Link", "X-Robots-Tag", "Cache-Control", "Expires", "ETag", "Content-Encoding", "Date",
    "Location", "Content-Type",
]  # fmt: skip


def undecided(facts: SiteFacts, recipe: Recipe) -> list[str]:
    """The checks that ended in an error because their rule raised."""
    return [
        f"{result.check.id}: {judgement.verdict.findings[0].message}"
        for result in run(facts, recipe)
        for judgement in result.judgements
        if judgement.verdict.status is Status.ERROR
        and "could not be decided" in judgement.verdict.findings[0].message
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(markup, st.lists(st.tuples(st.sampled_from(HEADERS), header_text), max_size=4), header_text)
def test_no_rule_raises_on_arbitrary_html_and_headers(
    body: str, headers: list[tuple[str, str]], path: str
) -> None:
    url = f"https://shop.example/{path}"
    exchange = answer(body.encode("utf-8", "replace"), headers=headers, url=url)

    assert undecided(site(page(exchange)), OURS) == []


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300), st.sampled_from([0, 200, 301, 404, 500]))
def test_no_rule_raises_on_arbitrary_bytes_anywhere(body: bytes, other: bytes, status: int) -> None:
    exchange = answer(other, status=status, content_type="text/plain")
    facts = site(
        page(answer(body)),
        robots=exchange,
        sitemaps=(exchange,),
        favicon=exchange,
        missing_path=exchange,
        assets=(exchange,),
    )

    assert undecided(facts, OURS) == []


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<div>" * (MEGABYTE // 5),
        "<a href=#>" * (MEGABYTE // 10),
        "<p>" * (MEGABYTE // 6),
        "<" * MEGABYTE,
        "<p " + " ".join(f"a{number}" for number in range(150_000)),
        "<select>" + "<option>" * (MEGABYTE // 8),
        "<svg>" + "<g " * (MEGABYTE // 3),
        "a " * (MEGABYTE // 2),
        "<p itemscope>" * 5000,
        "<img src=x id=a onclick=b>" * 5000,
        "<script type=application/ld+json>" + "[" * MEGABYTE,
        "<title>" + "\x00" * MEGABYTE,
        "<meta name=robots content='" + "unavailable_after:" * 50_000 + "'>",
        "<link rel=alternate hreflang=de href=x>" * 5000,
    ],
    ids=lambda body: body[:20],
)
def test_huge_pages_are_judged_without_running_away(body: str) -> None:
    huge: Page = page(answer(body, headers=[("Link", "<a>;" * 5000), ("Link", '<a>;a="' * 5000)]))

    assert undecided(site(huge), OURS) == []
