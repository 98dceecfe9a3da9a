"""The report for people: one self-contained HTML file, made from the JSON report alone.

Page content is hostile, so everything is escaped, nothing from a page becomes a link or an
attribute that acts, and the file's own policy forbids scripts and every request.
"""

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from haulier.checks.base import Status
from haulier.checks.recipe import CATEGORIES
from haulier.checks.report_schema import CheckEntry, FindingEntry, Report

SHOWN_FINDINGS = 50
"""Per check; the JSON report holds the rest."""
DIAL_RADIUS = 26

_GOOD_FROM = 85
_FAIR_FROM = 50
_OBSERVATORY_RANK = 6
"""Where a test without a weight of its own stands among the weights 10, 7, 3, 1, 0."""
_CATEGORY_NAMES = {
    "security": "Security",
    "seo": "Search",
    "accessibility": "Accessibility",
    "performance": "Performance",
    "best-practices": "Best practices",
    "links": "Links",
}
_WEIGHT_NAMES = {10: "critical", 7: "serious", 3: "moderate", 1: "minor", 0: "review"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dial:
    """One category's score as an arc."""

    name: str
    score: int
    state: str
    arc: float
    """Length of the coloured part, in the unit of the drawing."""
    circumference: float


def render_html(report: Report) -> str:
    """The whole report as one HTML document; deterministic for a given report."""
    template, css, policy = _template()
    by_status = _by_status(report.checks)
    return template.render(
        report=report,
        css=css,
        policy=policy,
        dials=_dials(report.scores.categories),
        state=_state,
        failing=by_status[Status.FAIL],
        warnings=by_status[Status.WARN],
        undecided=by_status[Status.ERROR],
        passing=by_status[Status.PASS],
        notes=by_status[Status.INFO],
        skipped_checks=by_status[Status.NOT_APPLICABLE],
        category_names=_CATEGORY_NAMES,
        weight_names=_WEIGHT_NAMES,
        shown_findings=SHOWN_FINDINGS,
        is_web_url=_is_web_url,
        place=_place,
    )


@cache
def _template() -> tuple[Template, Markup, str]:
    environment = Environment(
        loader=PackageLoader("haulier.checks", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = environment.get_template("report.css").render()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return environment.get_template("report.html.j2"), Markup(css), policy  # noqa: S704 - our file


def _by_status(checks: Sequence[CheckEntry]) -> Mapping[Status, Sequence[CheckEntry]]:
    """Heaviest first, then in the order of the recipe."""
    ranked = sorted(checks, key=_rank)
    return {status: [check for check in ranked if check.status is status] for status in Status}


def _rank(check: CheckEntry) -> tuple[int, int, str]:
    weight = check.weight if isinstance(check.weight, int) else _OBSERVATORY_RANK
    return -weight, CATEGORIES.index(check.category), check.id


def _dials(categories: Mapping[str, int]) -> Sequence[Dial]:
    circumference = 2 * math.pi * DIAL_RADIUS
    return [
        Dial(
            name=_CATEGORY_NAMES[category],
            score=categories[category],
            state=_state(categories[category]),
            arc=round(circumference * categories[category] / 100, 2),
            circumference=round(circumference, 2),
        )
        for category in CATEGORIES
        if category in categories
    ]


def _state(score: int | None) -> str:
    if score is None:
        return "none"
    return "pass" if score >= _GOOD_FROM else "warn" if score >= _FAIR_FROM else "fail"


def _is_web_url(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False


def _place(finding: FindingEntry) -> str:
    locator = finding.locator
    words = [
        locator.selector,
        f"header {locator.header}" if locator.header else None,
        f"line {locator.line}" if locator.line else None,
        locator.url,
    ]
    return ", ".join(word for word in words if word)
