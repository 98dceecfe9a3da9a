"""`sec.redirection`, case by case."""

from dataclasses import replace
from itertools import pairwise

import pytest

from checks.security.sites import UNTRUSTED, answer, observed, page, result, site, verdict
from haulier.checks.base import Status
from haulier.checks.facts import Exchange, SiteFacts
from haulier.checks.rules.sec_redirection import check

TO_HTTPS = "redirection-to-https"
PRELOADED = "redirection-all-redirects-preloaded"
NO_HTTP = "redirection-not-needed-no-http"
OFF_HOST = "redirection-off-host-from-http"
LATE = "redirection-not-to-https-on-initial-redirection"
NOT_HTTPS = "redirection-not-to-https"
MISSING = "redirection-missing"
CERTIFICATE = "redirection-invalid-cert"

A, WWW, B = "shop.example", "www.shop.example", "other.example"


def chain(*urls: str, error: str | None = None, status: int = 200) -> tuple[Exchange, ...]:
    """Redirects from URL to URL; the last one answers, or fails with the error."""
    hops = [answer([("Location", target)], url=url, status=301) for url, target in pairwise(urls)]
    return (*hops, answer(url=urls[-1], status=status, error=error))


def with_chain(hops: tuple[Exchange, ...]) -> SiteFacts:
    return replace(
        site(page()), http_chain=hops, hsts_preload={"listed.example": True, "solo.example": False}
    )


ROUTES: list[tuple[list[str], str]] = [
    ([f"http://{A}/", f"https://{A}/"], TO_HTTPS),
    ([f"http://{A}/", f"https://{A}/en/"], TO_HTTPS),
    ([f"http://{A}/", f"https://{A}:8443/"], TO_HTTPS),
    ([f"http://{A}/", f"https://{A}/", f"https://{WWW}/"], TO_HTTPS),
    ([f"http://{A}/", f"https://{A}/", f"https://{B}/"], TO_HTTPS),
    ([f"http://{A}/", f"https://{A}/", f"http://{B}/", f"https://{B}/"], TO_HTTPS),
    ([f"HTTP://{A}/", f"HTTPS://{A}/"], TO_HTTPS),
    ([f"http://{A}/", f"https://{A.upper()}/"], TO_HTTPS),
    ([f"http://{A}/", f"https://{WWW}/"], OFF_HOST),
    ([f"http://{A}/", f"https://{B}/"], OFF_HOST),
    ([f"http://{A}/", f"https://{WWW}/", f"https://{A}/"], OFF_HOST),
    ([f"http://{WWW}/", f"https://{A}/"], OFF_HOST),
    ([f"http://{A}/", f"http://{WWW}/", f"https://{WWW}/"], LATE),
    ([f"http://{A}/", f"http://{A}/x", f"https://{A}/x"], LATE),
    ([f"http://{A}/", f"http://{B}/", f"https://{B}/"], LATE),
    ([f"http://{A}/", f"http://{WWW}/"], NOT_HTTPS),
    ([f"http://{A}/", f"http://{A}/x"], NOT_HTTPS),
    ([f"http://{A}/", f"https://{A}/", f"http://{A}/x"], NOT_HTTPS),
    ([f"http://{A}/", f"http://{B}/", f"http://{A}/"], NOT_HTTPS),
    ([f"http://{A}/"], MISSING),
    (["http://listed.example/"], PRELOADED),
    (["http://listed.example/", "https://listed.example/"], PRELOADED),
    (["http://www.listed.example/", "https://listed.example/"], PRELOADED),
    (["http://a.b.listed.example/", "http://listed.example/"], PRELOADED),
    (["http://solo.example/", "https://solo.example/"], PRELOADED),
    (["http://solo.example/", "https://www.solo.example/"], OFF_HOST),
    (["http://www.solo.example/", "https://www.solo.example/"], TO_HTTPS),
    (["http://listed.example/", f"https://{A}/"], OFF_HOST),
    (["http://notlisted.example/"], MISSING),
    (["http://192.0.2.1/"], MISSING),
    (["http://192.0.2.1/", "https://192.0.2.1/"], TO_HTTPS),
]


