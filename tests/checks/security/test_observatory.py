"""Score and grade from the twelve modifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.checks.base import Observed
from haulier.checks.observatory import ALGORITHM, TESTS, grade_for, score, score_observed
from haulier.checks.outcomes import OUTCOMES

SCORES: list[tuple[list[int], int]] = [
    ([], 100),
    ([0] * 12, 100),
    ([5], 105),
    ([10, 5, 5, 5, 5, 5, 10, 10, 10], 165),
    ([-5], 95),
    ([-5, 10], 105),
    ([-5, -5, 10], 100),
    ([-10, 10], 100),
    ([-10, 10, 10, 10], 120),
    ([-5, -5, -5, 10, 10, 10], 85),
    ([-15, 50], 85),
    ([-20, 50], 80),
    ([-25, -20, -5], 50),
    ([-25, -40, -50, -20], 0),
    ([-100], 0),
    ([-101, 10], 0),
    ([-99, 200], 1),
]


@pytest.mark.parametrize(("modifiers", "expected"), SCORES)
def test_the_bonus_counts_from_90_up_only(modifiers: list[int], expected: int) -> None:
    assert score(modifiers) == expected


GRADES = [
    *[(points, "A+") for points in (100, 101, 105, 130, 165, 1000)],
    *[(points, "A") for points in (90, 94, 95, 99)],
    *[(points, "A-") for points in (85, 89)],
    *[(points, "B+") for points in (80, 84)],
    *[(points, "B") for points in (70, 74, 75, 79)],
    *[(points, "B-") for points in (65, 69)],
    *[(points, "C+") for points in (60, 64)],
    *[(points, "C") for points in (50, 54, 55, 59)],
    *[(points, "C-") for points in (45, 49)],
    *[(points, "D+") for points in (40, 44)],
    *[(points, "D") for points in (30, 34, 35, 39)],
    *[(points, "D-") for points in (25, 29)],
    *[(points, "F") for points in (24, 20, 19, 15, 10, 5, 1, 0)],
]


@pytest.mark.parametrize(("points", "expected"), GRADES)
def test_a_grade_is_the_score_rounded_down_to_five(points: int, expected: str) -> None:
    assert grade_for(points) == expected


@given(st.lists(st.integers(min_value=-50, max_value=10), max_size=12))
def test_a_score_is_never_below_zero_and_bonus_never_hides_a_bad_base(values: list[int]) -> None:
    plain = 100 + sum(value for value in values if value < 0)

    assert score(values) >= 0
    assert plain >= 90 or score(values) == max(0, plain)


def observed(test: str, modifier: int = 0) -> Observed:
    return Observed(test=test, result="any", passes=True, modifier=modifier)


def test_a_score_holds_the_points_the_grade_and_every_test() -> None:
    twelve = [observed(name, 10) for name in TESTS]

    whole = score_observed(twelve)

    assert (whole.score, whole.grade, ALGORITHM) == (220, "A+", 6)
    assert list(whole.tests.values()) == twelve
    assert tuple(whole.tests) == TESTS


def test_there_are_twelve_tests_and_every_fault_has_its_sentence() -> None:
    assert len(TESTS) == 12
    for outcomes in OUTCOMES.values():
        for outcome in outcomes.values():
            faultless = outcome.passes and outcome.modifier >= 0
            assert bool(outcome.message) is not faultless


def test_outcome_names_are_unique() -> None:
    names = [name for outcomes in OUTCOMES.values() for name in outcomes]

    assert len(names) == len(set(names))
