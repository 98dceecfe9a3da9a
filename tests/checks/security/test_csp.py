"""`sec.csp`, case by case."""

import pytest

from checks.security.sites import Headers, observed, page, result, site, verdict
from haulier.checks.base import Status
from haulier.checks.rules.sec_csp import check

NAME = "Content-Security-Policy"
NONE = "csp-implemented-with-no-unsafe-default-src-none"
GOOD = "csp-implemented-with-no-unsafe"
STYLE = "csp-implemented-with-unsafe-inline-in-style-src-only"
PASSIVE = "csp-implemented-with-insecure-scheme-in-passive-content-only"
EVAL = "csp-implemented-with-unsafe-eval"
INLINE = "csp-implemented-with-unsafe-inline"
SCHEME = "csp-implemented-with-insecure-scheme"
REPEATED = "csp-implemented-but-duplicate-directives"
INVALID = "csp-header-invalid"
ABSENT = "csp-not-implemented"
REPORTING = "csp-not-implemented-but-reporting-enabled"

ONE_HEADER = [
    ("default-src 'none'", NONE),
    ("default-src", NONE),
    ("DEFAULT-SRC 'NONE'", NONE),
    ("  default-src 'none'  ;; ", NONE),
    ("default-src 'none'; script-src 'self'; img-src 'self'", NONE),
    ("default-src 'none'; report-to a", NONE),
    ("default-src 'self'", GOOD),
    ("script-src 'self'; object-src 'none'; style-src 'self'", GOOD),
    ("default-src 'self'; script-src 'nonce-abc' 'unsafe-inline'", GOOD),
    ("default-src 'self'; script-src 'sha256-abc=' 'unsafe-inline'", GOOD),
    ("default-src 'self'; style-src 'sha384-abc=' 'unsafe-inline'", GOOD),
    ("default-src 'self'; script-src 'strict-dynamic' 'nonce-a' https: 'unsafe-inline'", GOOD),
    ("default-src 'strict-dynamic' 'nonce-a' https: *", GOOD),
    ("default-src https://cdn.example", GOOD),
    ("default-src 'self'; img-src data:", GOOD),
    ("default-src 'self'; style-src 'unsafe-inline'", STYLE),
    ("default-src 'self'; style-src data:", STYLE),
    ("default-src 'self'; style-src https:", STYLE),
    ("script-src 'self'; object-src 'self'", STYLE),
    ("default-src 'none'; style-src *", STYLE),
    ("default-src 'self'; img-src http:", PASSIVE),
    ("default-src 'self'; media-src http://media.example", PASSIVE),
    ("default-src 'self'; img-src ftp://old.example; style-src 'unsafe-inline'", PASSIVE),
    ("default-src 'self'; script-src 'self' 'unsafe-eval'", EVAL),
    ("default-src 'self'; style-src 'unsafe-eval'", EVAL),
    ("default-src 'self' 'unsafe-eval'; img-src http:", EVAL),
    ("default-src 'self'; script-src 'strict-dynamic' 'nonce-a' 'unsafe-eval'", EVAL),
    ("default-src 'unsafe-inline'", INLINE),
    ("default-src *", INLINE),
    ("default-src https:", INLINE),
    ("default-src 'self'; script-src data:", INLINE),
    ("default-src 'self'; object-src *", INLINE),
    ("default-src 'self'; script-src http://*.*", INLINE),
    ("script-src 'self'", INLINE),
    ("upgrade-insecure-requests", INLINE),
    ("frame-ancestors 'none'", INLINE),
    ("default-src 'self'; script-src 'unsafe-inline' 'unsafe-eval'", INLINE),
    ("default-src 'self'; script-src http://cdn.example", SCHEME),
    ("default-src 'self'; connect-src http://api.example", SCHEME),
    ("default-src 'self'; report-uri http://log.example", SCHEME),
    ("default-src 'self'; frame-src ftp://old.example 'unsafe-eval'", SCHEME),
    ("default-src 'none'; report-uri /a; report-uri /b", REPEATED),
    ("default-src 'self'; report-to a; report-to b", REPEATED),
    ("default-src 'self'; img-src http:; report-to a; report-to b", REPEATED),
    ("default-src *; report-to a; report-to b", INLINE),
    ("default-src 'none'; default-src 'none'", INVALID),
    ("default-src 'none'; IMG-SRC a; img-src b", INVALID),
    ("", INVALID),
    ("   ", INVALID),
    ("a b", INVALID),
    ("default-src 'none',", INVALID),
    ("default-src 'none', x", INVALID),
    ("script-src 'strict-dynamic' 'self'; object-src 'none'", INVALID),
    (";;;;;;;", ABSENT),
]


@pytest.mark.parametrize(("policy", "expected"), ONE_HEADER)
def test_one_header_comes_to_its_outcome(policy: str, expected: str) -> None:
    assert result(check, site(page([(NAME, policy)]))) == expected


