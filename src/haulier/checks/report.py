"""Lays one audit out as the JSON report `haulier.audit/1`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

import msgspec

from haulier.checks.base import Category, Check, Finding, Status
from haulier.checks.facts import Page, SiteFacts
from haulier.checks.observatory import ALGORITHM
from haulier.checks.recipe import Recipe
from haulier.checks.report_schema import (
    CapEntry,
    CheckEntry,
    Environment,
    ErrorEntry,
    ExactScores,
    FindingEntry,
    Locator,
    ObservatoryEntry,
    ObservatoryTest,
    PageEntry,
    RecipeEntry,
    Report,
    ScoresEntry,
    Skipped,
    Target,
)
from haulier.checks.run import CheckResult, Judgement
from haulier.checks.score import Cap, Scores, observed_tests, rounded


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """What the report says of the audit besides its facts and verdicts."""

    audit_id: str
    input: str
    """The URL as it was asked for."""
    mode: Literal["page", "site"]
    started_at: datetime
    finished_at: datetime
    partial: bool = False
    skipped: tuple[Skipped, ...] = ()
    errors: tuple[ErrorEntry, ...] = ()
    environment: Environment


def build_report(
    occasion: Occasion,
    facts: SiteFacts,
    recipe: Recipe,
    results: Sequence[CheckResult],
    scores: Scores,
) -> Report:
    """Lays one audit out; `results` and `scores` come from the same facts and recipe."""
    return Report(
        audit_id=occasion.audit_id,
        recipe=RecipeEntry(name=recipe.name, version=recipe.version, digest=recipe.digest),
        target=Target(input=occasion.input, final_url=facts.page.final.url),
        mode=occasion.mode,
        started_at=occasion.started_at,
        finished_at=occasion.finished_at,
        partial=occasion.partial,
        scores=_scores(scores),
        observatory=_observatory(results, scores),
        checks=[_check(result) for result in results],
        pages=[_page(page, means) for page, means in zip(facts.pages, scores.pages, strict=True)],
        skipped=list(occasion.skipped),
        errors=[*occasion.errors, *_undecided(results)],
        environment=occasion.environment,
    )


def to_json(report: Report) -> bytes:
    """The report as UTF-8 JSON."""
    return msgspec.json.encode(report)


def from_json(document: bytes) -> Report:
    """The report read back. Raises msgspec.ValidationError when it is not `haulier.audit/1`."""
    return msgspec.json.decode(document, type=Report)


def _scores(scores: Scores) -> ScoresEntry:
    exact = {name: float(value) for name, value in scores.categories.items()}
    overall = scores.overall
    return ScoresEntry(
        overall=None if overall is None else rounded(overall),
        grade=scores.grade,
        categories={name: rounded(value) for name, value in scores.categories.items()},
        caps=[_cap(cap) for cap in scores.caps],
        exact=ExactScores(overall=None if overall is None else float(overall), categories=exact),
    )


def _cap(cap: Cap) -> CapEntry:
    return CapEntry(category=cap.category, limit=cap.limit, reason=cap.reason)


def _observatory(results: Sequence[CheckResult], scores: Scores) -> ObservatoryEntry:
    tests = {
        test.test: ObservatoryTest(
            result=test.result,
            passes=test.passes,
            modifier=test.modifier,
            evidence=test.evidence,
        )
        for test in observed_tests(results)
    }
    whole = scores.observatory
    return ObservatoryEntry(
        algorithm=ALGORITHM,
        score=whole.score if whole else None,
        grade=whole.grade if whole else None,
        tests=tests,
    )


def _check(result: CheckResult) -> CheckEntry:
    check = result.check
    statuses = [judgement.verdict.status for judgement in result.judgements]
    judged = (Status.PASS, Status.WARN, Status.FAIL)
    return CheckEntry(
        id=check.id,
        status=result.status,
        weight=check.weight,
        category=check.category,
        scope=check.scope,
        title=check.title,
        rule=check.rule,
        anchors=check.anchors,
        advice=check.advice,
        pages_failed=statuses.count(Status.FAIL),
        pages_total=sum(status in judged for status in statuses),
        findings=[
            _finding(judgement.page, finding)
            for judgement in result.judgements
            for finding in judgement.verdict.findings
        ],
        truncated=sum(judgement.truncated for judgement in result.judgements),
    )


def _finding(page: str | None, finding: Finding) -> FindingEntry:
    return FindingEntry(
        page=page,
        locator=Locator(
            selector=finding.selector,
            header=finding.header,
            line=finding.line,
            url=finding.url,
        ),
        snippet=finding.snippet,
        message=finding.message,
        data=dict(finding.data),
    )


def _page(page: Page, means: Mapping[Category, Fraction]) -> PageEntry:
    final = page.final
    return PageEntry(
        url=final.url,
        status=final.status,
        ms=round(final.total_ms, 1),
        bytes=len(final.body),
        scores={name: float(mean) for name, mean in means.items()},
    )


def _undecided(results: Sequence[CheckResult]) -> Iterable[ErrorEntry]:
    for result in results:
        for judgement in result.judgements:
            if judgement.verdict.status is Status.ERROR:
                yield _error(result.check, judgement)


def _error(check: Check, judgement: Judgement) -> ErrorEntry:
    findings = judgement.verdict.findings
    message = findings[0].message if findings else "The check could not be decided."
    return ErrorEntry(check=check.id, page=judgement.page, message=message)
