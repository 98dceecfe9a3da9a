"""Dead letters as commands print them."""

from collections.abc import Sequence
from typing import Final

from haulier.cli.output import print_fields, print_json, print_line, print_table
from haulier.client import DeadLetter, LetterGroup, ReplayReport

_LONGEST: Final = 80


def print_letters(letters: Sequence[DeadLetter], *, as_json: bool) -> None:
    """A list of letters."""
    if as_json:
        print_json(letters)
        return
    print_table(
        ("id", "kind", "category", "error", "fingerprint", "failed", "replayed as"),
        (
            (
                letter.job_id,
                letter.kind,
                letter.error.category,
                _last_line(letter.error.message),
                letter.fingerprint,
                letter.failed_at,
                letter.replayed_as,
            )
            for letter in letters
        ),
    )


def print_groups(groups: Sequence[LetterGroup], *, as_json: bool) -> None:
    """Groups of alike failures."""
    if as_json:
        print_json(groups)
        return
    print_table(
        ("fingerprint", "count", "open", "kind", "category", "latest error", "first", "last"),
        (
            (
                group.fingerprint,
                group.count,
                group.open,
                group.kind,
                group.category,
                _last_line(group.sample.error.message),
                group.first_seen,
                group.last_seen,
            )
            for group in groups
        ),
    )


def print_letter(letter: DeadLetter, *, as_json: bool) -> None:
    """One letter with everything that is known of it."""
    if as_json:
        print_json(letter)
        return
    print_fields(
        (
            ("id", letter.job_id),
            ("kind", f"{letter.kind}@{letter.version}" if letter.version else letter.kind),
            ("queue", letter.queue),
            ("region", letter.region),
            ("category", letter.error.category),
            ("type", letter.error.type),
            ("error", letter.error.message),
            ("fingerprint", letter.fingerprint),
            ("attempts", letter.attempts),
            ("failed", letter.failed_at),
            ("replayed", letter.replayed_at),
            ("replayed as", letter.replayed_as),
            ("args", letter.args),
        )
    )


def print_report(report: ReplayReport, *, as_json: bool) -> None:
    """What a replay by filter came to, or would come to."""
    if as_json:
        print_json(report)
    elif report.dry_run:
        print_line(f"{report.matched} would be replayed (dry run)")
    else:
        spread = f", over {report.spread_seconds:g} s" if report.spread_seconds else ""
        print_line(f"{report.replayed} replayed{spread}; {report.remaining} remain")


def _last_line(text: str) -> str:
    """A traceback says most at its end."""
    line = (text.strip().splitlines() or [""])[-1]
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
