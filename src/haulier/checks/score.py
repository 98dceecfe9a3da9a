"""From verdicts to numbers. Exact fractions throughout: rounding happens once, for the reader."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from haulier.checks.base import Category, Check, Observed, Status, Verdict
from haulier.checks.facts import SiteFacts
from haulier.checks.observatory import ObservatoryScore, grade_for, score_observed
from haulier.checks.recipe import CATEGORIES
from haulier.checks.run import CheckResult

CATEGORY_WEIGHTS: Mapping[Category, int] = {
    "security": 30,
    "seo": 25,
    "accessibility": 25,
    "performance": 10,
    "best-practices": 5,
    "links": 5,
}
OBSERVATORY_TESTS = 12
"""Fewer than that make no Observatory score: an unseen test would count as a perfect one."""
SEO_CAP = 69
SECURITY_CAP = 40

_VALUES = {Status.PASS: Fraction(1), Status.WARN: Fraction(1, 2), Status.FAIL: Fraction(0)}
_OBSERVATORY_SHARE = Fraction(3, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cap:
    """A ceiling that was put on a category, and why."""

    category: Category
    limit: int
    reason: str
    """The id of the check that failed, or `plain_http`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """All numbers of one audit, from 0 to 100, un-rounded."""

    overall: Fraction | None
    """None when nothing was applicable at all."""
    categories: Mapping[Category, Fraction]
    """Only categories in which something was applicable."""
    caps: tuple[Cap, ...]
    observatory: ObservatoryScore | None
    """None unless all twelve tests came out."""
    pages: tuple[Mapping[Category, Fraction], ...]
    """Per page, in the order of the facts: its own page-scope checks, uncapped."""

    @property
    def grade(self) -> str | None:
        """The Observatory's letter for the overall score as shown."""
        return None if self.overall is None else grade_for(rounded(self.overall))


def rounded(value: Fraction) -> int:
    """Half up to an integer."""
    return math.floor(value + Fraction(1, 2))


def score(results: Sequence[CheckResult], facts: SiteFacts) -> Scores:
    """The scores of one audit; `results` are `run`'s over the same facts."""
    pages = tuple(_page_means(results, number) for number in range(len(facts.pages)))
    observatory = _observatory(results)
    site = _means((r.check, r.judgements[0].verdict) for r in results if r.check.scope == "site")
    categories: dict[Category, Fraction] = {}
    for category in CATEGORIES:
        means = [page[category] for page in (*pages, site) if category in page]
        mean = 100 * sum(means, Fraction(0)) / len(means) if means else None
        if category == "security" and observatory:
            mean = _security(observatory, mean)
        if mean is not None:
            categories[category] = mean
    caps = tuple(cap for cap in _caps(results, facts) if cap.category in categories)
    for cap in caps:
        categories[cap.category] = min(categories[cap.category], Fraction(cap.limit))
    return Scores(
        overall=_overall(categories),
        categories=categories,
        caps=caps,
        observatory=observatory,
        pages=tuple({name: 100 * mean for name, mean in page.items()} for page in pages),
    )


def observed_tests(results: Sequence[CheckResult]) -> tuple[Observed, ...]:
    """How the Observatory tests came out on the page that was asked for."""
    firsts = (result.judgements[0].verdict for result in results)
    return tuple(
        verdict.observed
        for verdict in firsts
        if verdict.observed and verdict.status is not Status.ERROR
    )


def _observatory(results: Sequence[CheckResult]) -> ObservatoryScore | None:
    observed = observed_tests(results)
    return score_observed(observed) if len(observed) == OBSERVATORY_TESTS else None


def _page_means(results: Sequence[CheckResult], number: int) -> dict[Category, Fraction]:
    return _means(
        (result.check, result.judgements[number].verdict)
        for result in results
        if result.check.scope == "page"
    )


def _means(verdicts: Iterable[tuple[Check, Verdict]]) -> dict[Category, Fraction]:
    """Weighted means from 0 to 1; a category without an applicable check has none."""
    sums: dict[Category, Fraction] = {}
    weights: dict[Category, int] = {}
    for check, verdict in verdicts:
        value = _VALUES.get(verdict.status)
        if value is None or not isinstance(check.weight, int) or not check.weight:
            continue
        sums[check.category] = sums.get(check.category, Fraction(0)) + check.weight * value
        weights[check.category] = weights.get(check.category, 0) + check.weight
    return {category: total / weights[category] for category, total in sums.items()}


def _security(observatory: ObservatoryScore, own: Fraction | None) -> Fraction:
    outside = Fraction(min(100, observatory.score))
    if own is None:
        return outside
    return _OBSERVATORY_SHARE * outside + (1 - _OBSERVATORY_SHARE) * own


def _caps(results: Sequence[CheckResult], facts: SiteFacts) -> Iterable[Cap]:
    """Judged on the page that was asked for: one hidden page deep in a crawl caps nothing."""
    failed = {r.check.id for r in results if r.judgements[0].verdict.status is Status.FAIL}
    if "seo.indexable" in failed:
        yield Cap(category="seo", limit=SEO_CAP, reason="seo.indexable")
    if "tls.certificate" in failed:
        yield Cap(category="security", limit=SECURITY_CAP, reason="tls.certificate")
    if facts.page.final.url.lower().startswith("http:"):
        yield Cap(category="security", limit=SECURITY_CAP, reason="plain_http")


def _overall(categories: Mapping[Category, Fraction]) -> Fraction | None:
    weight = sum(CATEGORY_WEIGHTS[category] for category in categories)
    if not weight:
        return None
    return (
        sum((CATEGORY_WEIGHTS[c] * value for c, value in categories.items()), Fraction(0)) / weight
    )
