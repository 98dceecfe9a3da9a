"""What a step left behind, in the type that its function promises."""

from collections.abc import Callable
from typing import get_type_hints

import msgspec


def restore_step(text: str, function: Callable[..., object]) -> object:
    """The remembered JSON as the function's return type; plain JSON where it promises none.

    Raises msgspec.ValidationError when the two do not fit.
    """
    try:
        promised: object = get_type_hints(function).get("return")
    except (NameError, TypeError):
        promised = None
    if promised is None:
        return msgspec.json.decode(text)
    return msgspec.json.decode(text, type=promised)
