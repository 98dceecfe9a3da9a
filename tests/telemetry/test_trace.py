"""W3C trace context: strict in, exact out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.telemetry.trace import (
    TraceContext,
    format_traceparent,
    new_span,
    new_trace,
    parse_traceparent,
)

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("flags", "sampled"), [("00", False), ("01", True), ("03", True), ("fe", False)]
)
def test_a_header_is_read(flags: str, sampled: bool) -> None:
    assert parse_traceparent(f"00-{TRACE}-{SPAN}-{flags}") == TraceContext(
        trace_id=TRACE, span_id=SPAN, sampled=sampled
    )


@pytest.mark.parametrize("rest", ["", "-what-comes", "-"])
def test_a_later_version_is_read_by_its_first_fields(rest: str) -> None:
    found = parse_traceparent(f"cc-{TRACE}-{SPAN}-01{rest}")

    assert found == TraceContext(trace_id=TRACE, span_id=SPAN, sampled=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01-",
        f"00-{TRACE}-{SPAN}-01-what",
        f"cc-{TRACE}-{SPAN}-01what",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE[:-1]}g-{SPAN}-01",
        f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00_{TRACE}_{SPAN}_01",
        f"00-{TRACE[:-1]}\N{ARABIC-INDIC DIGIT ONE}-{SPAN}-01",
    ],
)
def test_anything_else_is_no_header(text: str) -> None:
    assert parse_traceparent(text) is None


@given(st.text() | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"))
def test_any_text_can_be_asked_and_what_is_read_is_written_alike(text: str) -> None:
    found = parse_traceparent(text)

    if found is not None:
        assert parse_traceparent(format_traceparent(found)) == found
        assert format_traceparent(found)[3:52] == text[3:52]


def test_a_new_trace_is_valid_and_its_own() -> None:
    first, second = new_trace(sampled=True), new_trace(sampled=False)

    assert parse_traceparent(format_traceparent(first)) == first
    assert parse_traceparent(format_traceparent(second)) == second
    assert first.trace_id != second.trace_id


def test_a_new_span_stays_in_its_trace() -> None:
    parent = new_trace(sampled=True)

    child = new_span(parent)

    assert (child.trace_id, child.sampled) == (parent.trace_id, True)
    assert child.span_id != parent.span_id
