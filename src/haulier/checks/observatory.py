"""The HTTP Observatory's score and grade (algorithm 6) from its twelve tests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haulier.checks.base import Observed
from haulier.checks.outcomes import OUTCOMES

ALGORITHM = 6
TESTS = tuple(OUTCOMES)
"""The twelve test names, in the Observatory's order."""

_START = 100
_BONUS_FROM = 90
_STEP = 5
_GRADES = (
    (100, "A+"),
    (90, "A"),
    (85, "A-"),
    (80, "B+"),
    (70, "B"),
    (65, "B-"),
    (60, "C+"),
    (50, "C"),
    (45, "C-"),
    (40, "D+"),
    (30, "D"),
    (25, "D-"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservatoryScore:
    """The score as MDN's scanner gives it."""

    score: int
    """0 or more, without a cap: 130 and more is possible."""
    grade: str
    """"A+" to "F"."""
    tests: Mapping[str, Observed]
    """By test name, in the order given."""


def score_observed(observed: Sequence[Observed]) -> ObservatoryScore:
    """Adds up the tests that were observed. Callers see to it that all of `TESTS` are there."""
    points = score(one.modifier for one in observed)
    return ObservatoryScore(
        score=points, grade=grade_for(points), tests={one.test: one for one in observed}
    )


def score(modifiers: Iterable[int]) -> int:
    """100 plus all modifiers when the negative ones alone leave at least 90, else 100 plus those.

    Never below 0.
    """
    values = list(modifiers)
    plain = _START + sum(value for value in values if value < 0)
    return max(0, _START + sum(values) if plain >= _BONUS_FROM else plain)


def grade_for(score: int) -> str:
    """The letter for a score, rounded down to a multiple of five; everything over 100 is A+."""
    key = min(score - score % _STEP, _START)
    return next((letter for lowest, letter in _GRADES if key >= lowest), "F")
