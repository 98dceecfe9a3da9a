"""Log lines and spans: what is on them, and that each passes the redactor."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Generator

import pytest
import structlog

from haulier.errors import NotFound
from haulier.telemetry.logs import configure_logging
from haulier.telemetry.span import span

SECRET = "pass" + "word-of-the-day"


def hide(line: str) -> str:
    return line.replace(SECRET, "[gone]")


class Log:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Generator[Log]:
    root = logging.getLogger()
    before = root.handlers, root.level
    log = Log()
    configure_logging(style="json", redact=hide, stream=log.stream)
    yield log
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers, root.level = before


def test_a_line_is_json_with_time_level_and_event(log: Log) -> None:
    structlog.get_logger().info("worker.started", slots=4)

    (line,) = log.lines
    assert (line["event"], line["level"], line["slots"]) == ("worker.started", "info", 4)
    assert str(line["at"]).endswith("Z")


@pytest.mark.parametrize(
    "write",
    [
        lambda: structlog.get_logger().info("x.y", field=f"a {SECRET}"),
        lambda: structlog.get_logger().info(f"x.{SECRET}"),
        lambda: structlog.get_logger().info("x.y", **{SECRET: 1}),
        lambda: structlog.get_logger().info("x.y", field={"deep": [SECRET]}),
        lambda: structlog.get_logger().error("x.y", exc_info=ValueError(SECRET)),
        lambda: logging.getLogger("library").warning("went wrong: %s", SECRET),
        lambda: logging.getLogger("library").error("went wrong", exc_info=ValueError(SECRET)),
    ],
)
@pytest.mark.parametrize("style", ["json", "console"])
def test_no_line_goes_round_the_redactor(write: Callable[[], None], style: str, log: Log) -> None:
    configure_logging(
        style="json" if style == "json" else "console", redact=hide, stream=log.stream
    )

    write()

    assert SECRET not in log.text
    assert "[gone]" in log.text


def test_a_librarys_line_looks_like_ours(log: Log) -> None:
    logging.getLogger("library").warning("it %s", "works")

    (line,) = log.lines
    assert (line["event"], line["level"]) == ("it works", "warning")


def test_lines_below_the_level_are_not_written(log: Log) -> None:
    structlog.get_logger().debug("x.y")
    logging.getLogger("library").debug("x")

    assert log.text == ""


def test_a_line_end_in_a_value_makes_no_second_line(log: Log) -> None:
    structlog.get_logger().info("x.y", field='one\n{"event": "forged"}')

    assert len(log.lines) == 1


def test_a_value_that_json_does_not_know_does_not_break_the_line(log: Log) -> None:
    structlog.get_logger().info("x.y", field=object(), text="\ud800")

    assert log.lines[0]["event"] == "x.y"


def test_people_get_plain_lines(log: Log) -> None:
    configure_logging(style="console", redact=hide, stream=log.stream)

    structlog.get_logger().info("worker.started", slots=4)

    assert "worker.started" in log.text
    assert "slots=4" in log.text
    assert "\x1b" not in log.text


def test_a_traceback_shows_no_local_variable(log: Log) -> None:
    hidden = "local" + "-value"
    try:
        int(hidden[:0])
    except ValueError:
        structlog.get_logger().exception("x.y")

    assert "ValueError" in log.text
    assert hidden not in log.text


def test_a_span_writes_one_line_with_duration_and_outcome(log: Log) -> None:
    with span("job.attempt", job_id="job_1", attempt=2) as attempt:
        attempt.add(bytes_read=10)

    (line,) = log.lines
    assert line["event"] == "job.attempt"
    assert (line["job_id"], line["attempt"], line["bytes_read"]) == ("job_1", 2, 10)
    assert (line["outcome"], line["level"]) == ("completed", "info")
    assert isinstance(line["duration_ms"], float)


def test_lines_within_a_span_carry_its_ids_and_lines_after_it_do_not(log: Log) -> None:
    with span("request.answer", request_id="req_1", route="/v1/jobs"):
        with span("job.attempt", job_id="job_1"):
            structlog.get_logger().info("inner.line")
        structlog.get_logger().info("outer.line")
    structlog.get_logger().info("later.line")

    inner, _, outer, _, later = log.lines
    assert (inner["request_id"], inner["job_id"]) == ("req_1", "job_1")
    assert "route" not in inner
    assert outer["request_id"] == "req_1"
    assert "job_id" not in outer
    assert "request_id" not in later


async def test_spans_of_tasks_side_by_side_do_not_mix(log: Log) -> None:
    both_in = asyncio.Barrier(2)

    async def attempt(job_id: str) -> None:
        with span("job.attempt", job_id=job_id):
            await both_in.wait()
            structlog.get_logger().info("inner.line", own=job_id)

    async with asyncio.TaskGroup() as group:
        for job_id in ("job_1", "job_2"):
            group.create_task(attempt(job_id))

    inner = [line for line in log.lines if line["event"] == "inner.line"]
    assert len(inner) == 2
    assert all(line["job_id"] == line["own"] for line in inner)


@pytest.mark.parametrize(
    ("error", "outcome", "level", "told"),
    [
        (NotFound(), "failed", "warning", "not_found"),
        (ZeroDivisionError(SECRET), "failed", "error", "ZeroDivisionError"),
        (asyncio.CancelledError(), "cancelled", "info", None),
        (KeyboardInterrupt(), "cancelled", "info", None),
    ],
)
def test_an_exception_passes_through_and_is_named_but_not_quoted(
    error: BaseException, outcome: str, level: str, told: str | None, log: Log
) -> None:
    with pytest.raises(type(error)) as raised, span("job.attempt"):
        raise error

    (line,) = log.lines
    assert raised.value is error
    assert (line["outcome"], line["level"], line.get("error")) == (outcome, level, told)
    assert "[gone]" not in log.text


def test_a_failure_that_is_a_value_can_be_settled(log: Log) -> None:
    with span("job.attempt") as attempt:
        attempt.settle("snoozed", level="warning")

    (line,) = log.lines
    assert (line["outcome"], line["level"]) == ("snoozed", "warning")


def test_a_field_cannot_take_the_place_of_the_lines_own(log: Log) -> None:
    with pytest.raises(ValueError, match="event, outcome"):
        span("job.attempt", outcome="fine", event="other")
