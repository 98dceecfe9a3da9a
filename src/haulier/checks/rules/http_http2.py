"""Which versions of HTTP the site offers over TLS."""

from haulier.checks.base import NOT_APPLICABLE, PASSED, Check, Finding, Verdict, warned
from haulier.checks.facts import SiteFacts

_MODERN = {"h2", "h3"}


def _inspect(facts: SiteFacts) -> Verdict:
    if facts.certificate is None:
        return NOT_APPLICABLE
    final = facts.page.final
    advertised = any("h3=" in value for value in final.values("alt-svc"))
    spoken = final.http_version in {"HTTP/2", "HTTP/3"}
    if facts.certificate.alpn in _MODERN or spoken or advertised:
        return PASSED
    return warned(Finding(message="Only HTTP/1.1 is offered."))


check = Check(
    id="http.http2",
    category="performance",
    weight=1,
    title="A current version of HTTP is offered",
    rule="warn: only http/1.1",
    advice="Turn HTTP/2 on, and HTTP/3 where the server knows it.",
    anchors="Lighthouse modern-http; coach spdy",
    inspect_site=_inspect,
)