SEVERAL_HEADERS: list[tuple[list[str], str]] = [
    (["default-src 'none'", "default-src 'none'"], NONE),
    (["default-src 'none', default-src 'none'"], NONE),
    (["default-src 'self' https:", "default-src 'self'"], GOOD),
    (["default-src 'self'", "default-src https://cdn.example"], NONE),
    (["default-src 'self' 'unsafe-inline'", "default-src 'self' 'unsafe-inline'"], INLINE),
    (["default-src 'self' 'unsafe-inline'", "default-src 'self'"], GOOD),
    (["default-src 'self'", "script-src 'unsafe-inline'"], GOOD),
    (["default-src 'self'", "img-src http:"], GOOD),
    (["script-src 'unsafe-inline'", "default-src 'self'"], INLINE),
    (["default-src https://a.example/", "default-src https://a.example/x"], GOOD),
    (["default-src https://a.example/%zz", "default-src https://a.example/%zy"], INVALID),
    (["default-src 'self'", "bad"], INVALID),
    (["default-src 'self'; report-to a; report-to a", "default-src 'self'"], REPEATED),
]


@pytest.mark.parametrize(("policies", "expected"), SEVERAL_HEADERS)
def test_several_headers_come_to_what_survives(policies: list[str], expected: str) -> None:
    headers = [(NAME, policy) for policy in policies]

    assert result(check, site(page(headers))) == expected


def meta(policy: str) -> str:
    return f'<meta http-equiv=" Content-Security-Policy " content="{policy}">'


METAS: list[tuple[list[str], list[str], str]] = [
    ([], ["default-src 'none'"], NONE),
    ([], ["default-src 'self'", "default-src 'self'"], GOOD),
    ([], ["frame-ancestors 'none'"], ABSENT),
    ([], ["report-uri /log; sandbox"], ABSENT),
    ([], ["report-to log"], INLINE),
    ([], [""], ABSENT),
    ([], ["short"], INVALID),
    (["default-src 'self' https:"], ["default-src 'self'"], GOOD),
    (["default-src 'self'"], ["x"], INVALID),
    (["default-src 'self'"], ["default-src 'self', default-src *"], GOOD),
]


@pytest.mark.parametrize(("headers", "metas", "expected"), METAS)
def test_metas_are_read_after_the_headers(
    headers: list[str], metas: list[str], expected: str
) -> None:
    html = "".join(map(meta, metas))

    assert result(check, site(page([(NAME, one) for one in headers], html=html))) == expected


def test_metas_of_something_that_is_not_html_do_not_count() -> None:
    html = meta("default-src 'none'")

    found = result(check, site(page([("Content-Type", "text/plain")], html=html)))

    assert found == ABSENT


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], ABSENT),
        ([("Content-Security-Policy-Report-Only", "default-src 'none'")], REPORTING),
        ([("Content-Security-Policy-Report-Only", "")], ABSENT),
        (
            [("Content-Security-Policy-Report-Only", "default-src *"), (NAME, "default-src a")],
            GOOD,
        ),
    ],
)
def test_a_policy_that_only_reports_is_none(headers: Headers, expected: str) -> None:
    assert result(check, site(page(headers))) == expected


@pytest.mark.parametrize(
    "policy", ["default-src http://a.example", "default-src 'self'; img-src http:"]
)
def test_http_sources_are_no_fault_on_a_plain_page(policy: str) -> None:
    plain = page([(NAME, policy)], url="http://shop.example/")

    assert result(check, site(plain)) == GOOD


@pytest.mark.parametrize(
    ("policy", "status", "modifier", "passes"),
    [
        ("default-src 'none'", Status.PASS, 10, True),
        ("default-src 'self'", Status.PASS, 5, True),
        ("default-src 'self'; style-src *", Status.PASS, 0, True),
        ("default-src 'self'; img-src http:", Status.WARN, -10, True),
        ("default-src 'self' 'unsafe-eval'", Status.FAIL, -10, False),
        ("default-src *", Status.FAIL, -20, False),
        ("default-src 'self'; font-src http:", Status.FAIL, -20, False),
        ("", Status.FAIL, -25, False),
    ],
)
def test_each_outcome_has_its_status_and_modifier(
    policy: str, status: Status, modifier: int, passes: bool
) -> None:
    facts = site(page([(NAME, policy)]))

    assert verdict(check, facts).status is status
    assert (observed(check, facts).modifier, observed(check, facts).passes) == (modifier, passes)


def test_a_finding_shows_the_policy_cut_to_200_characters() -> None:
    facts = site(page([(NAME, "default-src * " + "x" * 500)]))

    (finding,) = verdict(check, facts).findings

    assert finding.header == NAME
    assert finding.snippet is not None
    assert len(finding.snippet) == 200


def test_a_good_policy_has_no_finding() -> None:
    assert verdict(check, site(page([(NAME, "default-src 'none'")]))).findings == ()
