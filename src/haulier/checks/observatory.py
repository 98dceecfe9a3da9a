"""The HTTP Observatory's score and grade (algorithm 6) from its twelve tests."""

from collections.abc import Iterable
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
class Rating:
    """The Observatory's rating of one page."""

    score: int
    """0 and up, without a cap: 130 and more is possible."""
    grade: str
    """"A+" to "F"."""
    tests: tuple[Observed, ...]
    """In the order of `TESTS`."""
    algorithm: int = ALGORITHM


def rate(observed: Iterable[Observed]) -> Rating | None:
    """The rating, or None unless each of the twelve tests came out exactly once."""
    given = list(observed)
    by_name = {one.test: one for one in given}
    if len(given) != len(TESTS) or by_name.keys() != set(TESTS):
        return None
    tests = tuple(by_name[name] for name in TESTS)
    points = score(one.modifier for one in tests)
    return Rating(score=points, grade=grade(points), tests=tests)


def score(modifiers: Iterable[int]) -> int:
    """100 plus all modifiers when the negative ones alone leave at least 90, else 100 plus those.

    Never below 0.
    """
    values = list(modifiers)
    plain = _START + sum(value for value in values if value < 0)
    return max(0, _START + sum(values) if plain >= _BONUS_FROM else plain)


def grade(points: float) -> str:
    """The letter for a score, rounded down to a multiple of five; everything over 100 is A+."""
    key = min(int(points // _STEP) * _STEP, _START)
    return next((letter for lowest, letter in _GRADES if key >= lowest), "F")
