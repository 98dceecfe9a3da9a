from collections.abc import Sequence

import pytest

from checks.facts_by_hand import URL, answer, html, judge, no_answer, page
from haulier.checks.facts import Certificate, Exchange
from haulier.checks.recipe import web_recipe

CHECKS = {check.id: check for check in web_recipe().checks}
KIB = 1024


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (answer("x"), "pass"),
        (answer("x", status=204), "pass"),
        (answer("x", status=301), "warn"),
        (answer("x", status=404), "fail"),
        (answer("x", status=503), "fail"),
        (no_answer(), "fail"),
    ],
)
def test_a_page_should_answer_with_success(exchange: Exchange, expected: str) -> None:
    assert judge(CHECKS["http.status"], page(exchange)).status == expected


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        (["https://a.example/"], "pass"),
        (["http://a.example/", "https://a.example/"], "pass"),
        (["http://a.example/", "https://a.example/", "https://www.a.example/"], "warn"),
        ([f"https://a.example/{n}" for n in range(4)], "warn"),
        ([f"https://a.example/{n}" for n in range(5)], "fail"),
        (["https://a.example/", "http://a.example/"], "fail"),
        (["https://a.example/", "https://a.example/b", "https://a.example/"], "fail"),
    ],
)
def test_redirects_should_be_few_and_never_downgrade(hops: list[str], expected: str) -> None:
    chain = [answer("", url=url, status=301) for url in hops]

    assert judge(CHECKS["http.redirects"], page(*chain)).status == expected


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (answer("Not found", url=f"{URL}nope", status=404), "pass"),
        (answer("Gone", url=f"{URL}nope", status=410), "pass"),
        (answer("Welcome", url=f"{URL}nope"), "fail"),
        (answer("{}", url=f"{URL}nope", content_type="application/json"), "pass"),
        (answer("", url=f"{URL}nope", status=302, headers=[("Location", "/")]), "warn"),
        (answer("", url=f"{URL}nope", status=302, headers=[("Location", "/login")]), "pass"),
        (answer("Welcome", url=URL), "warn"),
        (no_answer(), "error"),
        (None, "error"),
    ],
)
def test_an_unknown_path_should_not_look_like_a_page(
    exchange: Exchange | None, expected: str
) -> None:
    assert judge(CHECKS["http.soft-404"], missing_path=exchange).status == expected


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("text/html; charset=utf-8", "<!doctype html>", "pass"),
        ("text/html", "<!doctype html>", "warn"),
        ("text/html; charset=", "<p>", "warn"),
        (None, "<!doctype html>", "fail"),
        ("", "<p>", "fail"),
        ("text/plain", " \n<!DOCTYPE html>", "fail"),
        ("application/json", "<html>", "fail"),
        ("application/xhtml+xml", "<html>", "pass"),
        ("text/html; charset=utf-8", "%PDF-1.7", "fail"),
        ("application/pdf", "%PDF-1.7", "pass"),
        ("application/octet-stream", "GIF89a", "pass"),
        ("text/html", "", "na"),
    ],
)
def test_the_media_type_must_fit_the_body(
    content_type: str | None, body: str, expected: str
) -> None:
    one = page(answer(body, content_type=content_type))

    assert judge(CHECKS["http.content-type"], one).status == expected


