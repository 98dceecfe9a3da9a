"""Questions that several rules ask of exchanges, pages and their URLs."""

import re

import ada_url

from haulier.checks.facts import Exchange, Page, SiteFacts

SNIPPET_LIMIT = 200

# NUL and lone surrogates can be stored neither in PostgreSQL nor in JSON.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def is_scored(exchange: Exchange) -> bool:
    """The Observatory judges 2xx, 3xx, 401 and 403 only."""
    if not exchange.ok:
        return False
    return 200 <= exchange.status < 400 or exchange.status in {401, 403}  # noqa: PLR2004


def combined(exchange: Exchange, name: str) -> str | None:
    """A field's values as one, joined with ", " (RFC 9110 section 5.3), stripped; None if absent.

    MDN's scanner sees repeated fields this way, so a doubled `nosniff` is not `nosniff`.
    """
    values = exchange.values(name)
    return ", ".join(value.strip() for value in values) if values else None


def went_over_https(page: Page) -> bool:
    """Some hop of the page's chain was answered over https."""
    return any(hop.ok and scheme_of(hop.url) == "https" for hop in page.chain)


def certificate_refused(facts: SiteFacts) -> bool:
    """The origin speaks TLS with a certificate that is not trusted."""
    return facts.certificate is not None and not facts.certificate.trusted


def scheme_of(url: str) -> str:
    """The lower-cased scheme without its colon, "" when there is none."""
    return url.partition(":")[0].strip().lower() if ":" in url else ""


def host_of(url: str) -> str:
    """The ASCII, lower-cased host without brackets or final dot; "" when the URL has none."""
    parsed = absolute(url)
    return parsed.hostname.strip("[]").rstrip(".") if parsed else ""


def absolute(url: str, base: str | None = None) -> ada_url.URL | None:
    """The URL as a browser reads it (WHATWG), against `base`; None when it cannot be read."""
    try:
        return ada_url.URL(url, base) if base else ada_url.URL(url)
    except ValueError:
        return None


def base_of(page: Page) -> str:
    """What relative URLs of the page stand against: its own URL, or a valid `<base href>`."""
    own = page.final.url
    element = page.tree.css_first("base[href]")
    href = (element.attributes.get("href") or "") if element else ""
    based = absolute(href, own) if href else None
    return based.href if based else own


def clip(text: str, limit: int = SNIPPET_LIMIT) -> str:
    """The text, cut to at most `limit` characters, with what cannot be stored replaced."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return _UNSTORABLE.sub("\ufffd", cut)
