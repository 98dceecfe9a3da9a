"""Redaction of nested values: each container rebuilt, names judged, cycles cut.

The walk is a trampoline over generators, so that depth costs memory and not stack, and results
are remembered by identity, so that shared parts cost once.
"""

import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import inspect
import ipaddress
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from haulier.redact.marks import SafeText, mark
from haulier.redact.names import Judgement, Strength, judge
from haulier.redact.shapes import (
    JWK_MEMBERS,
    as_name,
    flag_judgement,
    hide_named,
    is_mapping,
    is_memory,
    is_pair,
    is_sequence,
    is_set,
    named_value_key,
    pair_judgement,
)

_HARMLESS = (
    int, float, complex, bool, type(None), dt.date, dt.time, dt.timedelta, dt.tzinfo,
    decimal.Decimal, fractions.Fraction, uuid.UUID, enum.Enum, ipaddress.IPv4Address, ipaddress.IPv6Address,
    ipaddress.IPv4Network, ipaddress.IPv6Network, type(Ellipsis), type(NotImplemented), range,
)  # fmt: skip
_NUMBERS = frozenset({int, float, bool, type(None)})
_OPEN = Judgement(Strength.NONE, "")
_PAIR = Judgement(Strength.NONE, "pair")
"""Handed down to the items of a list of pairs."""

Step = Generator[tuple[object, Judgement], object, object]


