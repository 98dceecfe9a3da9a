"""Set-Cookie fields as RFC 6265bis has them, and the jar that a browser would be left with."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from haulier.checks.domains import is_public_suffix
from haulier.checks.exchanges import absolute, clip, host_of
from haulier.checks.facts import Exchange, SiteFacts

SAME_SITES = frozenset({"strict", "lax", "none"})

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_PREFIXES = ("__Secure-", "__Host-")
_SHOWN = frozenset(
    {
        "domain",
        "expires",
        "httponly",
        "max-age",
        "partitioned",
        "path",
        "priority",
        "samesite",
        "secure",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cookie:
    """One Set-Cookie field. The value is not kept: it never leaves the parser."""

    name: str
    """"" where the field has no name."""
    attributes: tuple[tuple[str, str], ...] = field(default=())
    """Lower-cased name and value as sent, in order, repeats included."""

    def attribute(self, name: str) -> str | None:
        """The value of an attribute, the last one winning; None when it is not there."""
        values = [value for key, value in self.attributes if key == name]
        return values[-1] if values else None

    @property
    def domain(self) -> str:
        """Domain without its leading dot, lower-cased; an empty one does not count. "" for none."""
        values = [value.removeprefix(".") for key, value in self.attributes if key == "domain"]
        return next((value.lower() for value in reversed(values) if value), "")

    @property
    def is_secure(self) -> bool:
        """It has Secure, whatever stands behind it."""
        return self.attribute("secure") is not None

    @property
    def is_http_only(self) -> bool:
        """It has HttpOnly, whatever stands behind it."""
        return self.attribute("httponly") is not None

    @property
    def same_site(self) -> str | None:
        """`strict`, `lax` or `none`; None when SameSite is missing or any other word."""
        value = (self.attribute("samesite") or "").lower()
        return value if value in SAME_SITES else None

    @property
    def is_session(self) -> bool:
        """Its name says login or session."""
        lowered = self.name.lower()
        return "login" in lowered or "sess" in lowered

    @property
    def is_anti_csrf(self) -> bool:
        """Its name says csrf."""
        return "csrf" in self.name.lower()

    @property
    def shown(self) -> str:
        """Name and known attributes for a report; the value is not among them."""
        known = [(key, value) for key, value in self.attributes if key in _SHOWN]
        return clip("; ".join([self.name, *(f"{k}={v}" if v else k for k, v in known)]))


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCookie:
    """A cookie that was accepted, with where it applies."""

    cookie: Cookie
    domain: str
    path: str


def parse_set_cookie(text: str) -> Cookie | None:
    """Parses one field value; None without a name, or with control characters in the pair."""
    pair, *rest = text.strip().split(";")
    name, separator, _ = pair.partition("=")
    if not separator or not name.strip() or _CONTROLS.search(pair.strip()):
        return None
    attributes: list[tuple[str, str]] = []
    for part in rest:
        key, _, value = part.partition("=")
        if key.strip():
            attributes.append((key.strip().lower(), value.strip()))
    return Cookie(name=name.strip(), attributes=tuple(attributes))


def cookies_of_site(facts: SiteFacts) -> tuple[Cookie, ...]:
    """Every cookie that any hop of any page or robots.txt sets, the same one only once."""
    answers = [hop for page in facts.pages for hop in page.chain]
    if facts.robots:
        answers.append(facts.robots)
    return tuple(dict.fromkeys(cookie for answer in answers for cookie in cookies_of(answer)))


def has_invalid_same_site(text: str) -> bool:
    """A raw field value holds a SameSite that is empty or none of the three words."""
    for part in text.split(";"):
        words = [word.strip().lower() for word in part.split("=")]
        if words[0] == "samesite" and (len(words) == 1 or words[1] not in SAME_SITES):
            return True
    return False


def cookies_of(exchange: Exchange) -> tuple[Cookie, ...]:
    """The cookies that an answer sets, in order, unreadable ones left out."""
    parsed = (parse_set_cookie(value) for value in exchange.values("set-cookie"))
    return tuple(cookie for cookie in parsed if cookie)


def fill_jar(exchanges: Iterable[Exchange]) -> tuple[Cookie, ...]:
    """What the jar holds after these answers: a later cookie of one place replaces the earlier.

    Cookies for a foreign domain or a public suffix, and those that break their name's prefix,
    are refused. Expired ones stay, as in the upstream scanner's jar.
    """
    jar: dict[tuple[str, str, str], Cookie] = {}
    for exchange in exchanges:
        for cookie in cookies_of(exchange):
            stored = _accept(cookie, exchange.url)
            if stored:
                jar[stored.domain, stored.path, cookie.name] = cookie
    return tuple(jar.values())


def breaks_prefix(cookie: Cookie, *, path: str | None = None) -> bool:
    """The name starts with __Secure- or __Host- but the attributes do not keep its promise.

    Letter case does not count. `path` is the effective one; without it, Path itself is judged.
    """
    name = cookie.name.lower()
    if name.startswith("__secure-"):
        return not cookie.is_secure
    if not name.startswith("__host-"):
        return False
    effective = cookie.attribute("path") if path is None else path
    return not cookie.is_secure or bool(cookie.domain) or effective != "/"


def _accept(cookie: Cookie, url: str) -> StoredCookie | None:
    """The upstream jar knows the prefixes in their exact spelling only."""
    host = host_of(url)
    domain = cookie.domain
    if domain and (is_public_suffix(domain) or not _domain_matches(host, domain)):
        return None
    given = cookie.attribute("path") or ""
    path = given if given.startswith("/") else _default_path(url)
    if cookie.name.startswith(_PREFIXES) and breaks_prefix(cookie, path=path):
        return None
    return StoredCookie(cookie=cookie, domain=domain or host, path=path)


def _domain_matches(host: str, domain: str) -> bool:
    """RFC 6265 section 5.1.3."""
    if host == domain:
        return True
    is_address = ":" in host or host.replace(".", "").isdigit()
    return host.endswith(f".{domain}") and not is_address


def _default_path(url: str) -> str:
    """RFC 6265 section 5.1.4."""
    parsed = absolute(url)
    directory = parsed.pathname.rpartition("/")[0] if parsed else ""
    return directory or "/"
