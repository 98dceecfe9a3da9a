"""Priorities, durations, statuses, kinds and queues as people write them."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.domain.durations import parse_duration
from haulier.domain.kinds import (
    Dedupe,
    Kind,
    KindRef,
    decode_kind,
    encode_kind,
    parse_kind,
    parse_queue,
)
from haulier.domain.priorities import inherit, parse_priority
from haulier.domain.retries import RetryPolicy
from haulier.domain.schemas import fetched_properties, properties, with_defaults
from haulier.domain.states import FINAL_EVENTS, FINAL_STATUSES, Status, parse_status
from haulier.errors import InvalidInput


@pytest.mark.parametrize(
    ("value", "number"),
    [(0, 0), (9, 9), ("critical", 0), ("high", 2), ("normal", 5), ("low", 8)],
)
def test_a_priority_is_a_number_or_a_name(value: int | str, number: int) -> None:
    assert parse_priority(value) == number


@pytest.mark.parametrize("value", [-1, 10, "", "urgent", "5", "HIGH", 10**30])
def test_other_priorities_are_refused(value: int | str) -> None:
    with pytest.raises(InvalidInput):
        parse_priority(value)


def test_an_unset_priority_inherits_and_zero_counts_as_set() -> None:
    assert inherit(None, 0, 7) == 0
    assert inherit(None, None, 7) == 7
    assert inherit() == inherit(None, None) == 5


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("1.5h", 5400), ("250ms", 0.25), ("30d", 2_592_000), (" 1s ", 1)],
)
def test_a_duration_reads_as_people_write_it(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize(
    "text",
    [
        "", "10", "s", "-1s", "0s", "0.0001ms", "1 s", "1e3s", "1y", "10M", "\u0661s", "1s2m",
        "9" * 20 + "d",
    ],
)  # fmt: skip
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_duration(text)


def test_no_length_of_time_is_too_long_to_be_read() -> None:
    assert parse_duration("999999999d").days == 999_999_999
    with pytest.raises(InvalidInput):
        parse_duration(timedelta(0))


@given(st.text())
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        assert parse_duration(text) > timedelta(0)
    except InvalidInput:
        return


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("created", Status.QUEUED),
        ("processing", Status.RUNNING),
        ("done", Status.COMPLETED),
        ("succeeded", Status.COMPLETED),
        ("canceled", Status.CANCELLED),
        (" Running ", Status.RUNNING),
        *[(status.value, status) for status in Status],
    ],
)
def test_old_status_words_are_read_as_the_present_ones(text: str, status: Status) -> None:
    assert parse_status(text) is status


@pytest.mark.parametrize("text", ["", "finished", "queued,running", "x" * 10_000])
def test_other_status_words_are_refused_in_few_words(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_status(text)
    assert len(caught.value.detail) < 300


def test_final_events_and_final_statuses_are_the_same_words() -> None:
    assert {event.value for event in FINAL_EVENTS} == {status.value for status in FINAL_STATUSES}


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("a", KindRef("a")),
        ("site.audit", KindRef("site.audit", 1)),
        ("site.audit@12", KindRef("site.audit", 12)),
        ("a1_b.2c@32767", KindRef("a1_b.2c", 32_767)),
    ],
)
def test_a_kind_is_words_and_a_version(text: str, ref: KindRef) -> None:
    assert parse_kind(text) == ref


@pytest.mark.parametrize(
    "text",
    [
        "", "A", "1a", ".a", "a.", "a..b", "a b", "a@", "a@0", "a@x", "a@-1", "a@1.0", "a@32768",
        "a@1@2", "a@\u0661", "a" * 101, "a\n", "a@" + "9" * 5000, "a@000000001", "a@000100000",
    ],
)  # fmt: skip
def test_other_kinds_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_kind(text)


@given(st.text() | st.from_regex(r"[a-z.]{1,9}@[0-9]{1,9}", fullmatch=True))
def test_any_text_is_a_kind_that_reads_back_or_refused(text: str) -> None:
    try:
        ref = parse_kind(text)
    except InvalidInput:
        return
    assert parse_kind(str(ref)) == ref
    assert ref.version <= 32_767


@pytest.mark.parametrize("text", ["default", "a", "0.-_", "q" * 64])
def test_a_queue_has_a_plain_name(text: str) -> None:
    assert parse_queue(text) == text


@pytest.mark.parametrize("text", ["", "-a", "A", "a b", "q" * 65, "a\n", "a/b"])
def test_other_queues_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_queue(text)


def test_a_kind_survives_its_table() -> None:
    kind = Kind(
        ref=KindRef("shop.report", 3),
        queue="reports",
        priority=0,
        retry=RetryPolicy(max_attempts=7, base=timedelta(milliseconds=1), cap=timedelta(days=2)),
        timeout=timedelta(seconds=0.25),
        executor="thread",
        description="Says \u00fcber what.",
        args_schema={"type": "object", "properties": {"a": {"default": [1, {"b": None}]}}},
        result_schema={"type": "null"},
        dedupe=Dedupe(args=("a", "b"), salt="x", window=timedelta(days=400)),
    )

    assert decode_kind(encode_kind(kind)) == kind


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"ref": 1}', "null"])
def test_other_declarations_are_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_kind(text)


def test_properties_are_found_through_a_reference() -> None:
    inline: dict[str, object] = {"properties": {"url": {"x-egress": True}, "n": {"default": 0}}}
    referred: dict[str, object] = {"$ref": "#/$defs/Args", "$defs": {"Args": inline}}

    for schema in (inline, referred):
        assert set(properties(schema)) == {"url", "n"}
        assert fetched_properties(schema) == ("url",)
        assert with_defaults({"url": "x"}, schema) == {"url": "x", "n": 0}


@pytest.mark.parametrize(
    "schema",
    [{}, {"properties": None}, {"$ref": 5}, {"$ref": "#/$defs/Gone"}, {"properties": {"a": 1}}],
)  # fmt: skip
def test_a_schema_that_says_nothing_has_no_defaults(schema: dict[str, object]) -> None:
    assert with_defaults({"a": 1}, schema) == {"a": 1}
