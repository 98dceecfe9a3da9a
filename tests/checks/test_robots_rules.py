import gzip

import pytest

from checks.facts_by_hand import answer, judge, no_answer
from haulier.checks.base import Check
from haulier.checks.facts import Exchange
from haulier.checks.recipe import web_recipe

CHECKS: dict[str, Check] = {check.id: check for check in web_recipe().checks}
ROBOTS_URL = "https://shop.example/robots.txt"
SITEMAP_URL = "https://shop.example/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def robots(text: str | bytes, *, status: int = 200, truncated: bool = False) -> Exchange:
    return answer(
        text, url=ROBOTS_URL, content_type="text/plain", status=status, truncated=truncated
    )


def sitemap(
    body: str | bytes,
    content_type: str = "application/xml",
    *,
    status: int = 200,
    truncated: bool = False,
) -> Exchange:
    return answer(
        body, url=SITEMAP_URL, content_type=content_type, status=status, truncated=truncated
    )


def urlset(*entries: str, namespace: str = NAMESPACE) -> str:
    return f'<?xml version="1.0"?><urlset {namespace}>{"".join(entries)}</urlset>'


def entry(path: str = "/", lastmod: str | None = None, host: str = "https://shop.example") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod is not None else ""
    return f"<url><loc>{host}{path}</loc>{changed}</url>"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (robots("", status=200), "pass"),
        (robots("", status=404), "pass"),
        (robots("", status=403), "pass"),
        (robots("", status=429), "fail"),
        (robots("", status=500), "fail"),
        (robots("", status=503), "fail"),
        (robots("", status=301), "fail"),
        (no_answer("timeout", ROBOTS_URL), "fail"),
        (no_answer("too_many_redirects", ROBOTS_URL), "fail"),
        (None, "error"),
    ],
)
def test_crawlers_must_be_able_to_fetch_robots_txt(file: Exchange | None, expected: str) -> None:
    assert judge(CHECKS["robots.fetch"], robots=file).status == expected


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("# only a comment\n\n", []),
        ("\ufeffUser-agent: *\nDisallow: /a\nAllow: *.html$\nDisallow:\n", []),
        ("USER-AGENT : *\r\nCrawl-delay: 5\r\nSitemap: https://shop.example/s.xml # here", []),
        ("User-agent: *\nDisalow: /a", [2]),
        ("Disallow: /a\nUser-agent: *", [1]),
        ("User-agent:\nDisallow: /", [1]),
        ("User-agent: *\nDisallow: a", [2]),
        ("User-agent: *\nDisallow: /a$b", [2]),
        ("Sitemap: /sitemap.xml", [1]),
        ("User-agent: *\nhello there", [2]),
        ("<html><body>Not found</body></html>", [1]),
        (":\n:", [1, 2]),
    ],
)
def test_every_line_of_robots_txt_is_linted(text: str, lines: list[int]) -> None:
    verdict = judge(CHECKS["robots.syntax"], robots=robots(text))

    assert [finding.line for finding in verdict.findings] == lines
    assert verdict.status == ("fail" if lines else "pass")


def test_without_a_robots_txt_there_is_nothing_to_lint() -> None:
    for check_id in ("robots.syntax", "robots.size", "robots.sitemap"):
        for file in (None, robots("x", status=404), no_answer()):
            assert judge(CHECKS[check_id], robots=file).status == "na"


def test_robots_txt_may_have_500_kib() -> None:
    size = CHECKS["robots.size"]

    assert judge(size, robots=robots(b"#" * 512_000)).status == "pass"
    assert judge(size, robots=robots(b"#" * 512_001)).status == "warn"
    assert judge(size, robots=robots(b"#", truncated=True)).status == "warn"


