"""What each outcome of the twelve HTTP Observatory tests is worth (algorithm 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from haulier.checks.base import Finding, Observed, Status, Verdict
from haulier.checks.exchanges import clip, is_scored
from haulier.checks.facts import Exchange
from haulier.checks.verdicts import undecided


@dataclass(frozen=True, slots=True)
class Outcome:
    """The worth of one outcome."""

    modifier: int
    """Points added to 100, -50 to 10."""
    passes: bool
    message: str = ""
    """One sentence for the finding; "" where there is nothing to mend."""


def _good(modifier: int, message: str = "") -> Outcome:
    return Outcome(modifier=modifier, passes=True, message=message)


def _bad(modifier: int, message: str) -> Outcome:
    return Outcome(modifier=modifier, passes=False, message=message)


_CSP = {
    "csp-implemented-with-no-unsafe-default-src-none": _good(10),
    "csp-implemented-with-no-unsafe": _good(5),
    "csp-implemented-with-unsafe-inline-in-style-src-only": _good(0),
    "csp-implemented-but-duplicate-directives": _good(0),
    "csp-implemented-with-insecure-scheme-in-passive-content-only": _good(
        -10, "The policy lets images or media come over plain http."
    ),
    "csp-implemented-with-unsafe-eval": _bad(-10, "The policy allows 'unsafe-eval'."),
    "csp-implemented-with-unsafe-inline": _bad(
        -20, "Scripts or plug-ins are open to inline code, data: or any origin."
    ),
    "csp-implemented-with-insecure-scheme": _bad(
        -20, "The policy lets active content come over plain http or ftp."
    ),
    "csp-header-invalid": _bad(-25, "The policy is malformed, so browsers may ignore parts of it."),
    "csp-not-implemented": _bad(-25, "There is no Content-Security-Policy."),
    "csp-not-implemented-but-reporting-enabled": _bad(
        -25, "The policy only reports; nothing is blocked."
    ),
}
_COOKIES = {
    "cookies-secure-with-httponly-sessions-and-samesite": _good(5),
    "cookies-secure-with-httponly-sessions": _good(0),
    "cookies-not-found": _good(0),
    "cookies-without-secure-flag-but-protected-by-hsts": _bad(
        -5, "A cookie lacks Secure; only HSTS keeps it off plain http."
    ),
    "cookies-session-without-secure-flag-but-protected-by-hsts": _bad(
        -10, "A session cookie lacks Secure; only HSTS keeps it off plain http."
    ),
    "cookies-without-secure-flag": _bad(-20, "A cookie lacks Secure and can travel over http."),
    "cookies-samesite-flag-invalid": _bad(-20, "A cookie has a SameSite that browsers refuse."),
    "cookies-anticsrf-without-samesite-flag": _bad(-20, "An anti-CSRF cookie lacks SameSite."),
    "cookies-session-without-httponly-flag": _bad(-30, "Scripts can read a session cookie."),
    "cookies-session-without-secure-flag": _bad(
        -40, "A session cookie lacks Secure and can travel over http."
    ),
}
_CORS = {
    "cross-origin-resource-sharing-not-implemented": _good(0),
    "cross-origin-resource-sharing-implemented-with-public-access": _good(0),
    "cross-origin-resource-sharing-implemented-with-restricted-access": _good(0),
    "cross-origin-resource-sharing-implemented-with-universal-access": _bad(
        -50, "Any site may read answers with the visitor's credentials."
    ),
}
_REDIRECTION = {
    "redirection-to-https": _good(0),
    "redirection-all-redirects-preloaded": _good(0),
    "redirection-not-needed-no-http": _good(0),
    "redirection-off-host-from-http": _bad(
        -5, "The first redirect leaves the host, so HSTS never covers it."
    ),
    "redirection-not-to-https-on-initial-redirection": _bad(
        -10, "The first redirect stays on plain http."
    ),
    "redirection-not-to-https": _bad(-20, "The redirects end on plain http."),
    "redirection-missing": _bad(-20, "Plain http is answered without a redirect."),
    "redirection-invalid-cert": _bad(-20, "The redirect leads to a certificate nobody trusts."),
}
_REFERRER = {
    "referrer-policy-private": _good(5),
    "referrer-policy-not-implemented": _good(0),
    "referrer-policy-unsafe": _bad(-5, "Full addresses are given away to other sites."),
    "referrer-policy-header-invalid": _bad(-5, "The policy holds no token that browsers know."),
}
_HSTS = {
    "hsts-preloaded": _good(5),
    "hsts-implemented-max-age-at-least-six-months": _good(0),
    "hsts-implemented-max-age-less-than-six-months": _bad(-10, "max-age is under six months."),
    "hsts-not-implemented": _bad(-20, "There is no Strict-Transport-Security."),
    "hsts-header-invalid": _bad(-20, "Strict-Transport-Security cannot be read."),
    "hsts-not-implemented-no-https": _bad(-20, "The site does not answer over https."),
    "hsts-invalid-cert": _bad(-20, "Browsers ignore HSTS under a certificate nobody trusts."),
}
_SRI = {
    "sri-implemented-and-all-scripts-loaded-securely": _good(5),
    "sri-implemented-and-external-scripts-loaded-securely": _good(5),
    "sri-not-implemented-response-not-html": _good(0),
    "sri-not-implemented-but-no-scripts-loaded": _good(0),
    "sri-not-implemented-but-all-scripts-loaded-from-secure-origin": _good(0),
    "sri-not-implemented-but-external-scripts-loaded-securely": _bad(
        -5, "Scripts of other sites come without integrity."
    ),
    "sri-implemented-but-external-scripts-not-loaded-securely": _bad(
        -20, "Scripts of other sites have integrity but no https."
    ),
    "html-not-parseable": _bad(-20, "The page claims to be HTML but cannot be parsed."),
    "sri-not-implemented-and-external-scripts-not-loaded-securely": _bad(
        -50, "Scripts of other sites come without integrity and without https."
    ),
}
_CONTENT_TYPE_OPTIONS = {
    "x-content-type-options-nosniff": _good(0),
    "x-content-type-options-not-implemented": _bad(-5, "There is no X-Content-Type-Options."),
    "x-content-type-options-header-invalid": _bad(-5, "The only value that works is nosniff."),
}
_FRAME_OPTIONS = {
    "x-frame-options-implemented-via-csp": _good(5),
    "x-frame-options-sameorigin-or-deny": _good(5),
    "x-frame-options-allow-from-origin": _good(0),
    "x-frame-options-not-implemented": _bad(-20, "Any site may frame this page."),
    "x-frame-options-header-invalid": _bad(-20, "X-Frame-Options has a value browsers ignore."),
}
_CORP = {
    "corp-implemented-with-same-origin": _good(10),
    "corp-implemented-with-same-site": _good(10),
    "corp-implemented-with-cross-origin": _good(0),
    "corp-not-implemented": _good(0),
    "corp-header-invalid": _bad(-5, "Cross-Origin-Resource-Policy has an unknown value."),
}
_COOP = {
    "coop-implemented-with-same-origin": _good(10),
    "coop-implemented-with-same-origin-allow-popups": _good(10),
    "coop-implemented-with-noopener-allow-popups": _good(10),
    "coop-implemented-with-unsafe-none": _good(0),
    "coop-not-implemented": _good(0),
    "coop-header-invalid": _bad(-5, "Cross-Origin-Opener-Policy is not one known token."),
}
_COEP = {
    "coep-implemented-with-require-corp": _good(10),
    "coep-implemented-with-credentialless": _good(10),
    "coep-implemented-with-unsafe-none": _good(0),
    "coep-not-implemented": _good(0),
    "coep-header-invalid": _bad(-5, "Cross-Origin-Embedder-Policy is not one known token."),
}

OUTCOMES: Mapping[str, Mapping[str, Outcome]] = MappingProxyType(
    {
        "content-security-policy": _CSP,
        "cookies": _COOKIES,
        "cross-origin-resource-sharing": _CORS,
        "redirection": _REDIRECTION,
        "referrer-policy": _REFERRER,
        "strict-transport-security": _HSTS,
        "subresource-integrity": _SRI,
        "x-content-type-options": _CONTENT_TYPE_OPTIONS,
        "x-frame-options": _FRAME_OPTIONS,
        "cross-origin-resource-policy": _CORP,
        "cross-origin-opener-policy": _COOP,
        "cross-origin-embedder-policy": _COEP,
    }
)
"""Test name -> outcome name -> worth. The names are those of MDN's public scanner."""


