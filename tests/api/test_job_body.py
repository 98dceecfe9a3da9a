"""The body that is decoded and the body that is documented accept and refuse the same."""

import json
from typing import Any

import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haulier.api.body import explain
from haulier.api.strict_json import MAX_DEPTH, is_deep, read_strict
from haulier.api.v1.job_actions import Cancel, CancelBody
from haulier.api.v1.job_body import JobBody, NewJob
from haulier.errors import InvalidInput

FIELDS = sorted(JobBody.__struct_fields__)
PAIRS: list[tuple[type[msgspec.Struct], type[pydantic.BaseModel]]] = [
    (JobBody, NewJob),
    (CancelBody, Cancel),
]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars: st.SearchStrategy[object] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1.0, 5.0, 1000, 1001, 86_400, 86_400.5, 31_622_400, 31_622_401]),
    text,
    st.sampled_from(["critical", "low", "return", "reject", "default", "a\n", "a b", "", "A"]),
    st.sampled_from(["x" * 64, "x" * 65, "x" * 110, "x" * 111, "x" * 200, "x" * 201, "x" * 256]),
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=2),
    st.dictionaries(text | st.just("x" * 201), scalars, max_size=3),
    st.just({f"label{number}": "" for number in range(33)}),
)
bodies = st.dictionaries(st.sampled_from(FIELDS) | st.sampled_from(["reason", "kinds"]), values)


def accepts(decoder: type[msgspec.Struct], body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=decoder)
    except msgspec.ValidationError:
        return False
    return True


def documents(model: type[pydantic.BaseModel], body: bytes) -> bool:
    try:
        model.model_validate_json(body)
    except pydantic.ValidationError:
        return False
    return True


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].__name__)
@settings(max_examples=1500, deadline=None)
@given(body=bodies)
def test_both_accept_and_refuse_the_same(pair: Any, body: dict[str, object]) -> None:
    decoder, model = pair
    encoded = json.dumps(body).encode()

    assert accepts(decoder, encoded) is documents(model, encoded), encoded


@settings(max_examples=1500, deadline=None)
@given(name=st.sampled_from(FIELDS), value=values)
def test_both_agree_on_every_single_field(name: str, value: object) -> None:
    encoded = json.dumps({name: value}).encode()

    assert accepts(JobBody, encoded) is documents(NewJob, encoded), encoded


@settings(max_examples=500, deadline=None)
@given(
    value=st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner)
    )
)
def test_json_of_any_shape_reads_back_as_it_was_or_is_refused(value: object) -> None:
    body = json.dumps(value).encode()
    decoder = msgspec.json.Decoder(object)
    try:
        read = read_strict(body, decoder)
    except InvalidInput:
        assert "\\u0000" in body.decode()
    else:
        assert read == value


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=60))
def test_bytes_of_any_kind_are_read_or_refused(body: bytes) -> None:
    try:
        read_strict(body, msgspec.json.Decoder(object))
    except InvalidInput:
        return
    json.loads(body)


HOSTILE = [
    *('"shop.report"', "1", "null", "true", "{}", "[]", '""', "-0", "1e400", "-1e400", "1e-400"),
    *("NaN", "Infinity", '"\\ud800"', '"\\udc00x"', '"\\u0000"', '"\u2028"', "9" * 30, "9" * 6000),
    *('{"a":1,"a":2}', "[" * 70 + "]" * 70, '{"\\ud800":1}', '{"":{"~/":[]}}', "tru", '"'),
]


@settings(max_examples=1500, deadline=None)
@given(
    kind=st.sampled_from(HOSTILE),
    args=st.sampled_from(HOSTILE),
    name=st.sampled_from(['"labels"', '"odd"', '"\\ud800"', '"\\u0000"', '"a/b~"', "1", '""']),
    value=st.sampled_from(HOSTILE),
    tail=st.sampled_from(["}", "", "}}", "} x"]),
)
def test_hostile_bodies_are_read_or_refused_with_words_that_can_be_sent(
    kind: str, args: str, name: str, value: str, tail: str
) -> None:
    text = f'{{"kind":{kind},"args":{args},{name}:{value}{tail}'
    body = text.encode()
    try:
        read_strict(body, msgspec.json.Decoder(JobBody))
    except InvalidInput as error:
        problems = [error.detail]
    except msgspec.ValidationError as refusal:
        try:
            problems = [problem.pointer for problem in explain(body, NewJob, refusal)]
        except InvalidInput as error:
            problems = [error.detail]
    else:
        problems = [str(json.loads(body))]
    assert msgspec.json.encode(problems)


@pytest.mark.parametrize(
    ("depth", "deep"), [(1, False), (MAX_DEPTH, False), (MAX_DEPTH + 1, True), (300_000, True)]
)
def test_depth_is_judged_by_brackets_outside_strings(depth: int, deep: bool) -> None:
    body = b"[" * depth + b'"' + b"[" * 100 + b'\\"' + b'{"' + b"]" * depth

    assert is_deep(body) is deep


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert not is_deep(b"[" + b",".join([b'{"a":[]}'] * 10_000) + b"]")
