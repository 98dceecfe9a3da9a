from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from checks.facts_by_hand import answer, html, no_answer, page, site
from haulier.checks.base import PASSED
from haulier.checks.document import (
    elements,
    finding_at,
    findings_at,
    html_only,
    meta_content,
    selector_of,
    start_tag,
    walk,
)
from haulier.checks.facts import Page


def first(markup: str, selector: str) -> LexborNode:
    node = LexborHTMLParser(markup).css_first(selector)
    assert node
    return node


def test_a_selector_names_up_to_three_elements_and_ends_at_an_id() -> None:
    assert selector_of(first("<main><div class='card big'><p><b>x", "b")) == "div.card > p > b"
    assert selector_of(first("<main><div id=top><p><b>x", "b")) == "div#top > p > b"
    assert selector_of(first("<p>", "html")) == "html"


def test_a_start_tag_is_shown_without_its_content_and_bounded() -> None:
    assert start_tag(first('<a href="/x" hidden>secret</a>', "a")) == '<a href="/x" hidden>'
    assert len(start_tag(first(f'<a href="{"x" * 9000}">', "a"))) == 200


def test_a_finding_shows_the_text_directly_in_an_element_but_no_code() -> None:
    assert finding_at(first("<a href=/x> click <b>deep</b></a>", "a"), "m").snippet == (
        '<a href="/x">click'
    )
    assert finding_at(first("<script src=x>go()</script>", "script"), "m").snippet == (
        '<script src="x">'
    )


def test_findings_beyond_the_limit_share_one_object() -> None:
    nodes = LexborHTMLParser("<p>" * 60).css("p")

    findings = findings_at(nodes, "m")

    assert len(findings) == 60
    assert findings[50] is findings[59]


def test_only_html_with_a_body_reaches_a_rule() -> None:
    rule = html_only(lambda _page, _facts: PASSED)

    def status_of(one: Page) -> str:
        return rule(one, site(one)).status

    assert status_of(html("<p>")) == "pass"
    assert status_of(html("")) == "na"
    assert status_of(page(answer("<p>", content_type="text/plain"))) == "na"
    assert status_of(page(answer("<p>", content_type=None))) == "na"
    assert status_of(page(no_answer())) == "na"


def test_the_first_meta_of_a_name_in_the_head_counts() -> None:
    markup = "<meta name=Author content=' a  b '><meta name=author content=c>"

    assert meta_content(html(markup), "author") == "a b"
    assert meta_content(html(f"<body><p>{markup}"), "author") is None


def test_walking_leaves_out_named_subtrees_and_tells_depths() -> None:
    body = LexborHTMLParser("<div><nav><p>x</p></nav><p>y<b>z</b></p></div><i></i>").body

    found = [(node.tag, depth) for node, depth in walk(body, ["nav"])]

    assert found == [("div", 1), ("p", 2), ("-text", 3), ("b", 3), ("-text", 4), ("i", 1)]


def test_walking_nothing_ends_at_once() -> None:
    assert list(walk(None)) == []
    assert list(elements(LexborHTMLParser("").body)) == []


@given(st.lists(st.sampled_from(["<div>", "</div>", "<p>", "<b>", "</b>", "x", "<br>"])))
def test_walking_visits_every_element_once_in_document_order(parts: list[str]) -> None:
    tree = LexborHTMLParser("".join(parts))

    assert [node.mem_id for node in elements(tree.root)] == [
        node.mem_id for node in tree.css("*") if node.tag != "html"
    ]
