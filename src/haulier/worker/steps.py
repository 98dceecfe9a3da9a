"""What a durable step leaves: JSON, read back in the type that its function promises."""

from collections.abc import Callable
from typing import get_type_hints

import msgspec


def returned_type(function: Callable[..., object]) -> object:
    """The type that the function says it returns; `object` where it says none."""
    try:
        promised: object = get_type_hints(function).get("return", object)
    except (NameError, TypeError):
        return object
    return promised


def restore(text: str, function: Callable[..., object]) -> object:
    """The remembered value in the type that the function promises, plain JSON where none is."""
    promised = returned_type(function)
    if promised is object:
        return msgspec.json.decode(text)
    return msgspec.json.decode(text, type=promised)
