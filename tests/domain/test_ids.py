"""Identifiers: their shape, their order, and what is refused."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.domain.ids import (
    format_id,
    format_job_id,
    parse_id,
    parse_job_id,
    parse_workspace_id,
)
from haulier.errors import InvalidWorkspaceId, NotFound


@given(st.uuids())
def test_a_formatted_id_reads_back(value: UUID) -> None:
    text = format_job_id(value)

    assert parse_job_id(text) == value
    assert len(text) == len("job_") + 26


@given(st.uuids(), st.uuids())
def test_text_sorts_like_the_ids_behind_it(one: UUID, other: UUID) -> None:
    """So that people and pages can sort by either."""
    assert (format_job_id(one) < format_job_id(other)) == (one < other)


@given(st.text())
def test_any_text_is_an_id_or_unknown(text: str) -> None:
    """S4-ISO1: a malformed id answers like an unknown one, and one id has one spelling."""
    for candidate in (text, f"job_{text}"):
        try:
            value = parse_job_id(candidate)
        except NotFound:
            continue
        assert format_job_id(value) == candidate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "job_",
        "job",
        format_id("key", UUID(int=5)),
        format_job_id(UUID(int=5)).upper(),
        format_job_id(UUID(int=5)) + "0",
        format_job_id(UUID(int=5))[:-1],
        "job_8" + "0" * 25,
        "job_" + "i" * 26,
        "job_\uff10" + "0" * 25,
        str(UUID(int=5)),
    ],
)
def test_other_text_is_no_job_id(text: str) -> None:
    with pytest.raises(NotFound):
        parse_job_id(text)


def test_the_largest_id_fits() -> None:
    assert parse_id("job", "job_7" + "z" * 25) == UUID(int=2**128 - 1)


@pytest.mark.parametrize("text", ["a", "0", "a-b_c", "z" * 32])
def test_a_workspace_id_is_short_lower_case_and_plain(text: str) -> None:
    assert parse_workspace_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "-a", "_a", "A", "a b", "a/b", "..", "z" * 33, "a\n", "\u00e4", "a\x00"]
)
def test_other_workspace_ids_are_refused(text: str) -> None:
    with pytest.raises(InvalidWorkspaceId):
        parse_workspace_id(text)
