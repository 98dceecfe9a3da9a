"""Targets of everything else that reads what strangers write: ids, headers, pages, files."""

from collections.abc import Callable
from contextlib import suppress

from fuzz.target import Target, as_text
from haulier.checks.cookie_dates import parse_cookie_date
from haulier.checks.cookies import parse_set_cookie
from haulier.checks.csp import InvalidPolicyError, parse_policies, split_policies
from haulier.checks.facts import Exchange
from haulier.checks.link_header import links_of
from haulier.checks.robots_file import lines_of, may_fetch
from haulier.checks.sitemap_file import read_sitemap
from haulier.checks.structured_fields import dictionary_keys, token_item
from haulier.domain.durations import parse_duration
from haulier.domain.idempotency import parse_idempotency_key
from haulier.domain.ids import parse_job_id, parse_workspace_id
from haulier.domain.kinds import parse_kind, parse_queue
from haulier.domain.priorities import parse_priority
from haulier.domain.states import parse_status
from haulier.errors import HaulierError
from haulier.security.cursors import Cursors, Listing
from haulier.security.keys import parse_key
from haulier.security.secret import SecretText
from haulier.telemetry.trace import format_traceparent, parse_traceparent

_CURSORS = Cursors(SecretText("k" * 32))
_LISTING = Listing(workspace_id="shop", name="jobs", filters={}, sort="-created_at")
_OTHER = Listing(workspace_id="other", name="jobs", filters={}, sort="-created_at")
_WORDS: tuple[Callable[[str], object], ...] = (
    parse_workspace_id,
    parse_job_id,
    parse_kind,
    parse_queue,
    parse_status,
    parse_priority,
    parse_duration,
    parse_idempotency_key,
)


def words(data: bytes) -> None:
    """A word is read or refused with an error of the tree."""
    for parse in _WORDS:
        with suppress(HaulierError):
            parse(as_text(data))


def cursor(data: bytes) -> None:
    """Nothing that was not signed here is a cursor."""
    try:
        _CURSORS.decode(as_text(data), int, _LISTING)
    except HaulierError:
        return
    raise AssertionError("a forged cursor was accepted")


def traceparent(data: bytes) -> None:
    """A trace context is read and written alike, or is none."""
    context = parse_traceparent(as_text(data))
    if context is not None:
        assert parse_traceparent(format_traceparent(context)) == context


def api_key(data: bytes) -> None:
    """A key is read or is none; what is read never shows itself."""
    parsed = parse_key(as_text(data))
    assert parsed is None or as_text(data) not in repr(parsed)


def csp(data: bytes) -> None:
    """A policy is read, or named invalid."""
    with suppress(InvalidPolicyError):
        parse_policies(split_policies([as_text(data)]))


def cookie(data: bytes) -> None:
    """A cookie and its date are read or are none."""
    parse_cookie_date(as_text(data))
    parsed = parse_set_cookie(as_text(data))
    if parsed is not None:
        _ = parsed.domain, parsed.same_site, parsed.is_session, parsed.shown


def fields(data: bytes) -> None:
    """Structured fields are read or are none."""
    token_item(as_text(data))
    dictionary_keys(as_text(data))


def robots(data: bytes) -> None:
    """Any file has lines, and an answer for any URL."""
    exchange = _exchange(data, "text/plain")
    list(lines_of(exchange))
    assert may_fetch(exchange, "https://shop.example/a", "haulier") in {True, False}


def sitemap(data: bytes) -> None:
    """A sitemap is read or has a problem; no entity is resolved."""
    for media_type in ("application/xml", "text/plain"):
        found = read_sitemap(_exchange(data, media_type))
        assert all(len(entry.address) <= len(data) for entry in found.entries)


def link(data: bytes) -> None:
    """A Link header is read as far as it makes sense."""
    header = ("link", data.decode("latin-1"))
    for one in links_of(_exchange(b"", "text/html", header)):
        assert isinstance(one.relations, frozenset)


def _exchange(body: bytes, media_type: str, *headers: tuple[str, str]) -> Exchange:
    return Exchange(
        url="https://shop.example/",
        method="GET",
        status=200,
        headers=(("content-type", media_type), *headers),
        body=body,
    )


TARGETS = (
    Target(name="words", run=words, seeds=(b"shop", b"site.audit@1", b"90s", b"high", b"queued")),
    Target(name="cursor", run=cursor, seeds=(b"", _CURSORS.encode(1, _OTHER).encode())),
    Target(
        name="traceparent",
        run=traceparent,
        seeds=(b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", b"ff-0-0-0"),
    ),
    Target(name="api-key", run=api_key, seeds=(b"hlr_" + b"k" * 32, b"hlr_")),
    Target(
        name="csp",
        run=csp,
        seeds=(
            b"default-src 'self'; script-src 'nonce-abc' https: *.x.example:*/a%2fb, img-src *",
        ),
    ),
    Target(
        name="cookie",
        run=cookie,
        seeds=(
            b"__Host-a=b; Path=/; Secure; SameSite=Lax; Domain=.x.example",
            b"a; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=-1",
        ),
    ),
    Target(name="fields", run=fields, seeds=(b'a=1, b;c="d", e=:aGk=:', b"same-origin; x=?1")),
    Target(
        name="robots",
        run=robots,
        seeds=(b"User-agent: *\nDisallow: /a*$\nAllow: /\nSitemap: x\nCrawl-delay: 1e9",),
    ),
    Target(
        name="sitemap",
        run=sitemap,
        seeds=(
            b"<urlset><url><loc>https://a.example/</loc><lastmod>2026</lastmod></url></urlset>",
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><urlset>&b;</urlset>',
            b"https://a.example/\nhttps://b.example/",
        ),
    ),
    Target(name="link", run=link, seeds=(b'<a>; rel="next prev"; x=y, <b>;rel=c', b"<")),
)
