"""What the items of a structure say about each other: names and values, pairs, flags."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeGuard

from haulier.redact.field_values import is_secret_value
from haulier.redact.headers import authorization_spans, cookie_spans, is_cookie_pairs
from haulier.redact.marks import MARK, mark, replace_spans, veil_marks
from haulier.redact.names import Judgement, Strength, judge
from haulier.redact.values import has_digit_or_symbol

JWK_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
"""The private members of a JSON Web Key (RFC 7518, section 6)."""

_NAME_KEYS = ("name", "key", "field", "header", "Name", "Key", "param", "id")
_VALUE_KEYS = ("value", "val", "content", "Value", "default", "data")


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Whether the value maps keys to items."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Whether the value is a sequence other than text or bytes, which are judged before."""
    return isinstance(value, Sequence)


def is_set(value: object) -> TypeGuard[AbstractSet[object]]:
    """Whether the value is a set."""
    return isinstance(value, AbstractSet)


def is_memory(value: object) -> TypeGuard["memoryview[int]"]:
    """Whether the value is a view of bytes."""
    return isinstance(value, memoryview)


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


def as_name(key: object) -> str:
    """The key as the name of a field; "" where it cannot be one."""
    if isinstance(key, str):
        name = str.__str__(key)
    elif isinstance(key, bytes):
        name = key.decode("latin-1")
    else:
        return ""
    return "" if "=" in name or MARK.search(name) else name


def named_value_key(value: Mapping[object, object]) -> tuple[str, Judgement] | None:
    """For `{"name": "Authorization", "value": ...}`: the key of the value and the name's verdict."""
    if not any(value_key in value for value_key in _VALUE_KEYS):
        return None
    for name_key in _NAME_KEYS:
        name = value.get(name_key) if name_key in value else None
        if isinstance(name, (str, bytes)):
            judgement = judge(as_name(name))
            for value_key in _VALUE_KEYS:
                if judgement.strength is not Strength.NONE and value_key in value:
                    return value_key, judgement
    return None


def is_pair(item: object) -> bool:
    """Whether the item is a list or tuple of two, the first of which may be a name."""
    return (
        is_sequence(item)
        and not isinstance(item, (str, bytes))
        and len(item) == 2
        and isinstance(item[0], (str, bytes))
    )


def pair_judgement(items: Sequence[object], *, is_item: bool) -> Judgement | None:
    """For `("authorization", "Bearer ...")`: the verdict on the first of exactly two.

    A pair that stands alone may be two names, `("password", "token")`; one in a list of pairs is
    an item of a mapping.
    """
    if len(items) != 2 or not isinstance(items[0], (str, bytes)):
        return None
    judgement = judge(as_name(items[0]))
    second = items[1]
    if judgement.strength is Strength.NONE or not isinstance(second, (str, bytes)):
        return None
    if not is_item and not has_digit_or_symbol(as_name(second)) and len(second) < 20:
        return None
    return judgement


def flag_judgement(item: object) -> Judgement | None:
    """For `["--password", "..."]`: the verdict on a flag that the next item belongs to."""
    if not isinstance(item, str) or not item.startswith("-") or "=" in item or " " in item:
        return None
    judgement = judge(item)
    return judgement if judgement.strength is not Strength.NONE else None
