"""How to see each planted fault in the bytes themselves, without haulier's rules."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import html5lib
import http_sf
import langcodes
from lxml import etree

from testing.evidence import FOREIGN_ORIGIN, PATHS, Seen

Proof = Callable[[Seen], bool]


def is_structured(value: str) -> bool:
    """Whether it parses as an RFC 9651 dictionary."""
    try:
        http_sf.parse(value.encode(), tltype="dictionary")
    except ValueError:
        return False
    return True


def json_ld_is_broken(seen: Seen) -> bool:
    try:
        json.loads(seen.first("script[type='application/ld+json']").text())
    except ValueError:
        return True
    return False


def parse_errors(seen: Seen) -> int:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(seen.text("/"))
    return len(parser.errors)


def is_quirky(seen: Seen) -> bool:
    parser = html5lib.HTMLParser()
    parser.parse(seen.text("/").removeprefix("\ufeff"))
    return parser.compatMode == "quirks"


def structured_product_lacks_its_name(seen: Seen) -> bool:
    return (
        seen.count("[itemtype='https://schema.org/Product']") == 1
        and seen.count("[itemtype='https://schema.org/Product'] [itemprop='name']") == 0
        and seen.count("[itemprop='offers']") == 0
    )


def sitemap_values(seen: Seen, tag: str) -> list[str]:
    root = etree.fromstring(seen.answers["/sitemap.xml"].content)
    assert etree.QName(root).namespace == "http://www.sitemaps.org/schemas/sitemap/0.9"
    return [element.text or "" for element in root.iter(f"{{*}}{tag}")]


def orphan(seen: Seen) -> bool:
    linked = {
        link.attributes.get("href")
        for path in PATHS
        if "html" in seen.header("content-type", path)
        for link in seen.tree(path).css("a[href]")
    }
    listed = {url.removeprefix(seen.site.https_url) for url in sitemap_values(seen, "loc")}
    return "thanks" in listed and "/thanks" not in linked


def unnamed_link(seen: Seen) -> bool:
    return any(
        not link.text(strip=True) and not link.css("img[alt]")
        for link in seen.tree("/").css("a[href]")
    )


def unlabelled_field(seen: Seen) -> bool:
    name = seen.first("input[name=email]").attributes
    return not name.get("aria-label") and not (
        name.get("id") and seen.count(f"label[for='{name['id']}']")
    )


def heading_skips(seen: Seen) -> bool:
    levels = [int((node.tag or "")[1:]) for node in seen.tree("/").css("h1, h2, h3, h4, h5, h6")]
    return any(low - high > 1 for high, low in pairwise(levels))


def security_txt_is_stale(seen: Seen) -> bool:
    expires = re.search(r"^Expires: (\S+)$", seen.text("/.well-known/security.txt"), re.MULTILINE)
    assert expires is not None
    return datetime.fromisoformat(expires[1]) < datetime.now(UTC)


def blocking_scripts(seen: Seen) -> int:
    return seen.count("head script[src]:not([async]):not([defer]):not([type=module])")


def same_title(seen: Seen) -> bool:
    titles = [seen.first("title", path).text() for path in ("/workshop", "/about")]
    return titles[0] == titles[1]


PAGE_PROOFS: dict[tuple[str, str], Proof] = {
    ("sec.csp", "/"): lambda s: "'unsafe-inline'" in s.header("content-security-policy"),
    ("sec.cookies", "/"): lambda s: any(
        c.startswith("shop_session=") and "HttpOnly" not in c and "Secure" not in c
        for c in s.cookies()
    ),
    ("sec.cors", "/"): lambda s: (
        s.preflight.headers.get("access-control-allow-origin") == FOREIGN_ORIGIN
        and s.preflight.headers.get("access-control-allow-credentials") == "true"
    ),
    ("sec.redirection", "/"): lambda s: s.plain.status_code == 200,
    ("sec.referrer-policy", "/"): lambda s: s.header("referrer-policy") == "unsafe-url",
    ("sec.hsts", "/"): lambda s: s.header("strict-transport-security") == "max-age=86400",
    ("sec.sri", "/"): lambda s: s.count("script[src^='http://']:not([integrity])") == 1,
    ("sec.x-content-type-options", "/"): lambda s: s.header("x-content-type-options") != "nosniff",
    ("sec.x-frame-options", "/"): lambda s: (
        s.header("x-frame-options") not in {"DENY", "SAMEORIGIN"}
        and "frame-ancestors" not in s.header("content-security-policy")
    ),
    ("sec.corp", "/"): lambda s: s.header("cross-origin-resource-policy") == "same-host",
    ("sec.coop", "/"): lambda s: s.header("cross-origin-opener-policy").startswith('"'),
    ("sec.coep", "/"): lambda s: s.header("cross-origin-embedder-policy") == "required-corp",
    ("tls.expiry", "/"): lambda s: 0 <= s.days_left() < 7,
    ("sec.mixed-content", "/"): lambda s: s.count("script[src^='http:'], img[src^='http:']") == 2,
    ("sec.insecure-form", "/"): lambda s: s.attribute("form", "action").startswith("http://"),
    ("sec.cookie-prefix", "/"): lambda s: any(
        c.startswith("__Host-") and "; Path=/shop;" in c for c in s.cookies()
    ),
    ("sec.cookie-lifetime", "/"): lambda s: any("Max-Age=63072000" in c for c in s.cookies()),
    ("sec.version-leak", "/"): lambda s: "2.4.41" in s.header("server"),
    ("sec.obsolete-headers", "/"): lambda s: s.header("x-xss-protection").startswith("1"),
    ("sec.permissions-policy", "/"): lambda s: not is_structured(s.header("permissions-policy")),
    ("sec.security-txt", "/"): security_txt_is_stale,
    ("sec.iframe-sandbox", "/"): lambda s: (
        s.attribute("iframe[src^='/']", "sandbox") == "allow-scripts allow-same-origin"
        and s.count("iframe[src^='https:']:not([sandbox])") == 1
    ),
    ("seo.title", "/"): lambda s: s.count("head > title") == 2,
    ("seo.title-length", "/"): lambda s: len(s.first("title").text()) < 10,
    ("seo.meta-description-length", "/"): lambda s: (
        0 < len(s.attribute("meta[name=description]", "content")) < 50
    ),
    ("seo.canonical", "/"): lambda s: s.attribute("link[rel=canonical]", "href").startswith("/"),
    ("seo.hreflang", "/"): lambda s: (
        not langcodes.tag_is_valid(s.attribute("link[hreflang]", "hreflang"))
        and s.attribute("link[hreflang]", "href").startswith("/")
    ),
    ("seo.structured-data-syntax", "/"): json_ld_is_broken,
    ("seo.structured-data-required", "/"): structured_product_lacks_its_name,
    ("seo.open-graph", "/"): lambda s: (
        s.attribute("meta[property='og:image']", "content").startswith("/")
        and s.count("meta[property='og:type'], meta[property='og:url']") == 0
    ),
    ("seo.h1", "/"): lambda s: s.count("h1") == 0,
    ("seo.viewport", "/"): lambda s: "width" not in s.attribute("meta[name=viewport]", "content"),
    ("seo.favicon", "/"): lambda s: (
        s.count("link[rel~=icon]") == 0 and s.answers["/favicon.ico"].status_code == 404
    ),
    ("robots.syntax", "/"): lambda s: s.text("/robots.txt").startswith(
        "Disalow: /basket\nDisallow: /cgi-bin/\nUser-agent:"
    ),
    ("robots.sitemap", "/"): lambda s: "sitemap" not in s.text("/robots.txt").lower(),
    ("sitemap.valid", "/"): lambda s: any(
        not url.startswith(s.site.https_url) for url in sitemap_values(s, "loc")
    ),
    ("sitemap.lastmod", "/"): lambda s: "yesterday" in sitemap_values(s, "lastmod"),
    ("a11y.meta-viewport", "/"): lambda s: (
        "user-scalable=no" in s.attribute("meta[name=viewport]", "content")
    ),
    ("a11y.image-alt", "/"): lambda s: s.count("img:not([alt])") == 1,
    ("a11y.link-name", "/"): unnamed_link,
    ("a11y.button-name", "/"): lambda s: any(
        not node.text(strip=True) and not node.attributes.get("aria-label")
        for node in s.tree("/").css("button")
    ),
    ("a11y.form-label", "/"): unlabelled_field,
    ("a11y.frame-title", "/"): lambda s: s.count("iframe:not([title])") == 1,
    ("a11y.aria-roles", "/"): lambda s: s.attribute("[role]", "role") == "menubarr",
    ("a11y.accesskeys", "/"): lambda s: s.count("[accesskey=b]") == 2,
    ("a11y.tabindex", "/"): lambda s: s.attribute("[tabindex]", "tabindex") == "3",
    ("a11y.heading-order", "/"): heading_skips,
    ("a11y.marquee-blink", "/"): lambda s: s.count("marquee") == 1,
    ("a11y.nested-interactive", "/"): lambda s: s.count("button a[href]") == 1,
    ("http.soft-404", "/"): lambda s: s.answers["/no-such-page-4d1f"].status_code == 200,
    ("http.compression", "/"): lambda s: (
        not s.header("content-encoding") and len(s.start.content) > 1400
    ),
    ("http.cache", "/"): lambda s: (
        {"public", "private", "no-store"}
        <= {part.strip() for part in s.header("cache-control").split(",")}
    ),
    ("http.cache-static", "/"): lambda s: (
        s.header("cache-control", "/assets/shop.css") == "max-age=3600"
    ),
    ("html.render-blocking", "/"): lambda s: blocking_scripts(s) > 3,
    ("html.unsized-media", "/"): lambda s: s.count("img:not([width])") == 3,
    ("html.lazy-lcp", "/"): lambda s: s.attribute("main img", "loading") == "lazy",
    ("html.doctype", "/"): is_quirky,
    ("html.charset", "/"): lambda s: (
        "utf-8" in s.header("content-type")
        and s.attribute("meta[charset]", "charset") == "iso-8859-1"
    ),
    ("html.parse-errors", "/"): lambda s: 0 < parse_errors(s) <= 20,
    ("html.deprecated", "/"): lambda s: s.count("center, font, marquee") == 3,
    ("html.duplicate-id", "/"): lambda s: s.count("#offer") == 2,
    ("html.inline-handlers", "/"): lambda s: s.count("[onclick]") == 1,
    ("html.bom", "/"): lambda s: s.start.content.startswith(b"\xef\xbb\xbf"),
    ("html.nested-forms", "/"): lambda s: (
        s.text("/").split("</form>")[0].count("<form") == 2 and s.count("a button") == 1
    ),
    ("links.text", "/"): lambda s: any(
        link.text(strip=True) == "click here" for link in s.tree("/").css("a")
    ),
    ("links.crawlable", "/"): lambda s: s.count("a[href='javascript:void(0)']") == 1,
    ("links.fragment", "/"): lambda s: (
        s.count("a[href='#voucher']") == 1 and s.count("[id=voucher], [name=voucher]") == 0
    ),
    ("links.opener", "/"): lambda s: s.count("a[target=_blank]:not([rel])") == 1,
    ("links.protocol-relative", "/"): lambda s: s.count("script[src^='//']") == 1,
    ("seo.hreflang-return", "/"): lambda s: s.count("link[hreflang=en]") == 0,
    ("links.internal-broken", "/"): lambda s: (
        s.count("a[href='/gift-cards']") == 1 and s.answers["/gift-cards"].status_code == 410
    ),
    ("links.redirected", "/"): lambda s: (
        s.count("a[href='/old-workshop']") == 1 and s.answers["/old-workshop"].status_code == 301
    ),
    ("sitemap.urls-ok", "/"): lambda s: (
        s.site.https_url + "old-workshop" in sitemap_values(s, "loc")
        and s.attribute("meta[name=robots]", "content", "/thanks") == "noindex"
    ),
    ("site.orphan", "/"): orphan,
    ("seo.meta-description", "/workshop"): lambda s: (
        s.count("meta[name=description]", "/workshop") == 0
    ),
    ("seo.h1", "/workshop"): lambda s: s.count("h1", "/workshop") == 2,
    ("http.content-type", "/workshop"): lambda s: (
        s.header("content-type", "/workshop") == "text/html"
    ),
    ("site.duplicate-title", "/about"): same_title,
    ("seo.content-thin", "/journal/winter-tyres"): lambda s: (
        len(s.first("article", "/journal/winter-tyres").text().split()) < 100
    ),
    ("a11y.html-lang", "/journal/winter-tyres"): lambda s: (
        s.count("html[lang]", "/journal/winter-tyres") == 0
    ),
    ("seo.url", "/Shop_Offers"): lambda s: (
        s.count("a[href^='/Shop_Offers?sessionid=']") == 1
        and s.answers["/Shop_Offers"].status_code == 200
    ),
}