def test_robots_txt_should_name_a_sitemap() -> None:
    check = CHECKS["robots.sitemap"]

    assert judge(check, robots=robots("sitemap: https://shop.example/s.xml")).status == "pass"
    assert judge(check, robots=robots("# sitemap: https://shop.example/s.xml")).status == "warn"
    assert judge(check, robots=robots("sitemap:")).status == "warn"


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + f"]><urlset {NAMESPACE}><url><loc>https://shop.example/&i;</loc></url></urlset>"
)
OUTSIDE = (
    '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    f"<urlset {NAMESPACE}><url><loc>https://shop.example/&x;</loc></url></urlset>"
)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (sitemap(urlset(entry())), "pass"),
        (sitemap(b"\xef\xbb\xbf" + urlset(entry()).encode()), "pass"),
        (sitemap(urlset()), "pass"),
        (sitemap(f"<sitemapindex {NAMESPACE}><sitemap><loc>{SITEMAP_URL}</loc></sitemap>"
                 "</sitemapindex>"), "pass"),
        (sitemap("https://shop.example/a\nhttps://shop.example/b\n", "text/plain"), "pass"),
        (sitemap(urlset(entry(host="https://other.example"))), "fail"),
        (sitemap(urlset(entry(host=""))), "fail"),
        (sitemap(urlset("<url></url>")), "fail"),
        (sitemap(urlset(entry(), namespace='xmlns="http://example.org/"')), "fail"),
        (sitemap(urlset(entry(), namespace="")), "fail"),
        (sitemap("<rss><channel/></rss>"), "fail"),
        (sitemap("<html><p>Not found</html>", "text/html"), "fail"),
        (sitemap("{}"), "fail"),
        (sitemap(""), "fail"),
        (sitemap(urlset(entry())[:-20]), "fail"),
        (sitemap(urlset(entry(), entry())[:-20], truncated=True), "pass"),
        (sitemap(urlset(entry("/ä")).encode("latin-1")), "fail"),
        (sitemap(gzip.compress(urlset(entry()).encode())), "fail"),
        (sitemap(urlset(*[entry()] * 50_000)), "pass"),
        (sitemap(urlset(*[entry()] * 50_001)), "fail"),
        (sitemap("", status=404), "na"),
        (no_answer("timeout", SITEMAP_URL), "na"),
    ],
)  # fmt: skip
def test_a_sitemap_must_follow_the_protocol(file: Exchange, expected: str) -> None:
    assert judge(CHECKS["sitemap.valid"], sitemaps=(file,)).status == expected


def test_a_sitemap_that_robots_txt_names_must_be_there() -> None:
    named = robots(f"Sitemap: {SITEMAP_URL}")
    verdict = judge(CHECKS["sitemap.valid"], robots=named, sitemaps=(sitemap("", status=404),))

    assert verdict.status == "fail"


@pytest.mark.parametrize("document", [BILLION_LAUGHS, OUTSIDE])
def test_entities_of_a_sitemap_are_never_expanded(document: str) -> None:
    verdict = judge(CHECKS["sitemap.valid"], sitemaps=(sitemap(document),))

    told = repr(verdict)
    assert "root:" not in told
    assert "aaaaaaaaaa" not in told


@pytest.mark.parametrize(
    ("lastmods", "expected"),
    [
        ([None], "na"),
        ([""], "na"),
        (["2026-05-01"], "pass"),
        (["2026", "2026-05", "2026-05-01", "2026-05-01T10:00Z", "2026-05-01T10:00:00+02:00",
          "2026-05-01T10:00:00.123Z"], "pass"),
        (["01.05.2026"], "warn"),
        (["2026-13-01"], "warn"),
        (["2026-05-01 10:00:00"], "warn"),
        (["2026-05-04T23:00:00Z"], "pass"),
        (["2026-06-01"], "warn"),
        (["2026-05-01", "2026-05-01"], "pass"),
        (["2026-05-01", "2026-05-01", "2026-05-01"], "warn"),
        (["2026-05-01", "2026-05-01", "2026-05-02"], "pass"),
    ],
)  # fmt: skip
def test_times_of_change_must_be_believable(lastmods: list[str | None], expected: str) -> None:
    file = sitemap(urlset(*(entry(lastmod=lastmod) for lastmod in lastmods)))

    assert judge(CHECKS["sitemap.lastmod"], sitemaps=(file,)).status == expected


def test_without_sitemaps_nothing_is_said_of_them() -> None:
    assert judge(CHECKS["sitemap.valid"]).status == "na"
    assert judge(CHECKS["sitemap.lastmod"]).status == "na"
