import base64
import hashlib
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from checks.facts_by_hand import answer, fixed, html, no_answer, page, site, status
from checks.test_report import report_of
from haulier.checks.base import Check, Finding, Observed, Status, Verdict
from haulier.checks.report import from_json, to_json
from haulier.checks.report_html import render_html

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}</style></title>\u202e"


def first(tree: LexborHTMLParser, selector: str) -> LexborNode:
    node = tree.css_first(selector)
    assert node
    return node


def hostile_checks() -> list[Check]:
    finding = Finding(
        message=HOSTILE,
        selector=HOSTILE,
        header=HOSTILE,
        url="javascript:alert(1)",
        snippet=HOSTILE,
        line=1,
    )
    observed = Observed(
        test="x-frame-options", result="r", passes=False, modifier=-20, evidence=HOSTILE
    )
    return [
        fixed(
            f"seo.{word}",
            Verdict(status=Status(word), findings=(finding,), observed=observed),
        )
        for word in ("fail", "warn", "pass", "na", "error", "info")
    ]


def test_hostile_page_content_stays_text() -> None:
    facts = site(html("", url="javascript:alert(1)//" + HOSTILE))

    document = render_html(report_of(facts, *hostile_checks()))

    tree = LexborHTMLParser(document)
    assert not tree.css("script, img, iframe, object, embed, form, base, link")
    assert len(tree.css("style")) == 1
    for node in tree.css("*"):
        assert not any(name.startswith("on") or name == "style" for name in node.attributes)
        assert not (node.attributes.get("href") or "").lower().startswith("javascript")
    assert "49" not in first(tree, ".findings").text()
    assert first(tree, ".findings bdi").text() == HOSTILE


def test_its_policy_allows_its_own_style_and_nothing_else() -> None:
    document = render_html(report_of(site(), fixed("seo.a", status("pass"))))

    tree = LexborHTMLParser(document)
    policy = first(tree, "meta[http-equiv=Content-Security-Policy]").attributes["content"]
    css = re.search(r"<style>(.*?)</style>", document, re.DOTALL)
    assert css
    assert policy
    digest = base64.b64encode(hashlib.sha256(css[1].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "url(" not in css[1]
    assert "@import" not in css[1]


def test_failing_checks_come_first_and_the_heaviest_of_them_on_top() -> None:
    checks = [
        fixed("seo.light", status("fail"), weight=1),
        fixed("seo.heavy", status("fail"), weight=10),
        fixed("seo.middling", status("warn"), weight=7),
        fixed("seo.fine", status("pass"), weight=7),
    ]

    tree = LexborHTMLParser(render_html(report_of(site(), *checks)))

    order = [node.attributes["id"] for node in tree.css("article")]
    assert order == ["seo.heavy", "seo.light", "seo.middling"]
    folded = first(tree, "details")
    assert "seo.fine" in folded.text()
    assert "open" not in folded.attributes


def test_every_category_with_a_score_has_a_dial_that_says_its_number() -> None:
    checks = [
        fixed("seo.a", status("pass")),
        fixed("links.a", status("fail"), category="links"),
        fixed("html.a", status("warn"), category="best-practices"),
    ]

    tree = LexborHTMLParser(render_html(report_of(site(), *checks)))

    assert [node.attributes["aria-label"] for node in tree.css(".dials svg")] == [
        "Search: 100 of 100",
        "Best practices: 50 of 100",
        "Links: 0 of 100",
    ]


def test_a_report_without_any_answer_can_be_shown() -> None:
    document = render_html(report_of(site(page(no_answer())), fixed("seo.a", status("na"))))

    assert "no grade" in document
    assert "Nothing failed." in document


def test_more_than_fifty_findings_of_a_check_are_summed_up() -> None:
    many = Verdict(status=Status.FAIL, findings=tuple(Finding(message="x") for _ in range(70)))
    facts = site(html("a"), html("b"))

    tree = LexborHTMLParser(render_html(report_of(facts, fixed("seo.a", many))))

    assert len(tree.css(".findings li")) == 50
    assert "And 90 more." in first(tree, "article").text()


def test_the_same_report_read_back_from_json_renders_the_same() -> None:
    report = report_of(site(), *hostile_checks())

    assert render_html(from_json(to_json(report))) == render_html(report)


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=80))
def test_any_text_can_be_shown(text: str) -> None:
    verdict = Verdict(status=Status.FAIL, findings=(Finding(message=text, snippet=text),))

    document = render_html(report_of(site(page(answer())), fixed("seo.a", verdict)))

    document.encode()
    assert not LexborHTMLParser(document).css("script")
