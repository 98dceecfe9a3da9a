"""Reading JSON Schemas: only what haulier itself asks of the schema of a kind's args."""

from collections.abc import Mapping
from typing import TypeAlias

JsonSchema: TypeAlias = dict[str, object]


def properties(schema: JsonSchema) -> dict[str, dict[str, object]]:
    """The top-level properties by name, looked up through `$ref` where the schema is one."""
    node: Mapping[str, object] = schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        node = _object(_object(schema.get("$defs")).get(reference.rpartition("/")[2]))
    return {name: _object(value) for name, value in _object(node.get("properties")).items()}


def fetched_properties(schema: JsonSchema) -> tuple[str, ...]:
    """Names of the properties marked `"x-egress": true`: URLs that the handler will fetch."""
    return tuple(
        name for name, field in properties(schema).items() if field.get("x-egress") is True
    )


def with_defaults(value: Mapping[str, object], schema: JsonSchema) -> dict[str, object]:
    """The value with the schema's defaults where it says nothing."""
    defaults = {
        name: field["default"] for name, field in properties(schema).items() if "default" in field
    }
    return {**defaults, **value}


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        return {}
    return {str(key): item for key, item in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