@pytest.mark.parametrize(
    ("size", "coding", "content_type", "expected"),
    [
        (1_400, None, "text/html", "na"),
        (1_401, None, "text/html", "fail"),
        (1_401, "identity", "text/html", "fail"),
        (1_401, "gzip", "text/html", "pass"),
        (50 * KIB, "gzip", "text/html", "pass"),
        (50 * KIB + 1, "gzip", "text/html", "warn"),
        (50 * KIB + 1, "BR", "text/html", "pass"),
        (50 * KIB + 1, "zstd", "application/json", "pass"),
        (50 * KIB + 1, None, "image/svg+xml", "fail"),
        (50 * KIB + 1, None, "image/png", "na"),
    ],
)
def test_text_should_come_compressed(
    size: int, coding: str | None, content_type: str, expected: str
) -> None:
    headers = [("Content-Encoding", coding)] if coding else []
    one = page(answer(b"a" * size, content_type=content_type, headers=headers))

    assert judge(CHECKS["http.compression"], one).status == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], "warn"),
        ([("ETag", '"1"')], "pass"),
        ([("Last-Modified", "Mon, 04 May 2026 10:00:00 GMT")], "pass"),
        ([("Cache-Control", "no-store, no-cache, must-revalidate, max-age=0")], "pass"),
        ([("Cache-Control", ", public ,, max-age=60,")], "pass"),
        ([("Cache-Control", 'private="set-cookie", max-age="60"')], "pass"),
        ([("Cache-Control", "public"), ("Cache-Control", "private")], "fail"),
        ([("Cache-Control", "no-store, max-age=60")], "fail"),
        ([("Cache-Control", "max-age=60, max-age=70")], "fail"),
        ([("Cache-Control", "max-age=60, max-age=60")], "pass"),
        ([("Cache-Control", "max-age=soon")], "fail"),
        ([("Cache-Control", "max-age")], "fail"),
        ([("Cache-Control", "max-age=-1")], "fail"),
        ([("Cache-Control", "public max-age=60")], "fail"),
        ([("Cache-Control", '"')], "fail"),
        ([("Cache-Control", "no-cache, immutable")], "fail"),
        ([("Expires", "0")], "pass"),
        ([("Expires", "Mon, 04 May 2026 10:00:00 GMT")], "pass"),
        ([("Expires", "tomorrow")], "fail"),
    ],
)
def test_what_caches_are_told_must_make_sense(
    headers: Sequence[tuple[str, str]], expected: str
) -> None:
    assert judge(CHECKS["http.cache"], html("x", headers=headers)).status == expected


def asset(*headers: tuple[str, str], status: int = 200) -> Exchange:
    return answer(url=f"{URL}a.css", content_type="text/css", headers=headers, status=status)


WEEK = asset(("Cache-Control", "public, max-age=604800"))
HOUR = asset(("Cache-Control", "max-age=3600"))
NOT_STORED = asset(("Cache-Control", "no-store"))
EXPIRING = asset(
    ("Date", "Mon, 04 May 2026 10:00:00 GMT"), ("Expires", "Mon, 18 May 2026 10:00:00 GMT")
)


@pytest.mark.parametrize(
    ("assets", "expected"),
    [
        ([], "na"),
        ([WEEK], "pass"),
        ([EXPIRING], "pass"),
        ([WEEK, HOUR], "warn"),
        ([HOUR], "warn"),
        ([WEEK, NOT_STORED], "warn"),
        ([NOT_STORED, asset()], "fail"),
        ([asset(("Cache-Control", "max-age=" + "9" * 5000))], "pass"),
        ([asset(("Cache-Control", "max-age=-1"))], "fail"),
        ([asset(("Cache-Control", "max-age"))], "fail"),
        ([asset(status=404), WEEK], "pass"),
        ([asset(status=404)], "na"),
    ],
)
def test_static_files_should_stay_cached_for_a_week(
    assets: Sequence[Exchange], expected: str
) -> None:
    assert judge(CHECKS["http.cache-static"], assets=tuple(assets)).status == expected


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([800.0], "pass"),
        ([801.0], "warn"),
        ([1_800.0], "warn"),
        ([1_801.0], "fail"),
        ([5_000.0, 100.0, 200.0], "pass"),
    ],
)
def test_the_typical_time_to_the_first_byte_decides(times: list[float], expected: str) -> None:
    first, *others = [answer("x", first_byte_ms=time) for time in times]

    assert judge(CHECKS["http.ttfb"], page(first, repeats=others)).status == expected


def test_a_repeat_that_failed_has_no_time() -> None:
    one = page(answer("x", first_byte_ms=100), repeats=[no_answer(), no_answer()])

    assert judge(CHECKS["http.ttfb"], one).status == "pass"
    assert judge(CHECKS["http.ttfb"], page(no_answer())).status == "na"


def test_documents_have_a_moderate_size() -> None:
    def status_of(size: int, *, truncated: bool = False) -> str:
        return judge(
            CHECKS["http.html-size"], page(answer(b"a" * size, truncated=truncated))
        ).status

    assert status_of(200 * KIB) == "pass"
    assert status_of(200 * KIB + 1) == "warn"
    assert status_of(KIB * KIB) == "warn"
    assert status_of(KIB * KIB + 1) == "fail"
    assert status_of(100, truncated=True) == "fail"


