"""The deliberate faults of the sample site's faulty variant, as data.

One line per check and page. `status` is what the recipe `web@1` is to say about it. Pages other
than "/" are only seen when the audit follows links; header fields that are wrong on every page are
listed for "/" alone.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedFault:
    """One fault and where it sits."""

    check_id: str
    status: Literal["fail", "warn"]
    page: str
    """The page's path; "/" too for what belongs to the site as a whole."""
    what: str


def _start(check_id: str, status: Literal["fail", "warn"], what: str) -> PlantedFault:
    return PlantedFault(check_id=check_id, status=status, page="/", what=what)


def _contact(check_id: str, status: Literal["fail", "warn"], what: str) -> PlantedFault:
    return PlantedFault(check_id=check_id, status=status, page="/contact", what=what)


_SECURITY = (
    _start("sec.csp", "fail", "allows every origin, inline code and eval"),
    _start("sec.cookies", "fail", "session cookie without Secure, HttpOnly and SameSite"),
    _start("sec.cors", "fail", "echoes any Origin and allows credentials"),
    _start("sec.redirection", "fail", "http serves the pages instead of redirecting to https"),
    _start("sec.referrer-policy", "warn", "unsafe-url"),
    _start("sec.hsts", "fail", "max-age of one day"),
    _start("sec.sri", "fail", "third-party scripts over http: and //, without integrity"),
    _start("sec.x-content-type-options", "warn", "no-sniff is not nosniff"),
    _start("sec.x-frame-options", "fail", "ALLOWALL is not a value"),
    _start("sec.corp", "warn", "same-host is not a value"),
    _start("sec.coop", "warn", "a quoted string where a token belongs"),
    _start("sec.coep", "warn", "required-corp is not a value"),
    _start("tls.expiry", "fail", "the certificate ends in three days"),
    _start("sec.mixed-content", "fail", "a script and an image over http:"),
    _start("sec.insecure-form", "fail", "the newsletter form posts to http:"),
    _start("sec.cookie-prefix", "fail", "a __Host- cookie with Path=/shop"),
    _start("sec.cookie-lifetime", "warn", "a cookie for two years"),
    _start("sec.version-leak", "warn", "Server, X-Powered-By and generator name versions"),
    _start("sec.obsolete-headers", "warn", "X-XSS-Protection: 1"),
    _start("sec.permissions-policy", "fail", "written in the syntax of Feature-Policy"),
    _start("sec.security-txt", "fail", "Expires lies in the past"),
    _start(
        "sec.iframe-sandbox",
        "fail",
        "a same-origin frame may lift its own sandbox, a foreign frame has none",
    ),
)

_SEO = (
    _start("seo.title", "warn", "two titles"),
    _start("seo.title-length", "warn", "Home"),
    _start("seo.meta-description-length", "warn", "18 characters"),
    _start("seo.canonical", "fail", "a relative URL"),
    _start("seo.hreflang", "fail", "jp is a country, not a language; the URL is relative"),
    _start("seo.structured-data-syntax", "fail", "JSON-LD with a comma too many"),
    _start("seo.structured-data-required", "fail", "a Product without name and offer"),
    _start("seo.open-graph", "fail", "og:image is relative, og:type and og:url are missing"),
    _start("seo.h1", "fail", "the headline is a font element"),
    _start("seo.viewport", "fail", "no width"),
    _start("seo.favicon", "warn", "neither a link nor /favicon.ico"),
    _start("robots.syntax", "fail", "a misspelt directive, and a rule before any User-agent"),
    _start("robots.sitemap", "warn", "robots.txt does not name the sitemap"),
    _start("sitemap.valid", "fail", "lists a URL of another host"),
    _start("sitemap.lastmod", "warn", "04/03/2025 and yesterday are not W3C dates"),
)

_ACCESSIBILITY = (
    _start("a11y.meta-viewport", "fail", "forbids zoom"),
    _start("a11y.image-alt", "fail", "the logo has no alt"),
    _start("a11y.link-name", "fail", "the link around the logo has no name"),
    _start("a11y.button-name", "fail", "an empty button"),
    _start("a11y.form-label", "fail", "the e-mail field has no label"),
    _start("a11y.frame-title", "fail", "the map's frame has no title"),
    _start("a11y.aria-roles", "fail", "menubarr is not a role"),
    _start("a11y.accesskeys", "fail", "b is given twice"),
    _start("a11y.tabindex", "fail", "tabindex 3"),
    _start("a11y.heading-order", "fail", "h4 follows h2"),
    _start("a11y.marquee-blink", "fail", "a marquee"),
    _start("a11y.nested-interactive", "fail", "a link inside a button"),
)

_PERFORMANCE = (
    _start("http.soft-404", "fail", "unknown paths are answered with 200"),
    _start("http.compression", "fail", "HTML goes out uncompressed"),
    _start("http.cache", "fail", "public, private and no-store at once"),
    _start("http.cache-static", "warn", "style sheets, scripts and images for one hour"),
    _start("html.render-blocking", "fail", "four scripts in head without defer or async"),
    _start("html.unsized-media", "warn", "images without width and height"),
    _start("html.lazy-lcp", "warn", "the first image of main is lazy"),
)

