"""Reports made from facts and checks that are set by hand."""

from datetime import timedelta

from checks.facts_by_hand import NOW, recipe_of
from haulier.checks.base import Check
from haulier.checks.facts import SiteFacts
from haulier.checks.report import Occasion, build_report
from haulier.checks.report_schema import Environment, ErrorEntry, Report, Skipped
from haulier.checks.run import run
from haulier.checks.score import score

OCCASION = Occasion(
    audit_id="job_1",
    input="HTTP://Shop.Example",
    mode="site",
    started_at=NOW,
    finished_at=NOW + timedelta(seconds=2),
    partial=True,
    skipped=(Skipped(url="https://shop.example/cart", reason="robots"),),
    errors=(ErrorEntry(check=None, page="https://shop.example/x", message="timeout"),),
    environment=Environment(app_version="0.1.0", user_agent="haulierbot"),
)


def report_of(facts: SiteFacts, *checks: Check) -> Report:
    recipe = recipe_of(*checks)
    results = run(facts, recipe)
    return build_report(OCCASION, facts, recipe, results, score(results, facts))
