"""Values of unknown type, such as decoded JSON, as values of a known one."""


def as_object(value: object) -> dict[str, object]:
    """The value as a JSON object; {} where it is none."""
    if not isinstance(value, dict):
        return {}
    return {str(key): item for key, item in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def as_items(value: object) -> list[object]:
    """The items of a list or tuple; [] where it is neither."""
    return list(value) if isinstance(value, list | tuple) else []  # pyright: ignore[reportUnknownArgumentType]
