"""The shapes of the report `haulier.audit/1`. Their JSON form is a public contract."""

from datetime import datetime
from typing import Literal

import msgspec

from haulier.checks.base import Category, Status

SCHEMA = "haulier.audit/1"


class RecipeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules judged."""

    name: str
    version: int
    digest: str


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, and where that led."""

    input: str
    final_url: str


class ExactScores(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers before rounding."""

    overall: float | None
    categories: dict[str, float]


class CapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A ceiling on a category; `reason` is a check id or `plain_http`."""

    category: Category
    limit: int
    reason: str


class ScoresEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers as shown, 0 to 100, rounded half up; null when nothing was applicable."""

    overall: int | None
    grade: str | None
    categories: dict[str, int]
    caps: list[CapEntry]
    exact: ExactScores


class ObservatoryTest(msgspec.Struct, frozen=True, kw_only=True):
    """How one of the twelve tests came out."""

    result: str
    passes: bool = msgspec.field(name="pass")
    modifier: int
    evidence: str | None


class ObservatoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The HTTP Observatory's own score; null unless all twelve tests came out."""

    algorithm: int
    score: int | None
    grade: str | None
    tests: dict[str, ObservatoryTest]


class Locator(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where on the page a finding is; empty when it is about the page as a whole."""

    selector: str | None = None
    header: str | None = None
    line: int | None = None
    url: str | None = None


class FindingEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a check found something; `page` is null for the site as a whole."""

    page: str | None
    locator: Locator
    snippet: str | None
    message: str
    data: dict[str, str | int | float | bool | None]


class CheckEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One check: its worst status over the pages, and what it found."""

    id: str
    status: Status
    weight: int | Literal["obs"]
    category: Category
    scope: Literal["page", "site"]
    title: str
    rule: str
    anchors: str
    advice: str
    pages_failed: int
    pages_total: int
    """Pages where the check passed, warned or failed; 1 at most for a check of the site."""
    findings: list[FindingEntry]
    truncated: int
    """Findings dropped beyond 50 per page."""


class PageEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One page that was looked at; `ms` until its last byte, `bytes` decoded."""

    url: str
    status: int
    ms: float
    bytes: int
    scores: dict[str, float]


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A URL that was seen and left out."""

    url: str
    reason: str


class ErrorEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be decided or fetched."""

    check: str | None
    page: str | None
    message: str


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What looked."""

    app_version: str
    user_agent: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report. Its JSON form is the contract."""

    schema: Literal["haulier.audit/1"] = SCHEMA
    audit_id: str
    recipe: RecipeEntry
    target: Target
    mode: Literal["page", "site"]
    started_at: datetime
    finished_at: datetime
    partial: bool
    scores: ScoresEntry
    observatory: ObservatoryEntry
    checks: list[CheckEntry]
    pages: list[PageEntry]
    skipped: list[Skipped]
    errors: list[ErrorEntry]
    environment: Environment
