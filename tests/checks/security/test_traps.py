"""The twelve places where a re-implementation of the Observatory usually differs."""

from dataclasses import replace

from checks.security.sites import PLAIN, Headers, answer, page, result, site, verdict
from haulier.checks.base import Status
from haulier.checks.facts import SiteFacts
from haulier.checks.rules import (
    sec_coep,
    sec_cookies,
    sec_coop,
    sec_corp,
    sec_cors,
    sec_csp,
    sec_hsts,
    sec_redirection,
    sec_referrer_policy,
    sec_sri,
    sec_x_content_type_options,
    sec_x_frame_options,
)

CSP, HSTS, COOKIE = "Content-Security-Policy", "Strict-Transport-Security", "Set-Cookie"


def facts_of(headers: Headers, html: str | None = None) -> SiteFacts:
    return site(page(headers, html=html))


def hsts(value: str) -> str:
    return result(sec_hsts.check, facts_of([(HSTS, value)]))


def csp(*policies: str, html: str | None = None) -> str:
    return result(sec_csp.check, facts_of([(CSP, policy) for policy in policies], html))


def cookies(*values: str, more: Headers | None = None) -> str:
    headers = [*(more or []), *((COOKIE, value) for value in values)]
    return result(sec_cookies.check, facts_of(headers))


def test_trap_1_six_months_are_180_days_and_hsts_is_read_in_its_own_way() -> None:
    assert hsts("max-age=15552000") == "hsts-implemented-max-age-at-least-six-months"
    assert hsts("max-age=15551999") == "hsts-implemented-max-age-less-than-six-months"
    assert hsts("max-age=31536000, preload") == "hsts-header-invalid"
    assert hsts("max-age = 31536000") == "hsts-header-invalid"
    assert hsts("max-age=abc") == "hsts-implemented-max-age-at-least-six-months"


def test_trap_2_policies_split_at_commas_and_sources_must_match_in_two() -> None:
    assert csp("default-src 'self', default-src 'self'") == "csp-implemented-with-no-unsafe"
    assert csp("img-sr") == "csp-implemented-with-unsafe-inline"
    assert csp("img-s") == "csp-header-invalid"
    assert csp("img-src a; img-src a") == "csp-header-invalid"
    assert csp("default-src") == "csp-implemented-with-no-unsafe-default-src-none"
    assert (
        csp("default-src a", "default-src b") == "csp-implemented-with-no-unsafe-default-src-none"
    )


def test_trap_3_meta_frame_ancestors_count_for_framing_only_beside_a_header() -> None:
    html = f'<meta http-equiv="{CSP}" content="frame-ancestors \'none\'">'
    beside = facts_of([(CSP, "default-src 'self'")], html)
    alone = facts_of([], html)

    assert result(sec_csp.check, alone) == "csp-not-implemented"
    assert result(sec_x_frame_options.check, alone) == "x-frame-options-not-implemented"
    assert result(sec_x_frame_options.check, beside) == "x-frame-options-implemented-via-csp"


def test_trap_4_nonces_and_strict_dynamic_drop_what_browsers_ignore() -> None:
    assert csp("default-src 'nonce-a' 'unsafe-inline'") == "csp-implemented-with-no-unsafe"
    assert (
        csp("default-src 'nonce-a' 'strict-dynamic' 'self' https: 'unsafe-inline'")
        == "csp-implemented-with-no-unsafe"
    )
    bare = facts_of([(CSP, "default-src 'strict-dynamic'; frame-ancestors 'none'")])
    assert result(sec_csp.check, bare) == "csp-header-invalid"
    assert result(sec_x_frame_options.check, bare) == "x-frame-options-implemented-via-csp"


def test_trap_5_faults_of_a_policy_are_found_in_one_order() -> None:
    every_fault = [
        ("script-src 'unsafe-inline'", "csp-implemented-with-unsafe-inline"),
        ("connect-src http:", "csp-implemented-with-insecure-scheme"),
        ("script-src 'unsafe-eval'", "csp-implemented-with-unsafe-eval"),
        ("img-src http:", "csp-implemented-with-insecure-scheme-in-passive-content-only"),
        ("style-src *", "csp-implemented-with-unsafe-inline-in-style-src-only"),
    ]
    for first, (_, expected) in enumerate(every_fault):
        rest = [fault for fault, _ in every_fault[first:]]
        distinct = {fault.split()[0]: fault for fault in reversed(rest)}
        assert csp("; ".join(["default-src 'self'", *distinct.values()])) == expected
    assert csp("upgrade-insecure-requests") == "csp-implemented-with-unsafe-inline"


def test_trap_6_the_worst_cookie_wins_and_an_empty_jar_forgets_a_bad_samesite() -> None:
    long = [(HSTS, "max-age=31536000")]
    assert cookies("a=b", more=long) == "cookies-without-secure-flag-but-protected-by-hsts"
    assert cookies("a=b", "a_login=c; HttpOnly") == "cookies-session-without-secure-flag"
    assert cookies("sess=b; Secure; SameSite=x", "csrf=c; Secure") == (
        "cookies-session-without-httponly-flag"
    )
    assert cookies("a=b; Secure; SameSite=x", "csrf=c; Secure") == (
        "cookies-anticsrf-without-samesite-flag"
    )
    assert cookies("sess=b; HttpOnly; SameSite=x", more=long) == "cookies-samesite-flag-invalid"
    assert cookies("heroku-session-affinity=b; SameSite=x") == "cookies-not-found"
    assert cookies("a=b; Domain=other.example; SameSite=x") == "cookies-not-found"


