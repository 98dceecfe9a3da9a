"""Merging of policy lists."""

import pytest

from haulier.checks.csp import InvalidPolicyError, parse_policies, split_policies

MERGED: list[tuple[list[str], dict[str, set[str]]]] = [
    ([], {}),
    (["img-src a"], {"img-src": {"a"}}),
    (["img-src"], {"img-src": {"'none'"}}),
    (["sandbox;img-src A B"], {"sandbox": {"'none'"}, "img-src": {"a", "b"}}),
    (["img-src https://a.example https://a.example/x"], {"img-src": {"https://a.example"}}),
    (["img-src a\u00a0b\tc"], {"img-src": {"a", "b", "c"}}),
    (["img-src a", "img-src b"], {"img-src": {"'none'"}}),
    (["img-src a b", "img-src b c"], {"img-src": {"b"}}),
    (["img-src a b", "img-src b c", "img-src d"], {"img-src": {"b"}}),
    (["img-src a", "font-src b"], {"img-src": {"a"}, "font-src": {"'none'"}}),
    (["img-src https://a/", "img-src https://a/b/c"], {"img-src": {"https://a/b/c"}}),
    (["img-src https://a/b", "img-src https://a/b/c"], {"img-src": {"'none'"}}),
    (["img-src https://a/%62", "img-src https://a/b"], {"img-src": {"https://a/b"}}),
    (["img-src a\r\n b"], {"img-src": {"a", "b"}}),
]


@pytest.mark.parametrize(("policies", "expected"), MERGED)
def test_policies_merge_to_what_more_than_one_allows(
    policies: list[str], expected: dict[str, set[str]]
) -> None:
    assert parse_policies(policies).directives == expected


@pytest.mark.parametrize(
    "policies",
    [
        [""],
        ["abcde"],
        ["img-src a; img-src b"],
        ["img-src a", "img-src b; IMG-SRC c"],
        ["img-src x/%", "img-src x/%"],
        ["img-src x/%ff", "img-src x/%fe"],
        ["img-src a"] * 33,
        ["img-src " + "a" * 70_000],
    ],
)
def test_what_cannot_be_used_is_refused(policies: list[str]) -> None:
    with pytest.raises(InvalidPolicyError):
        parse_policies(policies)


def test_commas_end_policies_and_space_around_them_is_dropped() -> None:
    assert split_policies(["a b, c ,", "d"]) == ("a b", "c", "", "d")


def test_reporting_may_be_repeated_and_is_noted() -> None:
    assert parse_policies(["report-uri /a; report-uri /b"]).repeats_reporting
    assert not parse_policies(["report-uri /a", "report-uri /b"]).repeats_reporting


def test_the_longest_list_within_the_limits_is_merged() -> None:
    sources = {f"'{number:x}'" for number in range(370)}

    merged = parse_policies(["img-src " + " ".join(sorted(sources))] * 32)

    assert merged.directives == {"img-src": sources}
