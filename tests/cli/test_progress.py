import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from haulier.cli.progress import fraction_of, watch
from haulier.client import Event


def event(seq: int, word: str, **data: object) -> Event:
    return Event(seq=seq, type=word, at=datetime(2026, 1, 31, tzinfo=UTC), data=data)


EVENTS = [
    event(1, "queued"),
    event(2, "running"),
    event(3, "progress", progress=0.4, message="read \x1b[2J[red]half[/red]"),
    event(4, "completed"),
]


def drawn(*, terminal: bool) -> tuple[str, Event | None]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=120, markup=False, highlight=False)
    last = watch(EVENTS, title="job_1", console=console)
    return out.getvalue(), last


def test_a_terminal_gets_a_bar_that_ends_full() -> None:
    text, last = drawn(terminal=True)

    assert last == EVENTS[-1]
    assert "job_1" in text
    assert "100%" in text


def test_a_pipe_gets_a_line_for_each_event() -> None:
    text, last = drawn(terminal=False)

    assert last == EVENTS[-1]
    assert [line.split()[1] for line in text.splitlines()] == [
        "queued",
        "running",
        "progress",
        "completed",
    ]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_message_cannot_clear_the_screen(terminal: bool) -> None:
    assert "\x1b[2J" not in drawn(terminal=terminal)[0]


@pytest.mark.parametrize("terminal", [True, False])
def test_no_events_are_no_last_event(terminal: bool) -> None:
    console = Console(file=io.StringIO(), force_terminal=terminal)

    assert watch([], title="job_1", console=console) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.5, 0.5), (1, 1.0), (-3, 0.0), (7, 1.0), (float("nan"), None), ("0.5", None), (None, None)],
)
def test_a_fraction_is_between_0_and_1_or_unknown(value: object, expected: float | None) -> None:
    assert fraction_of(event(1, "progress", progress=value)) == expected
