"""Whole sites, with scores added up by hand from the Observatory's table."""

import re

import pytest

from checks.security.sites import observed
from checks.security.whole_sites import Case, facts_of
from checks.security.whole_sites_by_behaviour import BY_BEHAVIOUR
from checks.security.whole_sites_by_policy import BY_POLICY
from haulier.checks.observatory import score_observed
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

CASES = [*BY_POLICY, *BY_BEHAVIOUR]
RULES = {
    "csp": sec_csp.check,
    "cookies": sec_cookies.check,
    "cors": sec_cors.check,
    "redirect": sec_redirection.check,
    "referrer": sec_referrer_policy.check,
    "hsts": sec_hsts.check,
    "sri": sec_sri.check,
    "sniff": sec_x_content_type_options.check,
    "frame": sec_x_frame_options.check,
    "corp": sec_corp.check,
    "coop": sec_coop.check,
    "coep": sec_coep.check,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_site_comes_to_the_score_added_up_by_hand(case: Case) -> None:
    facts = facts_of(case)
    expected = dict.fromkeys(RULES, 0)
    expected |= {name: int(value) for name, value in re.findall(r"([a-z]+)([+-]\d+)", case.worth)}

    found = {name: observed(check, facts) for name, check in RULES.items()}
    whole = score_observed(list(found.values()))

    assert {name: one.modifier for name, one in found.items()} == expected
    assert (whole.score, whole.grade) == (case.score, case.grade)


def test_there_are_forty_sites_or_more() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40
