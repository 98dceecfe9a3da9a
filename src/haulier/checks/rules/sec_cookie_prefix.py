"""`sec.cookie-prefix`: cookies whose names promise how they are kept."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.cookies import Cookie, breaks_prefix, cookies_of_site
from haulier.checks.facts import SiteFacts

_PREFIXES = ("__secure-", "__host-")


def _inspect(facts: SiteFacts) -> Verdict:
    cookies = cookies_of_site(facts)
    if not cookies:
        return NOT_APPLICABLE
    broken = [
        _finding(cookie, "The cookie breaks the rules of its name's prefix; browsers drop it.")
        for cookie in cookies
        if breaks_prefix(cookie)
    ]
    plain = [
        _finding(cookie, "A session cookie has no __Host- or __Secure- prefix.")
        for cookie in cookies
        if cookie.is_session and not cookie.name.lower().startswith(_PREFIXES)
    ]
    if broken:
        return failed(*broken, *plain)
    return warned(*plain) if plain else PASSED


def _finding(cookie: Cookie, message: str) -> Finding:
    return Finding(
        message=message, header="Set-Cookie", snippet=cookie.shown, data={"cookie": cookie.name}
    )


check = Check(
    id="sec.cookie-prefix",
    category="security",
    weight=1,
    title="Session cookies use a name prefix, and keep its promise",
    rule="fail: __Host-/__Secure- rules broken; warn: session cookie without prefix",
    advice="Name session cookies __Host-…, with Secure, Path=/ and no Domain.",
    anchors="RFC 6265bis",
    inspect_site=_inspect,
)