def conclude(
    test: str,
    result: str,
    *,
    header: str | None = None,
    evidence: str | None = None,
    findings: tuple[Finding, ...] = (),
) -> Verdict:
    """The verdict for one outcome; a finding is made from the outcome unless some are given.

    `evidence` must not hold a cookie's value. Raises KeyError for an unknown test or outcome.
    """
    outcome = OUTCOMES[test][result]
    shown = clip(evidence) if evidence else None
    status = _status(outcome)
    if status is Status.PASS:
        findings = ()
    elif not findings:
        findings = (Finding(message=outcome.message, header=header, snippet=shown),)
    observed = Observed(
        test=test,
        result=result,
        passes=outcome.passes,
        modifier=outcome.modifier,
        evidence=shown,
    )
    return Verdict(status=status, findings=findings, observed=observed)


def unscored(exchange: Exchange) -> Verdict | None:
    """The `error` verdict for an answer that the Observatory does not score, else None."""
    if is_scored(exchange):
        return None
    reason = f"status {exchange.status}" if exchange.ok else exchange.error or "no answer"
    return undecided(
        f"Only pages that answer 2xx, 3xx, 401 or 403 are judged; this one: {reason}.",
        url=exchange.url,
    )


def _status(outcome: Outcome) -> Status:
    if outcome.passes and outcome.modifier >= 0:
        return Status.PASS
    if outcome.passes or outcome.modifier == -5:  # noqa: PLR2004 - the chart's mildest malus
        return Status.WARN
    return Status.FAIL
