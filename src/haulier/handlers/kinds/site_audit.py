"""`site.audit`: inspects a page and the site around it, by the recipe `web@1`."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated, Final, Literal

import msgspec

from haulier.checks.facts import SiteFacts
from haulier.checks.recipe import Recipe, UnknownSelection, web_recipe
from haulier.checks.report import Occasion, build_report
from haulier.checks.report_schema import Environment, Report
from haulier.checks.run import CheckResult, Progress, run
from haulier.checks.score import score
from haulier.domain.kinds import Dedupe
from haulier.handlers.base import handler
from haulier.handlers.context import JobContext
from haulier.handlers.outcomes import Permanent
from haulier.handlers.site_audits.plan import gather_facts
from haulier.handlers.site_audits.redaction import redacted
from haulier.handlers.site_audits.remarks import remarks

_FETCHING: Final = 0.7
"""The part of the progress that fetching makes up; judging is the rest."""
_URL = msgspec.Meta(
    min_length=8, max_length=2048, extra_json_schema={"format": "uri", "x-egress": True}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAuditArgs:
    """What to audit.

    `url` is the page; http or https. `categories` narrows the recipe (empty: all of it),
    `checks_off` leaves single checks out.
    """

    url: Annotated[str, _URL]
    mode: Literal["page"] = "page"
    categories: Annotated[tuple[str, ...], msgspec.Meta(max_length=6)] = ()
    checks_off: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()


@handler(
    "site.audit",
    queue="audits",
    max_attempts=3,
    backoff="2s",
    timeout="2m",
    dedupe=Dedupe(salt=f"{web_recipe().name}@{web_recipe().version}:{web_recipe().digest}"),
)
async def site_audit(job: JobContext, args: SiteAuditArgs) -> Report:
    """Audits one page: security, search, markup, robots and sitemaps, with advice and a grade."""
    started_at = datetime.now(UTC)
    try:
        recipe = web_recipe().select(categories=args.categories, checks_off=args.checks_off)
    except UnknownSelection as error:
        raise Permanent(str(error), category="validation") from error

    async def tell(fraction: float, message: str) -> None:
        await job.progress(fraction * _FETCHING, message)

    facts = await gather_facts(job, args.url, tell)
    page = facts.page.final
    await job.log("audit.fetched", status=page.status, bytes=len(page.body))
    results = await _judge(job, facts, recipe)
    scores = await asyncio.to_thread(score, results, facts)
    occasion = Occasion(
        audit_id=job.job_id,
        input=args.url,
        mode=args.mode,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        partial=page.truncated,
        errors=remarks(facts.page),
        environment=Environment(app_version=version("haulier"), user_agent=job.user_agent),
    )
    report = build_report(occasion, facts, recipe, results, scores)
    observatory = report.observatory
    await job.log(
        "audit.done",
        score=report.scores.overall,
        grade=report.scores.grade,
        observatory=observatory.score,
    )
    return redacted(report)


async def _judge(job: JobContext, facts: SiteFacts, recipe: Recipe) -> tuple[CheckResult, ...]:
    """Runs the checks in a thread, so that a huge page holds up no other job."""
    loop = asyncio.get_running_loop()

    def on_check(progress: Progress) -> None:
        if progress.category_done:
            asyncio.run_coroutine_threadsafe(_tell_category(job, progress), loop).result()

    return await asyncio.to_thread(run, facts, recipe, on_check)


async def _tell_category(job: JobContext, progress: Progress) -> None:
    fraction = _FETCHING + (1 - _FETCHING) * progress.done / progress.total
    await job.progress(fraction, f"judged {progress.category}")
    await job.log("audit.category_done", category=progress.category)
