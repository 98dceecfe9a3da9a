"""A durable step's result, on its way back from the JSON that was remembered."""

from collections.abc import Callable
from typing import get_type_hints

import msgspec


def restore_step(text: str, function: Callable[..., object]) -> object:
    """The remembered JSON as the function's return type; plain JSON where it promises none.

    Raises msgspec.ValidationError when the two do not fit.
    """
    promised = returned_type(function)
    if promised is object:
        return msgspec.json.decode(text)
    return msgspec.json.decode(text, type=promised)


def returned_type(function: Callable[..., object]) -> object:
    """The type that the function says it returns; `object` where it says none."""
    try:
        promised: object = get_type_hints(function).get("return", object)
    except (NameError, TypeError):
        return object
    return promised
