"""The HTTP Observatory's score (algorithm 6) from its twelve tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haulier.checks.base import Observed

ALGORITHM = 6
_START = 100
_BONUS_FROM = 90
"""Bonuses count only when the score without them reaches this."""
_GRADES = {
    100: "A+",
    95: "A",
    90: "A",
    85: "A-",
    80: "B+",
    75: "B",
    70: "B",
    65: "B-",
    60: "C+",
    55: "C",
    50: "C",
    45: "C-",
    40: "D+",
    35: "D",
    30: "D",
    25: "D-",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservatoryScore:
    """The score as MDN's scanner gives it."""

    score: int
    """0 or more, without an upper limit: bonuses can pass 130."""
    grade: str
    tests: Mapping[str, Observed]


def grade_for(score: int) -> str:
    """The letter of MDN's chart: the score rounded down to a multiple of 5, at most 100."""
    return _GRADES.get(min(100, score - score % 5), "F")


def score_observed(observed: Sequence[Observed]) -> ObservatoryScore:
    """Adds up the modifiers of the tests that were observed."""
    plain = _START + sum(test.modifier for test in observed if test.modifier < 0)
    with_bonus = _START + sum(test.modifier for test in observed)
    score = max(0, with_bonus if plain >= _BONUS_FROM else plain)
    return ObservatoryScore(
        score=score, grade=grade_for(score), tests={test.test: test for test in observed}
    )
