"""Takes secrets out of whatever a report quotes from the page; its own words stay as they are."""

from msgspec.structs import replace

from haulier.checks.report_schema import (
    CheckEntry,
    FindingEntry,
    ObservatoryTest,
    PageEntry,
    Report,
)
from haulier.redact import redact, redact_text


def redacted(report: Report) -> Report:
    """The same report with every quotation redacted."""
    tests = report.observatory.tests
    return replace(
        report,
        target=replace(
            report.target,
            input=redact_text(report.target.input),
            final_url=redact_text(report.target.final_url),
        ),
        observatory=replace(
            report.observatory, tests={name: _test(test) for name, test in tests.items()}
        ),
        checks=[_check(check) for check in report.checks],
        pages=[_page(page) for page in report.pages],
        skipped=[replace(one, url=redact_text(one.url)) for one in report.skipped],
        errors=[
            replace(one, page=_optional(one.page), message=redact_text(one.message))
            for one in report.errors
        ],
    )


def _test(test: ObservatoryTest) -> ObservatoryTest:
    return replace(test, evidence=_optional(test.evidence))


def _check(check: CheckEntry) -> CheckEntry:
    return replace(check, findings=[_finding(finding) for finding in check.findings])


def _finding(finding: FindingEntry) -> FindingEntry:
    return replace(
        finding,
        page=_optional(finding.page),
        locator=replace(
            finding.locator,
            selector=_optional(finding.locator.selector),
            header=_optional(finding.locator.header),
            url=_optional(finding.locator.url),
        ),
        snippet=_optional(finding.snippet),
        message=redact_text(finding.message),
        data=redact(finding.data),
    )


def _page(page: PageEntry) -> PageEntry:
    return replace(page, url=redact_text(page.url))


def _optional(text: str | None) -> str | None:
    return None if text is None else redact_text(text)
