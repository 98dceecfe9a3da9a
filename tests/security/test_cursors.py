"""Cursors: read back only by the list that handed them out."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from haulier.errors import InvalidCursor
from haulier.security.cursors import LONGEST_CURSOR, Cursors, Listing
from haulier.security.secret import SecretText

Position = tuple[datetime, UUID]

CURSORS = Cursors(SecretText("k" * 40))
LISTING = Listing(
    workspace_id="acme",
    name="jobs",
    filters={"kind": "site.audit", "limit": 50},
    sort="-created_at",
)


def test_a_cursor_brings_back_the_position() -> None:
    position = (datetime(2026, 5, 1, 12, 30, 0, 123456, tzinfo=UTC), uuid7())

    text = CURSORS.encode(position, LISTING)

    assert CURSORS.decode(text, Position, LISTING) == position
    assert text.isascii()
    assert "acme" not in text


@pytest.mark.parametrize(
    "other",
    [
        replace(LISTING, workspace_id="other"),
        replace(LISTING, name="events"),
        replace(LISTING, sort="created_at"),
        replace(LISTING, filters={}),
        replace(LISTING, filters={"kind": "site.audit"}),
        replace(LISTING, filters={"kind": "site.audit", "limit": "50"}),
        replace(LISTING, filters={"kind": None, "limit": 50}),
    ],
)
def test_a_cursor_is_worth_nothing_in_another_list(other: Listing) -> None:
    text = CURSORS.encode((1,), LISTING)

    with pytest.raises(InvalidCursor):
        CURSORS.decode(text, tuple[int], other)


def test_the_order_of_filters_does_not_matter() -> None:
    turned = replace(LISTING, filters={"limit": 50, "kind": "site.audit"})

    assert CURSORS.decode(CURSORS.encode((1,), LISTING), tuple[int], turned) == (1,)


def test_parts_cannot_be_shifted_between_fields() -> None:
    text = CURSORS.encode((1,), replace(LISTING, name="jobs", sort="id"))

    with pytest.raises(InvalidCursor):
        CURSORS.decode(text, tuple[int], replace(LISTING, name="job", sort="sid"))


def test_another_installations_cursor_is_refused() -> None:
    text = Cursors(SecretText("j" * 40)).encode((1,), LISTING)

    with pytest.raises(InvalidCursor):
        CURSORS.decode(text, tuple[int], LISTING)


def test_a_position_of_another_shape_is_refused() -> None:
    text = CURSORS.encode(("text", 1), LISTING)

    with pytest.raises(InvalidCursor):
        CURSORS.decode(text, Position, LISTING)


@given(st.data())
def test_a_changed_cursor_is_refused(data: st.DataObject) -> None:
    text = CURSORS.encode((1, "two"), LISTING)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters().filter(lambda letter: letter != text[place]))

    with pytest.raises(InvalidCursor):
        CURSORS.decode(text[:place] + letter + text[place + 1 :], tuple[int, str], LISTING)


@given(st.text() | st.binary().map(lambda octets: octets.hex()))
def test_any_text_can_be_asked(text: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.decode(text, tuple[int], LISTING)


@pytest.mark.parametrize("spoil", ["{}=", "{}==", " {}", "{}\n", "{}!", "{0}{0}"])
def test_only_the_exact_text_is_the_cursor(spoil: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.decode(spoil.format(CURSORS.encode((1,), LISTING)), tuple[int], LISTING)


def test_a_huge_text_is_not_looked_at() -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.decode("A" * (LONGEST_CURSOR + 1), tuple[int], LISTING)


@given(
    st.lists(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=50),
        max_size=5,
    )
)
def test_every_position_survives(position: list[object]) -> None:
    text = CURSORS.encode(position, LISTING)

    assert CURSORS.decode(text, list[object], LISTING) == position


def test_a_struct_can_be_a_position() -> None:
    class Both(msgspec.Struct, frozen=True):
        new: int
        old: int

    text = CURSORS.encode(Both(3, 7), LISTING)

    assert CURSORS.decode(text, Both, LISTING) == Both(3, 7)
