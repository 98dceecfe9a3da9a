import pytest

from checks.facts_by_hand import html, judge
from haulier.checks.recipe import web_recipe

CHECKS = {check.id: check for check in web_recipe().checks}
ROWS = [
    ("links.text", "<p>", "na"),
    ("links.text", "<a href=/a>Winter boots</a>", "pass"),
    ("links.text", "<a href=/a> Click\n HERE! </a>", "fail"),
    ("links.text", "<a href=/a>Read more …</a>", "fail"),
    ("links.text", "<a href=/a aria-label='More on boots'>More</a>", "pass"),
    ("links.text", "<a href=#a>here</a>", "na"),
    ("links.text", "<html lang=de><a href=/a>hier</a>", "fail"),
    ("links.text", "<html lang=en><a href=/a>hier</a>", "pass"),
    ("links.text", "<html lang=en><p lang=de-AT><a href=/a>hier</a>", "fail"),
    ("links.text", "<a href=/a>hier</a>", "fail"),
    ("links.text", "<html lang=fi><a href=/a>here</a>", "fail"),
    ("links.text", "<a href=/a>" + "here " * 1000 + "</a>", "pass"),
    ("links.crawlable", "<p><a name=x>x</a>", "na"),
    ("links.crawlable", "<a href=/a>x</a><a href=''>y</a><a href=#z>z</a>", "pass"),
    ("links.crawlable", "<a href='mailto:a@shop.example'>x</a>", "pass"),
    ("links.crawlable", "<a href='javascript:void(0)'>x</a>", "fail"),
    ("links.crawlable", "<a href=' JavaScript:;'>x</a>", "fail"),
    ("links.crawlable", "<a href='file:///C:/boots.html'>x</a>", "fail"),
    ("links.crawlable", "<a href='https://[::1'>x</a>", "fail"),
    ("links.crawlable", "<a href='http://'>x</a>", "fail"),
    ("links.crawlable", "<base href='https://[::1'><a href='/a'>x</a>", "pass"),
    ("links.opener", "<a href=/a>x</a>", "na"),
    ("links.opener", "<a target=_blank href=/a>x</a>", "pass"),
    ("links.opener", "<a target=_blank href=https://other.example/>x</a>", "warn"),
    ("links.opener", "<a target=_BLANK href=//other.example/>x</a>", "warn"),
    ("links.opener", "<a target=_blank rel='nofollow NoOpener' href=//other.example>x</a>", "pass"),
    ("links.opener", "<a target=_blank rel=noreferrer href=//other.example>x</a>", "pass"),
    ("links.opener", "<a target=_blank href='mailto:a@shop.example'>x</a>", "pass"),
    ("links.protocol-relative", "<p>", "na"),
    ("links.protocol-relative", "<a href=/a>x</a><img src=b>", "pass"),
    ("links.protocol-relative", "<script src=//cdn.example/x.js></script>", "warn"),
    ("links.protocol-relative", "<link href=' //cdn.example/x.css'>", "warn"),
    ("links.fragment", "<a href=/a>x</a>", "na"),
    ("links.fragment", "<a href=#>x</a><a href=#TOP>x</a>", "na"),
    ("links.fragment", "<a href=#a>x</a><p id=a>", "pass"),
    ("links.fragment", "<a href=#a>x</a><a name=a></a>", "pass"),
    ("links.fragment", "<a href=#a>x</a><p id=A>", "warn"),
    ("links.fragment", "<a href='#%C3%A4'>x</a><p id=ä>", "pass"),
    ("links.fragment", "<a href='https://shop.example/#a'>x</a>", "warn"),
    ("links.fragment", "<a href='/other#a'>x</a>", "na"),
    ("links.fragment", "<a href='#/route'>x</a><a href='#!x'>y</a>", "na"),
    ("links.fragment", "<a href='#:~:text=boots'>y</a>", "na"),
]


@pytest.mark.parametrize(("check_id", "body", "expected"), ROWS)
def test_links_are_judged_by_text_and_target(check_id: str, body: str, expected: str) -> None:
    assert judge(CHECKS[check_id], html(f"<!doctype html>{body}")).status == expected
