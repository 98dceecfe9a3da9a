"""`sec.cookie-lifetime`: how long cookies ask to be kept."""

import re
from datetime import timedelta

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, failed, warned
from haulier.checks.cookie_dates import parse_cookie_date
from haulier.checks.cookies import Cookie, cookies_of_site
from haulier.checks.facts import SiteFacts

_LONGEST = timedelta(days=400)
_SECONDS = re.compile(r"-?[0-9]+")
_MOST_DIGITS = 18


def _inspect(facts: SiteFacts) -> Verdict:
    cookies = cookies_of_site(facts)
    if not cookies:
        return NOT_APPLICABLE
    unreadable = [
        _finding(cookie, "Expires holds no date that browsers can read.")
        for cookie in cookies
        if _has_unreadable_date(cookie)
    ]
    lasting = [
        _finding(cookie, "The cookie asks for more than 400 days; browsers cut it.")
        for cookie in cookies
        if _lasts_too_long(cookie, facts)
    ]
    if unreadable:
        return failed(*unreadable, *lasting)
    return warned(*lasting) if lasting else PASSED


def _has_unreadable_date(cookie: Cookie) -> bool:
    expires = cookie.attribute("expires")
    return expires is not None and parse_cookie_date(expires) is None


def _lasts_too_long(cookie: Cookie, facts: SiteFacts) -> bool:
    """Max-Age, where it is a number, wins over Expires."""
    age = cookie.attribute("max-age") or ""
    if _SECONDS.fullmatch(age):
        return len(age) > _MOST_DIGITS or int(age) > _LONGEST.total_seconds()
    expires = parse_cookie_date(cookie.attribute("expires") or "")
    return expires is not None and expires - facts.now > _LONGEST


def _finding(cookie: Cookie, message: str) -> Finding:
    return Finding(
        message=message, header="Set-Cookie", snippet=cookie.shown, data={"cookie": cookie.name}
    )


check = Check(
    id="sec.cookie-lifetime",
    category="security",
    weight=1,
    title="Cookies do not ask to be kept for ages",
    rule="warn: >400 days; fail: unparseable date",
    advice="Ask for days or weeks rather than years: browsers keep no cookie over 400 days.",
    anchors="RFC 6265bis",
    inspect_site=_inspect,
)
