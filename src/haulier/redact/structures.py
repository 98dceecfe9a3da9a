"""Redaction of nested values: each container rebuilt, names judged, cycles cut.

The walk is a trampoline over generators, so that depth costs memory and not stack, and results
are remembered by identity, so that shared parts cost once.
"""

import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence, Set

from haulier.redact.field_values import is_secret_value
from haulier.redact.headers import authorization_spans, cookie_spans, is_cookie_pairs
from haulier.redact.marks import MARK, SafeText, mark, replace_spans, veil_marks
from haulier.redact.names import Judgement, Strength, judge
from haulier.redact.values import has_digit_or_symbol

_HARMLESS = (
    int, float, complex, bool, type(None), datetime.date, datetime.time, datetime.timedelta, datetime.tzinfo,
    decimal.Decimal, fractions.Fraction, uuid.UUID, enum.Enum, ipaddress.IPv4Address, ipaddress.IPv6Address,
    ipaddress.IPv4Network, ipaddress.IPv6Network, type(Ellipsis), type(NotImplemented), range,
)  # fmt: skip
_NUMBERS = frozenset({int, float, bool, type(None)})
_OPEN = Judgement(Strength.NONE, "")
_PAIR = Judgement(Strength.NONE, "pair")
"""Handed down to the items of a list of pairs."""
_NAME_KEYS = ("name", "key", "field", "header", "Name", "Key", "param", "id")
_VALUE_KEYS = ("value", "val", "content", "Value", "default", "data")
_JWK_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})

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
            except StopIteration as stop:
                stack.pop()
                self._open.discard(key)
                self._done[key] = sent = stop.value
                continue
            sent, inner, inner_key = self._begin(child, judgement)
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
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._bytes(bytes(value), judgement), None, key
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
        if isinstance(value, Mapping):
            return self._mapping(value, judgement)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._dataclass(value, judgement)
        if isinstance(value, (list, tuple)) or (
            isinstance(value, Sequence) and not isinstance(value, str)
        ):
            return self._sequence(value, judgement)
        if isinstance(value, Set):
            return self._set(value, judgement)
        return None

    def _mapping(self, value: Mapping[object, object], judgement: Judgement) -> Step:
        result: dict[object, object] = {}
        is_jwk = "kty" in value
        named = _named_value_key(value)
        for key, item in list(value.items()):
            safe_key = self._text(key) if type(key) is str else (yield (key, _OPEN))
            inner = judgement
            name = _as_name(key)
            if judgement.strength is not Strength.SURE:
                own = judge(name) if name else _OPEN
                inner = own if own.strength > judgement.strength else judgement
                if named is not None and key == named[0]:
                    inner = named[1]
                elif is_jwk and name in _JWK_MEMBERS:
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
        pair = _pair_judgement(source, is_item=judgement is _PAIR)
        if judgement is _PAIR:
            judgement = _OPEN
        if judgement is _OPEN and source and all(_is_pair(item) for item in source):
            judgement = _PAIR
        flagged: Judgement | None = None
        for position, item in enumerate(source):
            inner = flagged or judgement
            if pair is not None and position == 1:
                inner = pair
            items.append(self._string(item, inner) if type(item) is str else (yield (item, inner)))
            flagged = _flag_judgement(item)
        if isinstance(value, tuple):
            make = getattr(type(value), "_make", None)
            if callable(make):
                return make(items)
            return tuple(items)
        return items

    def _set(self, value: Set[object], judgement: Judgement) -> Step:
        items: list[object] = []
        for item in list(value):
            items.append((yield (item, judgement)))
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
        if isinstance(value, (int, float)) and judgement.label not in {"password", "code", "pin"}:
            return value if abs(value) < 1e8 else SafeText(mark(judgement.label))
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


def hide_named(text: str, judgement: Judgement) -> str:
    """The value of a field of that name: its secret part replaced, its scheme or names kept."""
    if MARK.fullmatch(text):
        return text
    if judgement.label == "cookie":
        veiled = veil_marks(text)
        if is_cookie_pairs(veiled, 0, len(text)):
            return replace_spans(text, cookie_spans(veiled, 0, len(text)))
    if judgement.label == "authorization" and (
        judgement.strength is Strength.SURE or " " in text.strip()
    ):
        return replace_spans(text, authorization_spans(veil_marks(text), 0, len(text)))
    if not is_secret_value(veil_marks(text), judgement):
        return text
    return mark(judgement.label)


def _as_name(key: object) -> str:
    if isinstance(key, str):
        name = str.__str__(key)
    elif isinstance(key, bytes):
        name = key.decode("latin-1")
    else:
        return ""
    return "" if "=" in name or "[" in name and MARK.search(name) else name


def _named_value_key(value: Mapping[object, object]) -> tuple[str, Judgement] | None:
    """For `{"name": "Authorization", "value": ...}`: the key of the value and the name's verdict."""
    if not any(value_key in value for value_key in _VALUE_KEYS):
        return None
    for name_key in _NAME_KEYS:
        name = value.get(name_key) if name_key in value else None
        if isinstance(name, (str, bytes)):
            judgement = judge(_as_name(name))
            for value_key in _VALUE_KEYS:
                if judgement.strength is not Strength.NONE and value_key in value:
                    return value_key, judgement
    return None


def _is_pair(item: object) -> bool:
    return isinstance(item, (tuple, list)) and len(item) == 2 and isinstance(item[0], (str, bytes))


def _pair_judgement(items: Sequence[object], *, is_item: bool) -> Judgement | None:
    """For `("authorization", "Bearer ...")`: the verdict on the first of exactly two.

    A pair that stands alone may be two names, `("password", "token")`; one in a list of pairs is
    an item of a mapping.
    """
    if len(items) != 2 or not isinstance(items[0], (str, bytes)):
        return None
    judgement = judge(_as_name(items[0]))
    second = items[1]
    if judgement.strength is Strength.NONE or not isinstance(second, (str, bytes)):
        return None
    if not is_item and not has_digit_or_symbol(_as_name(second)) and len(second) < 20:
        return None
    return judgement


def _flag_judgement(item: object) -> Judgement | None:
    """For `["--password", "..."]`: the verdict on a flag that the next item belongs to."""
    if not isinstance(item, str) or not item.startswith("-") or "=" in item or " " in item:
        return None
    judgement = judge(item)
    return judgement if judgement.strength is not Strength.NONE else None


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