def test_trap_7_coop_and_coep_are_tokens_while_corp_is_plain_text() -> None:
    def coop(*values: str) -> str:
        headers = [("Cross-Origin-Opener-Policy", value) for value in values]
        return result(sec_coop.check, facts_of(headers))

    def coep(value: str) -> str:
        return result(sec_coep.check, facts_of([("Cross-Origin-Embedder-Policy", value)]))

    def corp(value: str) -> str:
        return result(sec_corp.check, facts_of([("Cross-Origin-Resource-Policy", value)]))

    assert coop("same-origin; report-to=a") == "coop-implemented-with-same-origin"
    assert coop('"same-origin"') == "coop-header-invalid"
    assert coop("SAME-ORIGIN") == "coop-header-invalid"
    assert coop("same-origin", "same-origin") == "coop-header-invalid"
    assert coep("REQUIRE-CORP") == "coep-header-invalid"
    assert corp("SAME-ORIGIN") == "corp-implemented-with-same-origin"
    assert corp("same-origin; a=b") == "corp-header-invalid"


def test_trap_8_an_empty_value_is_absent_for_some_and_invalid_for_others() -> None:
    empty = facts_of(
        [("X-Frame-Options", ""), ("X-Content-Type-Options", ""), (HSTS, ""), (CSP, "")]
    )

    assert result(sec_x_frame_options.check, empty) == "x-frame-options-not-implemented"
    assert result(sec_x_content_type_options.check, empty) == (
        "x-content-type-options-not-implemented"
    )
    assert result(sec_hsts.check, empty) == "hsts-header-invalid"
    assert result(sec_csp.check, empty) == "csp-header-invalid"


def test_trap_9_script_origins_are_registrable_domains_and_slashes_are_never_safe() -> None:
    own = '<script src="https://static.shop.example/a.js"></script>'
    bare = '<script src="//shop.example/a.js" integrity="sha256-a"></script>'
    relative = '<script src="/a.js" integrity="sha256-a"></script>'
    unscored = "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"

    assert result(sec_sri.check, facts_of([], own)) == unscored
    assert result(sec_sri.check, facts_of([], bare)) == (
        "sri-implemented-but-external-scripts-not-loaded-securely"
    )
    assert result(sec_sri.check, site(page(html=relative, url=PLAIN))) == unscored
    assert result(sec_sri.check, facts_of([("Content-Type", "text/css")], own)) == (
        "sri-not-implemented-response-not-html"
    )
    assert result(sec_sri.check, facts_of([], relative + bare)) == (
        "sri-implemented-but-external-scripts-not-loaded-securely"
    )


def test_trap_10_the_last_known_referrer_token_wins_over_header_and_meta() -> None:
    header = [("Referrer-Policy", "no-referrer, made-up")]
    meta = '<meta name="referrer" content="unsafe-url">'

    assert result(sec_referrer_policy.check, facts_of(header)) == "referrer-policy-private"
    assert result(sec_referrer_policy.check, facts_of(header, meta)) == "referrer-policy-unsafe"


def test_trap_11_robots_sets_cookies_and_the_preflight_has_a_foreign_origin() -> None:
    robots = answer([(COOKIE, "sess=x")], url="https://shop.example/robots.txt", status=404)
    origin = "https://http-observatory.security.mozilla.org"
    allowed = [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
    ]
    facts = replace(site(), robots=robots, preflight=answer(allowed))

    assert facts.preflight_origin == origin
    assert result(sec_cookies.check, facts) == "cookies-session-without-secure-flag"
    assert result(sec_cors.check, facts) == (
        "cross-origin-resource-sharing-implemented-with-universal-access"
    )


def test_trap_12_a_parent_preloads_its_subdomains_only_when_it_says_so() -> None:
    facts = site(page(url="https://www.shop.example/"))
    covered = replace(facts, hsts_preload={"shop.example": True})
    alone = replace(facts, hsts_preload={"shop.example": False})

    assert result(sec_hsts.check, covered) == "hsts-preloaded"
    assert result(sec_hsts.check, alone) == "hsts-not-implemented"
    hops = (answer(url="http://www.shop.example/"),)
    assert result(sec_redirection.check, replace(covered, http_chain=hops)) == (
        "redirection-all-redirects-preloaded"
    )


def test_only_some_statuses_are_scored() -> None:
    rules = (
        *(sec_coep, sec_cookies, sec_coop, sec_corp, sec_cors, sec_csp, sec_hsts),
        *(sec_redirection, sec_referrer_policy, sec_sri),
        *(sec_x_content_type_options, sec_x_frame_options),
    )
    for status in (100, 199, 400, 402, 404, 410, 429, 500, 503, 599):
        for rule in rules:
            found = verdict(rule.check, site(page(status=status)))
            assert (found.status, found.observed) == (Status.ERROR, None)
    for status in (200, 204, 301, 399, 401, 403):
        for rule in rules:
            assert verdict(rule.check, site(page(status=status))).observed is not None


def test_a_page_that_did_not_answer_is_an_error_with_its_reason() -> None:
    found = verdict(sec_csp.check, site(page(error="timeout")))

    assert found.status is Status.ERROR
    assert "timeout" in found.findings[0].message