_BEST_PRACTICES = (
    _start("html.doctype", "fail", "a doctype that means quirks mode"),
    _start("html.charset", "warn", "the header says utf-8, the meta element iso-8859-1"),
    _start("html.parse-errors", "warn", "misnested tags, a nested form, an unfinished reference"),
    _start("html.deprecated", "warn", "center, font and marquee"),
    _start("html.duplicate-id", "warn", "offer is used twice"),
    _start("html.inline-handlers", "warn", "onclick and a javascript: URL"),
    _start("html.bom", "warn", "begins with a byte order mark"),
    _start("html.nested-forms", "fail", "a form in a form, a button in a link"),
)

_LINKS = (
    _start("links.text", "fail", "click here"),
    _start("links.crawlable", "fail", "javascript:void(0)"),
    _start("links.fragment", "warn", "#voucher does not exist"),
    _start("links.opener", "warn", "target=_blank without rel=noopener"),
    _start("links.protocol-relative", "warn", "//stats.example/count.js"),
)

_WHOLE_SITE = (
    _start("seo.hreflang-return", "fail", "neither a reference to itself nor one back"),
    _start("links.internal-broken", "fail", "/gift-cards is gone (410)"),
    _start("links.redirected", "warn", "/old-workshop has moved (301)"),
    _start("sitemap.urls-ok", "fail", "one URL redirects, one forbids indexing"),
    _start("site.orphan", "warn", "/thanks stands in the sitemap, but no page links to it"),
)

_CONTACT_PAGE = (
    _contact("a11y.html-lang-valid", "fail", "english is not a language code"),
    _contact("a11y.valid-lang", "fail", "xq is not a language code"),
    _contact("a11y.meta-refresh", "fail", "reloads after a quarter of an hour"),
    _contact("a11y.skip-link", "fail", "#content does not exist"),
    _contact("a11y.landmark-one-main", "fail", "two main elements"),
    _contact("a11y.empty-heading", "fail", "an h2 without text"),
    _contact("a11y.definition-list", "fail", "dd before dt, and a paragraph among them"),
    _contact("a11y.list", "fail", "a div as child of ul"),
    _contact("a11y.listitem", "fail", "an li in a div"),
    _contact("a11y.td-headers", "fail", "headers names an id that does not exist"),
    _contact("a11y.th-has-data-cells", "fail", "a table of one header cell"),
    _contact("a11y.image-redundant-alt", "warn", "the alt text repeats the link's text"),
    _contact("a11y.svg-img-alt", "fail", "a drawing without a name"),
    _contact("a11y.object-alt", "fail", "an object without a text alternative"),
    _contact("a11y.video-caption", "fail", "a film without captions"),
    _contact("a11y.autoplay-audio", "fail", "sound that starts by itself, without controls"),
    _contact("a11y.summary-name", "fail", "an empty summary"),
    _contact("a11y.autocomplete-valid", "fail", "full-name is not a token"),
    _contact("a11y.duplicate-id-aria", "fail", "the label's target is there twice"),
    _contact("a11y.label-title-only", "fail", "a field named by its title alone"),
    _contact("a11y.aria-required-attr", "fail", "a checkbox without aria-checked"),
    _contact("a11y.aria-valid-attr-value", "fail", "aria-checked is perhaps"),
    _contact("a11y.aria-valid-attr", "fail", "aria-labeledby is misspelt"),
    _contact("a11y.aria-allowed-attr", "fail", "aria-checked on a heading"),
    _contact("a11y.aria-required-parent", "fail", "an option outside a listbox"),
    _contact("a11y.aria-required-children", "fail", "a listbox that holds a button"),
    _contact("a11y.aria-hidden-focus", "fail", "a link that is hidden from assistive technology"),
    _contact("a11y.presentation-conflict", "warn", "a button that claims to be decoration"),
    _contact("a11y.input-image-alt", "fail", "an image button without alt"),
    _contact("a11y.frame-title-unique", "fail", "two frames with one title"),
    _contact("site.duplicate-description", "warn", "the description of the page about the shop"),
)

_OTHER_PAGES = (
    PlantedFault(
        check_id="seo.meta-description", status="fail", page="/workshop", what="there is none"
    ),
    PlantedFault(check_id="seo.h1", status="warn", page="/workshop", what="two h1"),
    PlantedFault(
        check_id="http.content-type", status="warn", page="/workshop", what="no charset named"
    ),
    PlantedFault(
        check_id="site.duplicate-title",
        status="fail",
        page="/about",
        what="the title of the workshop page",
    ),
    PlantedFault(
        check_id="seo.content-thin",
        status="warn",
        page="/journal/winter-tyres",
        what="an article of twenty words",
    ),
    PlantedFault(
        check_id="a11y.html-lang",
        status="fail",
        page="/journal/winter-tyres",
        what="no lang on html",
    ),
    PlantedFault(
        check_id="seo.url",
        status="warn",
        page="/Shop_Offers",
        what="capitals, an underscore and a session id",
    ),
)

PLANTED_FAULTS: tuple[PlantedFault, ...] = (
    *_SECURITY,
    *_SEO,
    *_ACCESSIBILITY,
    *_PERFORMANCE,
    *_BEST_PRACTICES,
    *_LINKS,
    *_WHOLE_SITE,
    *_CONTACT_PAGE,
    *_OTHER_PAGES,
)
