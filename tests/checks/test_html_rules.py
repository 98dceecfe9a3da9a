import pytest

from checks.facts_by_hand import answer, judge, page
from haulier.checks.recipe import web_recipe

CHECKS = {check.id: check for check in web_recipe().checks}
HTML = "text/html"
UTF8 = "text/html; charset=utf-8"
TRANSITIONAL = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
)
ROWS = [
    ("html.doctype", "<!doctype html><p>", "pass"),
    ("html.doctype", "\n<!-- note --><!DOCTYPE HTML><p>", "pass"),
    ("html.doctype", '<!DOCTYPE html SYSTEM "about:legacy-compat"><p>', "pass"),
    ("html.doctype", "<p>", "fail"),
    ("html.doctype", TRANSITIONAL, "fail"),
    ("html.doctype", '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">', "fail"),
    ("html.doctype", "<p><!doctype html>", "fail"),
    ("html.parse-errors", "<!doctype html><title>x</title><p>fine", "pass"),
    ("html.parse-errors", "<!doctype html><a href='?a=1&b=2'>x</a>", "pass"),
    ("html.parse-errors", "<p>no doctype is another check's matter", "pass"),
    ("html.parse-errors", "<!doctype html><b><p>x</b></p>", "warn"),
    ("html.parse-errors", "<!doctype html>" + "</p>" * 20, "warn"),
    ("html.parse-errors", "<!doctype html>" + "</p>" * 21, "fail"),
    ("html.parse-errors", "<!doctype html><table><template><td></template></table>", "info"),
    ("html.deprecated", "<p>x", "pass"),
    ("html.deprecated", "<center>x</center>", "warn"),
    ("html.deprecated", "<FONT color=red>x</FONT><marquee>y</marquee>", "warn"),
    ("html.duplicate-id", "<p id=a><p id=b>", "pass"),
    ("html.duplicate-id", "<p id=a><p id=A>", "pass"),
    ("html.duplicate-id", "<p id><p id=''>", "pass"),
    ("html.duplicate-id", "<p id=a><b id=a></b>", "warn"),
    ("html.inline-handlers", "<p class=onclick data-onclick=x>", "pass"),
    ("html.inline-handlers", "<p onclick='go()'>", "warn"),
    ("html.inline-handlers", "<body onload=go()>", "warn"),
    ("html.inline-handlers", "<a href='javascript:void(0)'>x</a>", "warn"),
    ("html.inline-handlers", "<a href=' java\tscript:go()'>x</a>", "warn"),
    ("html.inline-handlers", "<svg><a xlink:href='javascript:go()'>x</a></svg>", "warn"),
    ("html.inline-handlers", "<a href='/javascript:x'>x</a>", "pass"),
    ("html.nested-forms", "<!doctype html><form></form><form></form>", "pass"),
    ("html.nested-forms", "<!doctype html><form><div><form></form></div></form>", "fail"),
    ("html.nested-forms", "<!doctype html><a href=/>x<b><a href=/>y</a></b></a>", "fail"),
    ("html.nested-forms", "<!doctype html><a href=/><button>x</button></a>", "fail"),
    ("html.nested-forms", "<!doctype html><a name=x></a><button>x</button>", "pass"),
    ("html.bom", "<p>x", "pass"),
    ("html.bom", "\ufeff<p>x", "warn"),
    ("html.bom", "<p>\ufeffx", "pass"),
]


@pytest.mark.parametrize(("check_id", "body", "expected"), ROWS)
def test_markup_is_judged_as_it_was_sent(check_id: str, body: str, expected: str) -> None:
    verdict = judge(CHECKS[check_id], page(answer(body)))

    assert verdict.status == expected


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (UTF8, b"<meta charset=utf-8>", "pass"),
        (UTF8, b"x", "pass"),
        (HTML, b"<meta charset=UTF8>", "pass"),
        (HTML, b"\xef\xbb\xbfx", "pass"),
        (HTML, b"x", "fail"),
        (HTML, b" " * 1100 + b"<meta charset=utf-8>", "fail"),
        ("text/html; charset=latin1", b"x", "warn"),
        (HTML, b"<meta charset=windows-1252>", "warn"),
        (UTF8, b"<meta charset=latin1>", "warn"),
        ("text/html; charset=utf8", b"<meta charset=UTF-8>", "pass"),
        ("text/html; charset=klingon", b"x", "warn"),
        (HTML, b"\xff\xfex\x00", "warn"),
    ],
)
def test_the_encoding_is_declared_once_and_as_utf_8(
    content_type: str, body: bytes, expected: str
) -> None:
    one = page(answer(body, content_type=content_type))

    assert judge(CHECKS["html.charset"], one).status == expected


def test_every_second_holder_of_an_id_is_found() -> None:
    one = page(answer("<p id=a><p id=a><p id=b><p id=a>"))

    assert len(judge(CHECKS["html.duplicate-id"], one).findings) == 2


def test_a_parse_error_is_told_with_its_line() -> None:
    one = page(answer("<!doctype html>\n<p>\n</b>"))

    assert [f.line for f in judge(CHECKS["html.parse-errors"], one).findings] == [3]