def test_a_site_over_tls_should_speak_a_current_http() -> None:
    check = CHECKS["http.http2"]
    old = Certificate(protocol="TLSv1.3", alpn="http/1.1")
    advertises = html("x", headers=[("Alt-Svc", 'h3=":443"; ma=86400')])

    assert judge(check).status == "na"
    assert judge(check, certificate=old).status == "warn"
    assert judge(check, certificate=Certificate(protocol="TLSv1.3", alpn="h2")).status == "pass"
    assert judge(check, advertises, certificate=old).status == "pass"
    assert judge(check, page(answer("x", http_version="HTTP/2")), certificate=old).status == "pass"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>x", "pass"),
        ("<p><b></b></p>" * 30, "pass"),
        ("<div>" * 32, "pass"),
        ("<div>" * 33, "fail"),
        ("<i></i>" * 60, "pass"),
        ("<i></i>" * 61, "fail"),
        (("<div>" + "<i></i>" * 40 + "</div>") * 19, "pass"),
        (("<div>" + "<i></i>" * 40 + "</div>") * 20, "warn"),
        (("<div>" + "<i></i>" * 40 + "</div>") * 34, "warn"),
        (("<div>" + "<i></i>" * 40 + "</div>") * 35, "fail"),
        ("x<!-- -->" * 5000, "pass"),
    ],
)
def test_the_body_should_hold_few_elements(body: str, expected: str) -> None:
    assert judge(CHECKS["html.dom-size"], html(f"<!doctype html>{body}")).status == expected


FOREIGN = "https://cdn.other.example.org/x"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "pass"),
        ("<script src=/a.js></script>" * 3, "pass"),
        ("<script src=/a.js></script>" * 4, "fail"),
        ("<script src=/a.js defer></script>" * 9, "pass"),
        ("<script src=/a.js async></script>" * 9, "pass"),
        ("<script src=/a.js type=module></script>" * 9, "pass"),
        ("<script src=/a.js nomodule></script>" * 9, "pass"),
        ("<script type=text/template src=/a></script>" * 9, "pass"),
        ("<script>inline()</script>" * 9, "pass"),
        ("<script src=https://static.shop.example/a.js></script>", "pass"),
        (f"<script src={FOREIGN}></script>", "warn"),
        (f"<script src={FOREIGN} defer></script>", "pass"),
        (f"<link rel=stylesheet href={FOREIGN}>", "warn"),
        (f"<link rel=stylesheet media=print href={FOREIGN}>", "pass"),
        (f"<link rel='alternate stylesheet' href={FOREIGN}>", "pass"),
        (f"<base href={FOREIGN}><script src=a.js></script>", "warn"),
        (f"<body><p><script src={FOREIGN}></script>", "pass"),
    ],
)
def test_the_head_should_not_make_the_reader_wait(head: str, expected: str) -> None:
    assert judge(CHECKS["html.render-blocking"], html(head or "<p>")).status == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>", "pass"),
        ("<img src=a width=1 height=2>", "pass"),
        ("<img src=a width=100% height=2>", "pass"),
        ("<img src=a width=1>", "warn"),
        ("<img src=a width=auto height=auto>", "warn"),
        ("<video src=a></video>", "warn"),
        ("<iframe src=a></iframe>", "warn"),
        ("<img src=a style='aspect-ratio: 4 / 3'>", "pass"),
        ("<img src=a style='width:1px;height:2px'>", "pass"),
        ("<img src=a style='max-width:1px;height:2px'>", "warn"),
        ("<img src=a style='display:none'>", "pass"),
        ("<img src=a style='position: absolute'>", "pass"),
        ("<img src=a hidden>", "pass"),
    ],
)
def test_media_should_reserve_its_space(body: str, expected: str) -> None:
    assert judge(CHECKS["html.unsized-media"], html(body)).status == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>", "na"),
        ("<img src=a>", "pass"),
        ("<img src=a loading=lazy>", "warn"),
        ("<img src=a loading=eager><img src=b loading=lazy>", "pass"),
        ("<header><img src=a></header><main><img src=b loading=LAZY></main>", "warn"),
    ],
)
def test_the_first_image_should_load_at_once(body: str, expected: str) -> None:
    assert judge(CHECKS["html.lazy-lcp"], html(body)).status == expected