class Walker:
    """One walk over one value."""

    def __init__(
        self, text: Callable[[str], SafeText], exception: Callable[[BaseException], SafeText]
    ) -> None:
        self._text = text
        self._exception = exception
        self._done: dict[tuple[int, Judgement], object] = {}
        self._open: set[tuple[int, Judgement]] = set()
        self._alive: list[object] = []

    def walk(self, value: object) -> object:
        """The value rebuilt without secrets."""
        stack: list[tuple[Step, tuple[int, Judgement]]] = []
        result, step, key = self._begin(value, _OPEN)
        if step is None:
            return result
        stack.append((step, key))
        sent: object = None
        while stack:
            step, key = stack[-1]
            try:
                child, judgement = step.send(sent)
                sent, inner, inner_key = self._begin(child, judgement)
            except StopIteration as stop:
                stack.pop()
                self._open.discard(key)
                self._done[key] = sent = stop.value
                continue
            except Exception:  # noqa: BLE001 - one hostile part must not cost the rest
                if _is_finished(step):
                    stack.pop()
                    self._open.discard(key)
                sent = SafeText(mark("unreadable"))
                continue
            if inner is not None:
                stack.append((inner, inner_key))
                sent = None
        return sent

    def _begin(
        self, value: object, judgement: Judgement
    ) -> tuple[object, Step | None, tuple[int, Judgement]]:
        key = (id(value), judgement)
        if isinstance(value, str):
            return self._string(value, judgement), None, key
        if isinstance(value, _HARMLESS):
            return self._harmless(value, judgement), None, key
        if isinstance(value, (bytes, bytearray)):
            return self._bytes(bytes(value), judgement), None, key
        if is_memory(value):
            return self._bytes(value.tobytes(), judgement), None, key
        if isinstance(value, BaseException):
            return self._exception(value), None, key
        if key in self._open:
            return SafeText(mark("cycle")), None, key
        if key in self._done:
            return self._done[key], None, key
        step = self._step(value, judgement)
        if step is None:
            return self._string(repr(value), judgement), None, key
        self._open.add(key)
        self._alive.append(value)
        return None, step, key

    def _step(self, value: object, judgement: Judgement) -> Step | None:
        if is_mapping(value):
            return self._mapping(value, judgement)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._dataclass(value, judgement)
        if is_sequence(value):
            return self._sequence(value, judgement)
        if is_set(value):
            return self._set(value, judgement)
        return None

    def _mapping(self, value: Mapping[object, object], judgement: Judgement) -> Step:
        result: dict[object, object] = {}
        is_jwk = "kty" in value
        named = named_value_key(value)
        for key, item in list(value.items()):
            safe_key = self._text(key) if type(key) is str else (yield (key, _OPEN))
            inner = judgement
            name = as_name(key)
            if judgement.strength is not Strength.SURE:
                own = judge(name) if name else _OPEN
                inner = own if own.strength > judgement.strength else judgement
                if named is not None and key == named[0]:
                    inner = named[1]
                elif is_jwk and name in JWK_MEMBERS:
                    inner = Judgement(Strength.SURE, "private-key")
            if type(item) is str:
                safe_item: object = self._string(item, inner)
            elif type(item) in _NUMBERS:
                safe_item = self._harmless(item, inner)
            else:
                safe_item = yield (item, inner)
            result[_free_key(result, safe_key)] = safe_item
        return result

    def _dataclass(self, value: object, judgement: Judgement) -> Step:
        cls = type(value)
        rebuilt: dict[str, object] = {}
        for one in dataclasses.fields(value):  # pyright: ignore[reportArgumentType] - checked by is_dataclass
            inner = judgement
            if judgement.strength is not Strength.SURE:
                own = judge(one.name)
                inner = own if own.strength > judgement.strength else judgement
            rebuilt[one.name] = yield (getattr(value, one.name, None), inner)
        try:
            fresh = object.__new__(cls)
            for name, item in rebuilt.items():
                object.__setattr__(fresh, name, item)
        except (TypeError, AttributeError):
            return rebuilt
        return fresh

    def _sequence(self, value: Sequence[object], judgement: Judgement) -> Step:
        items: list[object] = []
        source = list(value)
        names = _field_names(value)
        pair = pair_judgement(source, is_item=judgement is _PAIR)
        if judgement is _PAIR:
            judgement = _OPEN
        if judgement is _OPEN and source and all(is_pair(item) for item in source):
            judgement = _PAIR
        flagged: Judgement | None = None
        for position, item in enumerate(source):
            inner = flagged or judgement
            if names and judgement.strength is not Strength.SURE:
                inner = judge(names[position])
            if pair is not None and position <= 1:
                # The name is none of the secrets, and hiding it would change the next reading.
                inner = pair if position else _OPEN
            items.append(self._string(item, inner) if type(item) is str else (yield (item, inner)))
            flagged = flag_judgement(item)
        if isinstance(value, tuple):
            make = getattr(type(value), "_make", None)
            if callable(make):
                return make(items)
            return tuple(items)
        return items

    def _set(self, value: AbstractSet[object], judgement: Judgement) -> Step:
        items: list[object] = []
        for item in list(value):
            safe = yield (item, judgement)
            items += (safe,)
        try:
            return frozenset(items) if isinstance(value, frozenset) else set(items)
        except TypeError:
            return items

    def _string(self, value: str, judgement: Judgement) -> SafeText:
        text = str.__str__(value)
        if judgement.strength is Strength.NONE:
            return self._text(text)
        return self._text(hide_named(text, judgement))

    def _harmless(self, value: object, judgement: Judgement) -> object:
        if (
            judgement.strength is not Strength.SURE
            or value is None
            or isinstance(value, (bool, enum.Enum))
        ):
            return value
        if isinstance(value, (int, float)) and judgement.label not in {"password", "code"}:
            largest_kept = 999 if judgement.label == "pin" else 1e8
            return value if abs(value) <= largest_kept else SafeText(mark(judgement.label))
        if isinstance(value, (int, float, uuid.UUID, decimal.Decimal)):
            return SafeText(mark(judgement.label))
        return value

    def _bytes(self, value: bytes, judgement: Judgement) -> bytes:
        if value.count(0) * 3 >= len(value) > 8:
            for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
                try:
                    text = value.decode(encoding)
                except UnicodeDecodeError:
                    continue
                if text.isprintable() or text.isascii():
                    return self._string(text, judgement).encode(encoding)
        return self._string(value.decode("latin-1"), judgement).encode("latin-1")


def _field_names(value: Sequence[object]) -> tuple[str, ...]:
    """The names of the items of a named tuple; none for any other sequence."""
    names: object = getattr(value, "_fields", ()) if isinstance(value, tuple) else ()
    if not is_sequence(names) or len(names) != len(value):
        return ()
    return tuple(str(name) for name in names)


def _is_finished(step: Step) -> bool:
    return inspect.getgeneratorstate(step) == inspect.GEN_CLOSED


def _free_key(result: dict[object, object], key: object) -> object:
    try:
        if key not in result:
            return key
    except TypeError:
        key = repr(key)
    number = 2
    while f"{key} ({number})" in result:
        number += 1
    return f"{key} ({number})" if key in result else key
