"""A secret does not show itself."""

import copy
import json
import pickle
import traceback
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haulier.security.secret import SecretText

PLAIN = "hun" + "ter2-" + "x" * 20


@dataclass
class Holder:
    secret: SecretText


@pytest.mark.parametrize(
    "shown",
    [
        str(SecretText(PLAIN)),
        repr(SecretText(PLAIN)),
        f"{SecretText(PLAIN)!s:>40}",
        f"{SecretText(PLAIN)}",
        "%s %r" % (SecretText(PLAIN), SecretText(PLAIN)),  # noqa: UP031
        repr(Holder(SecretText(PLAIN))),
        repr([SecretText(PLAIN)]),
    ],
)
def test_no_way_of_showing_it_shows_it(shown: str) -> None:
    assert PLAIN not in shown
    assert "secret" in shown


def test_it_leaves_the_process_neither_as_json_nor_as_pickle_nor_as_copy() -> None:
    for leave in (json.dumps, msgspec.json.encode, pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError) as raised:
            leave(SecretText(PLAIN))
        assert PLAIN not in "".join(traceback.format_exception(raised.value))


@given(st.text(), st.text())
def test_equality_is_that_of_the_texts(one: str, other: str) -> None:
    assert (SecretText(one) == SecretText(other)) is (one == other)
    assert SecretText(one) == SecretText(one)
    assert hash(SecretText(one)) == hash(SecretText(one))
    assert SecretText(one) != one
    assert SecretText(one).reveal() == one
    assert bool(SecretText(one)) is bool(one)


def test_text_that_no_encoding_takes_can_be_compared() -> None:
    assert SecretText("\ud800") == SecretText("\ud800")
