"""The Observatory rules that look at one header: tables."""

from dataclasses import replace

import pytest

from checks.security.sites import Headers, answer, observed, page, result, site, verdict
from haulier.checks.base import Check, Status
from haulier.checks.rules import (
    sec_coep,
    sec_coop,
    sec_corp,
    sec_cors,
    sec_referrer_policy,
    sec_x_content_type_options,
    sec_x_frame_options,
)


def judged(check: Check, name: str, values: list[str]) -> str:
    return result(check, site(page([(name, value) for value in values])))


FRAME: list[tuple[list[str], str]] = [
    (["DENY"], "sameorigin-or-deny"),
    (["sameorigin"], "sameorigin-or-deny"),
    (["  SameOrigin  "], "sameorigin-or-deny"),
    (["ALLOW-FROM https://a.example"], "allow-from-origin"),
    (["allow-from"], "allow-from-origin"),
    ([], "not-implemented"),
    ([""], "not-implemented"),
    (["ALLOWALL"], "header-invalid"),
    (["DENY, DENY"], "header-invalid"),
    (["DENY", "SAMEORIGIN"], "header-invalid"),
    (["DENY;"], "header-invalid"),
    (["x" * 100_000], "header-invalid"),
]


@pytest.mark.parametrize(("values", "expected"), FRAME)
def test_x_frame_options(values: list[str], expected: str) -> None:
    found = judged(sec_x_frame_options.check, "X-Frame-Options", values)

    assert found == f"x-frame-options-{expected}"


FRAME_BY_CSP: list[tuple[Headers, str]] = [
    ([("Content-Security-Policy", "frame-ancestors 'none'")], "implemented-via-csp"),
    ([("Content-Security-Policy", "frame-ancestors *")], "implemented-via-csp"),
    (
        [("X-Frame-Options", "bad"), ("Content-Security-Policy", "frame-ancestors 'self'")],
        "implemented-via-csp",
    ),
    (
        [("X-Frame-Options", "DENY"), ("Content-Security-Policy", "default-src 'self'")],
        "sameorigin-or-deny",
    ),
    ([("Content-Security-Policy", "frame-ancestors a; frame-ancestors b")], "not-implemented"),
    ([("Content-Security-Policy-Report-Only", "frame-ancestors 'none'")], "not-implemented"),
]


@pytest.mark.parametrize(("headers", "expected"), FRAME_BY_CSP)
def test_frame_ancestors_stand_in_for_x_frame_options(headers: Headers, expected: str) -> None:
    found = result(sec_x_frame_options.check, site(page(headers)))

    assert found == f"x-frame-options-{expected}"


SNIFF: list[tuple[list[str], str]] = [
    (["nosniff"], "nosniff"),
    (["NoSniff"], "nosniff"),
    ([" nosniff "], "nosniff"),
    ([], "not-implemented"),
    ([""], "not-implemented"),
    (["sniff"], "header-invalid"),
    (["nosniff;"], "header-invalid"),
    (["nosniff, nosniff"], "header-invalid"),
    (["nosniff", "nosniff"], "header-invalid"),
    (["'nosniff'"], "header-invalid"),
]


@pytest.mark.parametrize(("values", "expected"), SNIFF)
def test_x_content_type_options(values: list[str], expected: str) -> None:
    found = judged(sec_x_content_type_options.check, "X-Content-Type-Options", values)

    assert found == f"x-content-type-options-{expected}"


CORP: list[tuple[list[str], str]] = [
    (["same-origin"], "implemented-with-same-origin"),
    (["SAME-ORIGIN"], "implemented-with-same-origin"),
    ([" same-site "], "implemented-with-same-site"),
    (["cross-origin"], "implemented-with-cross-origin"),
    ([], "not-implemented"),
    ([""], "not-implemented"),
    (["same-origin; report-to=a"], "header-invalid"),
    (['"same-origin"'], "header-invalid"),
    (["same-origin", "same-origin"], "header-invalid"),
    (["none"], "header-invalid"),
]


@pytest.mark.parametrize(("values", "expected"), CORP)
def test_cross_origin_resource_policy(values: list[str], expected: str) -> None:
    found = judged(sec_corp.check, "Cross-Origin-Resource-Policy", values)

    assert found == f"corp-{expected}"