@pytest.mark.parametrize(("urls", "expected"), ROUTES)
def test_a_route_comes_to_its_outcome(urls: list[str], expected: str) -> None:
    assert result(check, with_chain(chain(*urls))) == expected


@pytest.mark.parametrize("status", [200, 204, 401, 403, 404, 500])
def test_any_answer_on_http_without_a_redirect_is_a_missing_one(status: int) -> None:
    assert result(check, with_chain(chain(f"http://{A}/", status=status))) == MISSING


@pytest.mark.parametrize("error", ["timeout", "connection_refused", "dns_not_found"])
def test_no_answer_on_http_needs_no_redirect(error: str) -> None:
    assert result(check, with_chain(chain(f"http://{A}/", error=error))) == NO_HTTP


def test_no_attempt_on_http_needs_no_redirect() -> None:
    assert result(check, with_chain(())) == NO_HTTP


def test_a_redirect_into_nothing_is_no_answer() -> None:
    hops = chain(f"http://{A}/", f"https://{A}/", error="timeout")

    assert result(check, with_chain(hops)) == NO_HTTP


UNTRUSTED_ROUTES = [
    chain(f"http://{A}/", f"https://{A}/", error="tls_invalid"),
    chain(f"http://{A}/", f"https://{A}/", error="timeout"),
    chain(f"http://{A}/", f"https://{A}/"),
    chain(f"http://{A}/", f"http://{A}/x", f"https://{A}/", error="tls_invalid"),
    (answer([("Location", f"https://{A}/")], url=f"http://{A}/", status=301),),
]


@pytest.mark.parametrize("hops", UNTRUSTED_ROUTES)
def test_a_redirect_to_a_certificate_nobody_trusts(hops: tuple[Exchange, ...]) -> None:
    facts = replace(with_chain(hops), certificate=UNTRUSTED)

    assert result(check, facts) == CERTIFICATE


@pytest.mark.parametrize("error", ["tls_invalid", "tls_failed"])
def test_a_bad_certificate_elsewhere_on_the_route_counts_too(error: str) -> None:
    hops = chain(f"http://{A}/", f"https://{B}/", error=error)

    assert result(check, with_chain(hops)) == CERTIFICATE


def test_a_bad_certificate_that_http_never_leads_to_is_a_missing_redirect() -> None:
    facts = replace(with_chain(chain(f"http://{A}/")), certificate=UNTRUSTED)

    assert result(check, facts) == MISSING


def test_a_bad_certificate_is_told_even_when_the_page_failed() -> None:
    failing = site(page(error="tls_invalid"))
    hops = chain(f"http://{A}/", f"https://{A}/", error="tls_invalid")

    found = result(check, replace(failing, http_chain=hops, certificate=UNTRUSTED))

    assert found == CERTIFICATE


@pytest.mark.parametrize(
    ("urls", "status", "modifier"),
    [
        ([f"http://{A}/", f"https://{A}/"], Status.PASS, 0),
        (["http://listed.example/"], Status.PASS, 0),
        ([f"http://{A}/", f"https://{B}/"], Status.WARN, -5),
        ([f"http://{A}/", f"http://{B}/", f"https://{B}/"], Status.FAIL, -10),
        ([f"http://{A}/", f"http://{B}/"], Status.FAIL, -20),
        ([f"http://{A}/"], Status.FAIL, -20),
    ],
)
def test_each_outcome_has_its_status_and_modifier(
    urls: list[str], status: Status, modifier: int
) -> None:
    facts = with_chain(chain(*urls))

    assert verdict(check, facts).status is status
    assert observed(check, facts).modifier == modifier


def test_the_finding_shows_the_route() -> None:
    (finding,) = verdict(check, with_chain(chain(f"http://{A}/", f"http://{B}/"))).findings

    assert finding.snippet == f"http://{A}/ → http://{B}/"
