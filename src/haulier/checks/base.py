"""What a rule is, and what it answers.

A rule is a module in `checks/rules/` with one public `check: Check`. It is found by walking the
folder: adding one edits no other file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from haulier.checks.facts import Page, SiteFacts

Category = Literal["security", "seo", "accessibility", "performance", "best-practices", "links"]


class Status(StrEnum):
    """What a check came to."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "na"
    ERROR = "error"
    """Could not be decided; left out of the score and listed."""
    INFO = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One place where a rule found something."""

    message: str
    """One sentence for a person, in plain text (may hold page content: escape it)."""
    selector: str | None = None
    header: str | None = None
    line: int | None = None
    url: str | None = None
    snippet: str | None = None
    """At most 200 characters of what was found. Never a cookie's value."""
    data: Mapping[str, str | int | float | bool | None] = field(
        default_factory=dict[str, str | int | float | bool | None]
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """How one of the twelve HTTP Observatory tests (algorithm 6) came out."""

    test: str
    """MDN's name: "content-security-policy"."""
    result: str
    """MDN's outcome: "csp-implemented-with-no-unsafe"."""
    passes: bool
    modifier: int
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one rule says about one page, or about the site."""

    status: Status
    findings: tuple[Finding, ...] = ()
    observed: Observed | None = None
    """Only for the twelve Observatory tests."""


PASSED = Verdict(status=Status.PASS)
NOT_APPLICABLE = Verdict(status=Status.NOT_APPLICABLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One rule of the recipe.

    `inspect_page` runs once a page, `inspect_site` once an audit: exactly one of them is set.
    `weight` is 10 critical, 7 serious, 3 moderate, 1 minor, 0 review only, or "obs" where the
    Observatory modifier stands instead. `rule` says the thresholds; changing it, the weight or
    the formula makes a new recipe version, changing `title` or `advice` does not.
    """

    id: str
    category: Category
    weight: int | Literal["obs"]
    title: str
    rule: str
    advice: str
    anchors: str
    """The public sources of the rule."""
    inspect_page: Callable[[Page, SiteFacts], Verdict] | None = None
    inspect_site: Callable[[SiteFacts], Verdict] | None = None

    @property
    def scope(self) -> Literal["page", "site"]:
        """Whether it is judged per page or once for the site."""
        return "page" if self.inspect_page else "site"


def failed(*findings: Finding) -> Verdict:
    """A verdict of `fail` with its findings."""
    return Verdict(status=Status.FAIL, findings=findings)


def warned(*findings: Finding) -> Verdict:
    """A verdict of `warn` with its findings."""
    return Verdict(status=Status.WARN, findings=findings)