COOP: list[tuple[list[str], str]] = [
    (["same-origin"], "implemented-with-same-origin"),
    (['same-origin; report-to="a"'], "implemented-with-same-origin"),
    (["same-origin;a;b=1"], "implemented-with-same-origin"),
    (["same-origin-allow-popups"], "implemented-with-same-origin-allow-popups"),
    (["noopener-allow-popups"], "implemented-with-noopener-allow-popups"),
    (["  unsafe-none"], "implemented-with-unsafe-none"),
    ([], "not-implemented"),
    ([""], "not-implemented"),
    (["Same-Origin"], "header-invalid"),
    (['"same-origin"'], "header-invalid"),
    (["same-origin, same-origin"], "header-invalid"),
    (["same-origin", "same-origin"], "header-invalid"),
    (["", "same-origin"], "header-invalid"),
    (["same-origin;"], "header-invalid"),
    (["same origin"], "header-invalid"),
    (["?1"], "header-invalid"),
    (["42"], "header-invalid"),
    (["(same-origin)"], "header-invalid"),
    (["same-origin; a=\u00e9"], "header-invalid"),
]


@pytest.mark.parametrize(("values", "expected"), COOP)
def test_cross_origin_opener_policy(values: list[str], expected: str) -> None:
    found = judged(sec_coop.check, "Cross-Origin-Opener-Policy", values)

    assert found == f"coop-{expected}"


COEP: list[tuple[list[str], str]] = [
    (["require-corp"], "implemented-with-require-corp"),
    (['require-corp; report-to="a"'], "implemented-with-require-corp"),
    (["credentialless"], "implemented-with-credentialless"),
    (["unsafe-none"], "implemented-with-unsafe-none"),
    ([], "not-implemented"),
    ([""], "not-implemented"),
    (["REQUIRE-CORP"], "header-invalid"),
    (['"require-corp"'], "header-invalid"),
    (["require-corp", "require-corp"], "header-invalid"),
    (["same-origin"], "header-invalid"),
]


@pytest.mark.parametrize(("values", "expected"), COEP)
def test_cross_origin_embedder_policy(values: list[str], expected: str) -> None:
    found = judged(sec_coep.check, "Cross-Origin-Embedder-Policy", values)

    assert found == f"coep-{expected}"


REFERRER: list[tuple[list[str], str, str]] = [
    (["no-referrer"], "", "private"),
    (["same-origin"], "", "private"),
    (["strict-origin"], "", "private"),
    (["Strict-Origin-When-Cross-Origin"], "", "private"),
    (["origin"], "", "unsafe"),
    (["origin-when-cross-origin"], "", "unsafe"),
    (["unsafe-url"], "", "unsafe"),
    (["no-referrer-when-downgrade"], "", "unsafe"),
    (["unsafe-url, no-referrer"], "", "private"),
    (["no-referrer, unsafe-url"], "", "unsafe"),
    (["no-referrer, whatever"], "", "private"),
    (["no-referrer", "origin"], "", "unsafe"),
    ([], "", "not-implemented"),
    ([""], "", "header-invalid"),
    (["never"], "", "header-invalid"),
    ([], '<meta name="referrer" content="no-referrer">', "private"),
    (["unsafe-url"], '<meta name=" Referrer " content="no-referrer">', "private"),
    (["no-referrer"], '<meta name="referrer" content="origin">', "unsafe"),
    (["no-referrer"], '<meta name="referrer" content="never">', "private"),
    (["no-referrer"], '<meta name="referrer" content="">', "private"),
    ([], '<meta name="referrer">', "not-implemented"),
    ([], '<meta name="referrer" content="x"><meta name="referrer" content="origin">', "unsafe"),
    ([], '<meta http-equiv="referrer-policy" content="no-referrer">', "not-implemented"),
]


@pytest.mark.parametrize(("values", "html", "expected"), REFERRER)
def test_referrer_policy(values: list[str], html: str, expected: str) -> None:
    facts = site(page([("Referrer-Policy", value) for value in values], html=html))

    assert result(sec_referrer_policy.check, facts) == f"referrer-policy-{expected}"


