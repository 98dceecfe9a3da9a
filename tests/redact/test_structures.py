"""Nested values: every container, names, cycles, depth, hostile objects."""

import collections
import copy
import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from haulier.redact import Redactor, redact

SECRET = "hun" + "ter2-Correct9"
TOKEN = "gh" + "p_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzAbC"


class Point(NamedTuple):
    name: str
    token: str


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    user: str
    password: str


@dataclasses.dataclass
class Node:
    label: str
    next: object = None


class Colour(enum.Enum):
    RED = "red"


class Opaque:
    def __repr__(self) -> str:
        return f"Opaque(password={SECRET!r})"


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError(SECRET)


class HostileMapping(Mapping[str, str]):
    def __getitem__(self, key: str) -> str:
        raise RuntimeError(SECRET)

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError(SECRET)

    def __len__(self) -> int:
        return 1


class Shouting(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise RuntimeError(SECRET)

    def lower(self) -> str:
        raise RuntimeError(SECRET)


@pytest.mark.parametrize(
    "value",
    [
        {"password": SECRET}, {"a": {"clientSecret": SECRET}}, [{"API-KEY": SECRET}], ({"token": SECRET},),
        {"a": [TOKEN]}, {TOKEN}, frozenset({TOKEN}), {TOKEN: 1}, {("a", TOKEN): 1}, collections.deque([TOKEN]),
        collections.OrderedDict(token=SECRET), collections.ChainMap({"token": SECRET}), Point("a", SECRET),
        Account("bob", SECRET), [Account("bob", SECRET)], Node("a", Node("b", {"pwd": SECRET})), Opaque(), {"x": Opaque()},
        {"password": SECRET.encode()}, {b"password": SECRET.encode()}, bytearray(f"password={SECRET}".encode()),
        memoryview(f"password={SECRET}".encode()), f"password={SECRET}".encode("utf-16-le"), {"secrets": {"a": {"b": [SECRET]}}},
        {"headers": [("authorization", f"Bearer {SECRET}")]}, {"name": "password", "value": SECRET}, ["--password", SECRET],
        [("password", "letters" + "only")], {"credentials": {"user": SECRET}}, ValueError(f"token={SECRET}"), [ValueError(TOKEN)],
        {"password": 12345678901234}, {"set-cookie": f"a={SECRET}; Path=/"}, {"d": SECRET * 2, "kty": "EC"}, {"cookies": {"a": SECRET}},
        {"pin": 123456}, {"api_key": uuid.UUID(int=5)}, Shouting(f"password={SECRET}"),
    ],
)  # fmt: skip
def test_a_secret_inside_a_value_does_not_survive(value: object) -> None:
    """S0-FR6a: whatever holds it, keys included."""
    text = repr(redact(value))

    for core in (
        SECRET,
        TOKEN[4:],
        "lettersonly",
        "12345678901234",
        "123456",
        str(uuid.UUID(int=5)),
    ):
        assert core not in text
        assert core not in text.replace("\\x00", "")


def test_types_and_innocent_parts_are_kept() -> None:
    value = {
        "n": 1, "f": 2.5, "none": None, "yes": True, "at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "c": Colour.RED,
        "list": [1, "a"], "tuple": (1, "a"), "set": {1}, "point": Point("a", ""), "account": Account("bob", ""), 7: "x",
    }  # fmt: skip

    shown = redact(value)

    assert shown == value
    assert [type(item) for item in shown.values()] == [type(item) for item in value.values()]


def test_a_dataclass_keeps_its_type_and_what_is_innocent() -> None:
    assert redact(Account("bob", SECRET)) == Account("bob", "[redacted:password]")


def test_the_input_is_never_changed() -> None:
    value = {
        "a": [Node("x", {"password": SECRET}), {"token": [SECRET]}],
        "b": bytearray(TOKEN.encode()),
    }
    before = copy.deepcopy(value)

    redact(value)

    assert value == before


def test_cycles_are_cut() -> None:
    ring: list[object] = [TOKEN]
    ring.append(ring)
    mapping: dict[str, object] = {"password": SECRET}
    mapping["self"] = mapping
    node = Node("a")
    node.next = node

    for value in (ring, mapping, node):
        text = repr(redact(value))

        assert "[redacted:cycle]" in text
        assert SECRET not in text
        assert TOKEN not in text


def test_any_depth_is_walked() -> None:
    value: object = {"password": SECRET}
    for _ in range(20_000):
        value = [value]

    inner = redact(value)
    for _ in range(20_000):
        assert isinstance(inner, list)
        inner = inner[0]

    assert inner == {"password": "[redacted:password]"}


def test_shared_parts_are_walked_once() -> None:
    """Sixty doublings would be 10^18 leaves."""
    value: object = [TOKEN]
    for _ in range(60):
        value = [value, value]

    shown = redact(value)

    assert isinstance(shown, list)
    assert shown[0] is shown[1]


def test_keys_that_become_alike_lose_no_item() -> None:
    value = {f"token={SECRET}{number}": number for number in range(3)}

    assert sorted(redact(value).values()) == [0, 1, 2]


@pytest.mark.parametrize(
    "value", [Hostile(), HostileMapping(), [Hostile()], {"a": HostileMapping()}, {Hostile(): 1}]
)
def test_hostile_objects_are_answered_with_a_mark(value: object) -> None:
    text = repr(redact(value))

    assert "redacted:unreadable" in text
    assert SECRET not in text


def test_one_hostile_part_does_not_cost_the_rest() -> None:
    shown = redact({"a": "kept", "b": Hostile(), "c": [HostileMapping(), "kept too"]})

    assert shown == {
        "a": "kept",
        "b": "[redacted:unreadable]",
        "c": ["[redacted:unreadable]", "kept too"],
    }


def test_structures_are_at_rest_after_one_pass() -> None:
    value = {
        "password": SECRET,
        f"token={SECRET}": [TOKEN],
        "c": {"cookie": f"a={SECRET}; b=c"},
        "x": Opaque(),
    }
    once = redact(value)

    assert redact(once) == once


def test_numbers_under_counting_names_are_kept() -> None:
    value = {
        "max_tokens": 4096,
        "token_count": 123456789,
        "tokens": 357,
        "token": 12,
        "password_length": 12,
    }

    assert redact(value) == value


def test_registered_secrets_are_found_in_structures() -> None:
    redactor = Redactor(["s3cr" + "et value"])

    assert redactor.redact({"a": ["x s3cr" + "et value y"]}) == {"a": ["x [redacted:registered] y"]}


def test_the_name_of_a_pair_is_kept_under_a_doubtful_name() -> None:
    """Hidden, it would no longer name its value, and a second pass would hide more."""
    once = redact({"bearer2": [("Cookie" + "\x06" * 24, "a=b")]})

    assert redact(once) == once
    assert once == {"bearer2": [("Cookie" + "\x06" * 24, "a=[redacted:cookie]")]}
