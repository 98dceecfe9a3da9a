"""A site audit's report in the terminal and as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from haulier.checks.base import Status
from haulier.checks.report import to_json
from haulier.checks.report_html import render_html
from haulier.checks.report_schema import CheckEntry, Report
from haulier.cli.output import console, plain

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_WIDE: Final = 150
"""Columns from which four columns fit on one line each."""
_WORDS: Final = {Status.FAIL: "fail", Status.WARN: "warn", Status.ERROR: "error"}
_STYLES: Final = {Status.FAIL: "red", Status.WARN: "yellow", Status.ERROR: "magenta"}
_ORDER: Final = (Status.FAIL, Status.WARN, Status.ERROR)
GRADES: Final = ("A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F")


def print_report(report: Report) -> None:
    """Score, grade, categories, and every check that did not pass, with what to do."""
    from rich.text import Text

    scores = report.scores
    out = console()
    out.print()
    out.print(Text(plain(report.target.final_url), style="bold"))
    out.print(
        f"Score {_or_dash(scores.overall)} of 100, grade {scores.grade or '-'}; HTTP Observatory "
        f"{_or_dash(report.observatory.score)} ({report.observatory.grade or '-'})"
    )
    out.print(_counts(report))
    for error in report.errors:
        if error.check is None:
            out.print(Text(f"Note: {plain(error.message)}", style="yellow"))
    out.print(_categories(report))
    out.print(_wide_checks(report) if out.width >= _WIDE else _narrow_checks(report))


def save_report(report: Report, folder: Path) -> tuple[Path, Path]:
    """Writes the report as self-contained HTML and as JSON; returns both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    html, document = folder / f"{report.audit_id}.html", folder / f"{report.audit_id}.json"
    html.write_text(render_html(report), encoding="utf-8")
    document.write_bytes(to_json(report))
    return html, document


def is_below(grade: str | None, least: str) -> bool:
    """The grade is worse than `least`; no grade at all is worse than any."""
    return grade is None or GRADES.index(_plain(grade)) > GRADES.index(_plain(least))


def _plain(grade: str) -> str:
    return grade.strip().upper().replace("\N{MINUS SIGN}", "-")


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)


def _counts(report: Report) -> str:
    found = [check.status for check in report.checks]
    words = ((Status.FAIL, "failed"), (Status.WARN, "warned"), (Status.PASS, "passed"))
    return ", ".join(f"{found.count(status)} {word}" for status, word in words)


def _categories(report: Report) -> "Table":
    table = _table("category", "score")
    for name, value in report.scores.categories.items():
        table.add_row(name, f"{value:>3} " + "█" * round(value / 5))
    return table


def _wide_checks(report: Report) -> "Table":
    """One line a check."""
    table = _table("", "check", "what", "advice")
    for check in _worst_first(report):
        table.add_row(_word(check), check.id, _found(check), plain(check.advice))
    return table


def _narrow_checks(report: Report) -> "Table":
    """The advice stands below what was found: four columns would fold into a thicket."""
    from rich.text import Text

    table = _table("", "check", "what to mend")
    for check in _worst_first(report):
        advice = Text(plain(check.advice), style="dim")
        table.add_row(_word(check), check.id, Text.assemble(_found(check), "\n", advice))
    return table


def _table(*columns: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(columns):
        table.add_column(heading, no_wrap=number < 2)  # noqa: PLR2004 - status and id
    return table


def _worst_first(report: Report) -> list[CheckEntry]:
    return sorted(
        (check for check in report.checks if check.status in _WORDS),
        key=lambda check: (_ORDER.index(check.status), -_weight(check), check.id),
    )


def _word(check: CheckEntry) -> "Text":
    from rich.text import Text

    return Text(_WORDS[check.status], style=_STYLES[check.status])


def _found(check: CheckEntry) -> str:
    """The first finding, and how many more there are."""
    first = check.findings[0].message if check.findings else check.title
    more = f" (+{len(check.findings) - 1})" if len(check.findings) > 1 else ""
    return plain(first) + more


def _weight(check: CheckEntry) -> int:
    return check.weight if isinstance(check.weight, int) else 10
