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
        f"Score {scores.overall if scores.overall is not None else '-'} of 100, "
        f"grade {scores.grade or '-'}; HTTP Observatory "
        f"{_or_dash(report.observatory.score)} ({report.observatory.grade or '-'}); "
        f"{_counts(report)}"
    )
    out.print(_categories(report))
    out.print(_checks(report))


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
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table("category", "score", box=SIMPLE_HEAD, pad_edge=False)
    for name, value in report.scores.categories.items():
        table.add_row(name, f"{value:>3} " + "█" * round(value / 5))
    return table


def _checks(report: Report) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table("", "check", "what", "advice", box=SIMPLE_HEAD, pad_edge=False)
    worst = sorted(
        (check for check in report.checks if check.status in _WORDS),
        key=lambda check: (_ORDER.index(check.status), -_weight(check), check.id),
    )
    for check in worst:
        word = Text(_WORDS[check.status], style=_STYLES[check.status])
        first = check.findings[0].message if check.findings else check.title
        more = f" (+{len(check.findings) - 1})" if len(check.findings) > 1 else ""
        table.add_row(word, check.id, plain(first) + more, plain(check.advice))
    return table


def _weight(check: CheckEntry) -> int:
    return check.weight if isinstance(check.weight, int) else 10
