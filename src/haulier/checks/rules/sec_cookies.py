"""`sec.cookies`: the flags of every cookie that the page, its redirects and robots.txt set."""

from collections.abc import Iterator

from haulier.checks.base import Check, Finding, Verdict
from haulier.checks.cookies import Cookie, fill_jar, has_invalid_same_site
from haulier.checks.facts import Exchange, SiteFacts
from haulier.checks.hsts import read_hsts
from haulier.checks.outcomes import OUTCOMES, conclude, unscored

_TEST = "cookies"
_IGNORED = "heroku-session-affinity"
_FROM_MILD_TO_BAD = (
    "cookies-without-secure-flag-but-protected-by-hsts",
    "cookies-without-secure-flag",
    "cookies-session-without-secure-flag-but-protected-by-hsts",
    "cookies-samesite-flag-invalid",
    "cookies-anticsrf-without-samesite-flag",
    "cookies-session-without-httponly-flag",
    "cookies-session-without-secure-flag",
)


def _inspect(facts: SiteFacts) -> Verdict:
    page = facts.page
    if error := unscored(page.final):
        return error
    answers = [hop for hop in (*page.chain, facts.robots) if hop is not None and hop.ok]
    jar = [cookie for cookie in fill_jar(answers) if cookie.name != _IGNORED]
    if not jar:
        return conclude(_TEST, "cookies-not-found")
    protected = read_hsts(facts).protects
    faults = [(fault, cookie) for cookie in jar for fault in _faults(cookie, protected=protected)]
    names = {fault for fault, _ in faults}
    if _any_invalid_same_site(page.final):
        names.add("cookies-samesite-flag-invalid")
    if names:
        worst = max(names, key=_FROM_MILD_TO_BAD.index)
        return conclude(_TEST, worst, header="Set-Cookie", findings=_findings(faults))
    everywhere = all(cookie.same_site for cookie in jar)
    suffix = "-and-samesite" if everywhere else ""
    return conclude(_TEST, f"cookies-secure-with-httponly-sessions{suffix}")


def _faults(cookie: Cookie, *, protected: bool) -> Iterator[str]:
    suffix = "-but-protected-by-hsts" if protected else ""
    if not cookie.is_secure:
        yield f"cookies-without-secure-flag{suffix}"
        if cookie.same_site == "none":
            yield "cookies-samesite-flag-invalid"
        if cookie.is_session:
            yield f"cookies-session-without-secure-flag{suffix}"
    if cookie.is_anti_csrf and not cookie.same_site:
        yield "cookies-anticsrf-without-samesite-flag"
    if cookie.is_session and not cookie.is_http_only:
        yield "cookies-session-without-httponly-flag"


def _any_invalid_same_site(final: Exchange) -> bool:
    """The raw fields count as well: a jar forgets a SameSite that it does not know."""
    return any(has_invalid_same_site(value) for value in final.values("set-cookie"))


def _findings(faults: list[tuple[str, Cookie]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            message=OUTCOMES[_TEST][fault].message,
            header="Set-Cookie",
            snippet=cookie.shown,
            data={"cookie": cookie.name, "result": fault},
        )
        for fault, cookie in faults
    )


check = Check(
    id="sec.cookies",
    category="security",
    weight="obs",
    title="Cookies are kept to https, to this site and away from scripts",
    rule="10 outcomes, +5…\N{MINUS SIGN}40",
    advice=(
        "Set Secure and SameSite on every cookie and HttpOnly on those that carry a login or "
        "session. HSTS keeps a cookie safe where Secure was forgotten."
    ),
    anchors="MDN Observatory; webhint validate-set-cookie-header",
    inspect_site=_inspect,
)