ORIGIN = "https://http-observatory.security.mozilla.org"
ALLOW, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
CORS: list[tuple[Headers, int, str]] = [
    ([], 200, "not-implemented"),
    ([(ALLOW, "")], 200, "not-implemented"),
    ([(CREDENTIALS, "true")], 200, "not-implemented"),
    ([(ALLOW, "*")], 200, "implemented-with-public-access"),
    ([(ALLOW, " * ")], 204, "implemented-with-public-access"),
    ([(ALLOW, "*"), (CREDENTIALS, "true")], 200, "implemented-with-public-access"),
    ([(ALLOW, "https://a.example")], 200, "implemented-with-restricted-access"),
    ([(ALLOW, "null"), (CREDENTIALS, "true")], 200, "implemented-with-restricted-access"),
    ([(ALLOW, ORIGIN)], 200, "implemented-with-restricted-access"),
    ([(ALLOW, ORIGIN), (CREDENTIALS, "false")], 200, "implemented-with-restricted-access"),
    ([(ALLOW, ORIGIN + "/"), (CREDENTIALS, "true")], 200, "implemented-with-restricted-access"),
    ([(ALLOW, ORIGIN), (CREDENTIALS, "true")], 200, "implemented-with-universal-access"),
    ([(ALLOW, ORIGIN), (CREDENTIALS, " TRUE ")], 204, "implemented-with-universal-access"),
    ([(ALLOW, ORIGIN), (CREDENTIALS, "true")], 405, "not-implemented"),
    ([(ALLOW, ORIGIN), (CREDENTIALS, "true")], 301, "not-implemented"),
]


@pytest.mark.parametrize(("headers", "status", "expected"), CORS)
def test_cross_origin_resource_sharing(headers: Headers, status: int, expected: str) -> None:
    facts = replace(site(), preflight=answer(headers, status=status))

    assert result(sec_cors.check, facts) == f"cross-origin-resource-sharing-{expected}"


def test_without_a_preflight_nothing_is_shared() -> None:
    unanswered = replace(site(), preflight=answer(error="timeout"))

    for facts in (site(), unanswered):
        assert result(sec_cors.check, facts) == "cross-origin-resource-sharing-not-implemented"


WORTH: list[tuple[Check, Headers, Status, int]] = [
    (sec_x_frame_options.check, [("X-Frame-Options", "DENY")], Status.PASS, 5),
    (sec_x_frame_options.check, [("X-Frame-Options", "ALLOW-FROM a")], Status.PASS, 0),
    (sec_x_frame_options.check, [], Status.FAIL, -20),
    (sec_x_content_type_options.check, [("X-Content-Type-Options", "nosniff")], Status.PASS, 0),
    (sec_x_content_type_options.check, [], Status.WARN, -5),
    (sec_corp.check, [("Cross-Origin-Resource-Policy", "same-site")], Status.PASS, 10),
    (sec_corp.check, [("Cross-Origin-Resource-Policy", "cross-origin")], Status.PASS, 0),
    (sec_corp.check, [("Cross-Origin-Resource-Policy", "x")], Status.WARN, -5),
    (sec_coop.check, [("Cross-Origin-Opener-Policy", "noopener-allow-popups")], Status.PASS, 10),
    (sec_coop.check, [("Cross-Origin-Opener-Policy", "unsafe-none")], Status.PASS, 0),
    (sec_coop.check, [("Cross-Origin-Opener-Policy", "x")], Status.WARN, -5),
    (sec_coep.check, [("Cross-Origin-Embedder-Policy", "credentialless")], Status.PASS, 10),
    (sec_coep.check, [], Status.PASS, 0),
    (sec_coep.check, [("Cross-Origin-Embedder-Policy", "x")], Status.WARN, -5),
    (sec_referrer_policy.check, [("Referrer-Policy", "no-referrer")], Status.PASS, 5),
    (sec_referrer_policy.check, [("Referrer-Policy", "origin")], Status.WARN, -5),
]


@pytest.mark.parametrize(("check", "headers", "status", "modifier"), WORTH)
def test_each_outcome_has_its_status_and_modifier(
    check: Check, headers: Headers, status: Status, modifier: int
) -> None:
    facts = site(page(headers))

    assert verdict(check, facts).status is status
    assert observed(check, facts).modifier == modifier


def test_an_origin_that_is_echoed_with_credentials_fails() -> None:
    headers = [(ALLOW, ORIGIN), (CREDENTIALS, "true")]
    facts = replace(site(), preflight=answer(headers))

    assert verdict(sec_cors.check, facts).status is Status.FAIL
    assert observed(sec_cors.check, facts).modifier == -50
