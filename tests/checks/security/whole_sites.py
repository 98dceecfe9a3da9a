"""Whole sites for the Observatory's score: what a case is, and what most of them share."""

from dataclasses import dataclass, replace

from checks.security.sites import HOME, PLAIN, UNTRUSTED, answer, page, site
from haulier.checks.facts import Exchange, SiteFacts

Fields = tuple[tuple[str, str], ...]

EVEN: Fields = (
    ("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'"),
    ("Strict-Transport-Security", "max-age=31536000"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "ALLOW-FROM https://a.example"),
)
GOOD: Fields = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
)
TO_HTTPS = (answer([("Location", HOME)], url=PLAIN, status=301), answer())
STAYS = (answer(url=PLAIN),)
OFF_HOST = (
    answer([("Location", "https://www.shop.example/")], url=PLAIN, status=301),
    answer(url="https://www.shop.example/"),
)
LATE = (
    answer([("Location", f"{PLAIN}a")], url=PLAIN, status=301),
    answer([("Location", HOME)], url=f"{PLAIN}a", status=301),
    answer(),
)
ECHO = answer(
    [
        ("Access-Control-Allow-Origin", "https://http-observatory.security.mozilla.org"),
        ("Access-Control-Allow-Credentials", "true"),
    ]
)
PUBLIC = answer([("Access-Control-Allow-Origin", "*")])
CDN = "https://cdn.other.example/x.js"
CDN_SCRIPT = f"<script src={CDN}></script>"
PINNED = f"<script src={CDN} integrity=sha256-a></script>"
BARE_SCRIPT = "<script src=//cdn.other.example/x.js></script>"


def put(fields: Fields, *changes: tuple[str, str]) -> Fields:
    """The fields with some replaced or added; an empty new value leaves one out."""
    changed = {name for name, _ in changes}
    kept = tuple(field for field in fields if field[0] not in changed)
    return (*kept, *(change for change in changes if change[1]))


CSP, HSTS, COOKIE = "Content-Security-Policy", "Strict-Transport-Security", "Set-Cookie"
SNIFF, FRAME, REFERRER = "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"
CORP, COOP = "Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy"
COEP = "Cross-Origin-Embedder-Policy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One site, what each test adds (zeros left out), and the total."""

    name: str
    worth: str
    score: int
    grade: str
    headers: Fields = ()
    html: str = "<p>text</p>"
    chain: tuple[Exchange, ...] = TO_HTTPS
    preflight: Exchange | None = None
    robots: Exchange | None = None
    url: str = HOME
    is_preloaded: bool = False
    is_trusted: bool = True
    status: int = 200


def facts_of(case: Case) -> SiteFacts:
    """The site of a case."""
    one = page(list(case.headers), html=case.html, url=case.url, status=case.status)
    facts = replace(site(one), http_chain=case.chain, preflight=case.preflight, robots=case.robots)
    if case.is_preloaded:
        facts = replace(facts, hsts_preload={"shop.example": True})
    return facts if case.is_trusted else replace(facts, certificate=UNTRUSTED)
