"""Retry-After, as servers write it and as they should not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.domain.retry_after import LONGEST, read_retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", None, 120),
        (" 0 ", None, 0),
        ("Sun, 01 Mar 2026 12:05:00 GMT", None, 300),
        ("Sun, 01 Mar 2026 12:05:00 GMT", "Sun, 01 Mar 2026 12:04:30 GMT", 30),
        ("Sun, 01 Mar 2026 12:05:00 GMT", "yesterday", 300),
        ("Sunday, 01-Mar-26 12:05:00 GMT", None, 300),
        ("Sun Mar  1 12:05:00 2026", None, 300),
        ("Sun, 01 Mar 2020 12:05:00 GMT", None, 0),
        ("99999999999999999999", None, LONGEST.total_seconds()),
        ("Sun, 01 Mar 2099 12:05:00 GMT", None, LONGEST.total_seconds()),
    ],
)
def test_a_wait_is_read(value: str, date: str | None, seconds: float) -> None:
    assert read_retry_after(value, date, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value", [None, "", "-5", "1.5", "soon", "٣", "9" * 5000, "Sun, 99 Mar 2026 12:05:00 GMT"]
)
def test_what_says_nothing_leaves_it_to_the_policy(value: str | None) -> None:
    assert read_retry_after(value, None, NOW) is None


@given(value=st.none() | st.text(), date=st.none() | st.text())
def test_no_text_breaks_it(value: str | None, date: str | None) -> None:
    found = read_retry_after(value, date, NOW)

    assert found is None or timedelta(0) <= found <= LONGEST
