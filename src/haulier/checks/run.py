"""Walks a recipe over the facts of one audit."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from haulier.checks.base import Category, Check, Finding, Status, Verdict
from haulier.checks.bounds import bounded
from haulier.checks.facts import SiteFacts
from haulier.checks.recipe import Recipe

_WORST_FIRST = (
    Status.FAIL,
    Status.ERROR,
    Status.WARN,
    Status.PASS,
    Status.INFO,
    Status.NOT_APPLICABLE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A verdict and what it was about."""

    page: str | None
    """The page's final URL, None for the site as a whole."""
    verdict: Verdict
    truncated: int = 0
    """Findings beyond the limit, which were dropped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """What one check came to, over all pages or for the site."""

    check: Check
    judgements: tuple[Judgement, ...]
    """One per page, in the order of the facts; a single one when the scope is the site."""

    @property
    def status(self) -> Status:
        """The worst status of any page: fail, error, warn, pass, info, na."""
        seen = {judgement.verdict.status for judgement in self.judgements}
        return next(status for status in _WORST_FIRST if status in seen)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run has come, told after each check."""

    check_id: str
    category: Category
    done: int
    """Checks that ran so far, this one included."""
    total: int
    category_done: bool
    """This was the last check of its category."""


def run(
    facts: SiteFacts, recipe: Recipe, on_check: Callable[[Progress], None] | None = None
) -> tuple[CheckResult, ...]:
    """Judges every check of the recipe, in its order, category by category.

    A rule that raises does not end the run: its verdict is `error`.
    """
    results: list[CheckResult] = []
    total = len(recipe.checks)
    for number, check in enumerate(recipe.checks, start=1):
        results.append(CheckResult(check=check, judgements=_judge(check, facts)))
        if on_check:
            last = number == total or recipe.checks[number].category != check.category
            on_check(
                Progress(
                    check_id=check.id,
                    category=check.category,
                    done=number,
                    total=total,
                    category_done=last,
                )
            )
    return tuple(results)


def _judge(check: Check, facts: SiteFacts) -> tuple[Judgement, ...]:
    if rule := check.inspect_page:
        return tuple(_guarded(page.final.url, partial(rule, page, facts)) for page in facts.pages)
    if rule := check.inspect_site:
        return (_guarded(None, partial(rule, facts)),)
    raise TypeError(f"{check.id} inspects nothing")


def _guarded(page: str | None, rule: Callable[[], Verdict]) -> Judgement:
    """The boundary where a bug in one rule, or in a parser below it, stops.

    Pages are hostile and rules lean on five parsers: one of them failing must cost one verdict, not
    the audit. Only the exception's type is told, since its text may hold page content.
    """
    try:
        verdict, truncated = bounded(rule())
    except Exception as error:  # noqa: BLE001 - see the docstring
        told = Finding(message=f"The check could not be decided: {type(error).__name__}.")
        return Judgement(page=page, verdict=Verdict(status=Status.ERROR, findings=(told,)))
    return Judgement(page=page, verdict=verdict, truncated=truncated)
