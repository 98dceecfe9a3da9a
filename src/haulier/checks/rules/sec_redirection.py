"""`sec.redirection`: where the plain http form of the site leads."""

from haulier.checks.base import Check, Verdict
from haulier.checks.exchanges import absolute, certificate_refused, host_of, scheme_of
from haulier.checks.facts import Exchange, SiteFacts
from haulier.checks.hsts import is_preloaded
from haulier.checks.outcomes import conclude, unscored

_BAD_CERTIFICATE = frozenset({"tls_invalid", "tls_failed"})


def _inspect(facts: SiteFacts) -> Verdict:
    error = unscored(facts.page.final)
    if error and not certificate_refused(facts):
        return error
    route = " → ".join(hop.url for hop in facts.http_chain)
    return conclude("redirection", _result(facts), evidence=route)


def _result(facts: SiteFacts) -> str:
    chain = facts.http_chain
    if _met_bad_certificate(facts):
        return "redirection-invalid-cert"
    if not chain or not chain[-1].ok:
        return "redirection-not-needed-no-http"
    if all(is_preloaded(host_of(hop.url), facts.hsts_preload) for hop in chain):
        return "redirection-all-redirects-preloaded"
    if len(chain) == 1:
        return "redirection-missing"
    first, second, last = chain[0], chain[1], chain[-1]
    if scheme_of(last.url) != "https":
        return "redirection-not-to-https"
    if scheme_of(second.url) == "http":
        return "redirection-not-to-https-on-initial-redirection"
    if scheme_of(first.url) == "http" and host_of(first.url) != host_of(second.url):
        return "redirection-off-host-from-http"
    return "redirection-to-https"


def _met_bad_certificate(facts: SiteFacts) -> bool:
    """The chain from http ran into https whose certificate is not trusted, followed or not."""
    chain = facts.http_chain
    if not chain:
        return False
    if chain[-1].error in _BAD_CERTIFICATE:
        return True
    if not certificate_refused(facts):
        return False
    origin = host_of(facts.page.requested_url)
    reached = any(
        scheme_of(hop.url) == "https" and (not hop.ok or host_of(hop.url) == origin)
        for hop in chain
    )
    return reached or _leads_to_https(chain[-1])


def _leads_to_https(hop: Exchange) -> bool:
    location = hop.first("location")
    target = absolute(location.strip(), hop.url) if location and hop.status // 100 == 3 else None  # noqa: PLR2004
    return target is not None and target.protocol == "https:"


check = Check(
    id="sec.redirection",
    category="security",
    weight="obs",
    title="Plain http leads straight to https",
    rule="8 outcomes, 0…\N{MINUS SIGN}20",
    advice=(
        "Answer http with one redirect to https on the same host; move to another host only after "
        "that, over https."
    ),
    anchors="MDN Observatory; Lighthouse redirects-http",
    inspect_site=_inspect,
)
