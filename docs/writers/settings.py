"""The page of settings."""

from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic_core import PydanticUndefined
from writers.tables import table

from haulier.settings.model import PREFIX, Settings


def settings_page() -> Iterator[str]:
    """Every setting with its type, default and bounds."""
    yield "# Settings"
    yield ""
    yield "A value comes from the command line, else the environment, else the file,"
    yield "else the default."
    yield "The file is the one that `--config` or `HAULIER_CONFIG` names, else `./haulier.toml`."
    yield "There a setting has its name in small letters without the prefix:"
    yield "`HAULIER_PORT` is `port`. A table's name goes before its keys:"
    yield "`[kinds]` with `modules = [...]` is `kinds_modules`."
    yield ""
    yield "`haulier config check` lists what is wrong, or every setting with its value and origin."
    yield "A misspelt `HAULIER_` variable is an error."
    yield ""
    yield from table(
        ("Setting", "Type", "Default", "Bounds", "What it does"),
        (
            (
                f"`{PREFIX}{name.upper()}`",
                _type_name(field.annotation),
                _default(field.get_default()),
                _bounds(field.metadata),
                field.description or "",
            )
            for name, field in Settings.model_fields.items()
        ),
    )
    yield ""
    yield "Four more are read outside of these settings:"
    yield ""
    yield from table(
        ("Variable", "What it does"),
        (
            ("`HAULIER_CONFIG`", "The settings file."),
            ("`HAULIER_URL`", "The server that the command line speaks to."),
            ("`HAULIER_API_KEY`", "The key that the command line shows it."),
            (
                "`HAULIER_SETUP_GROUPS`",
                "Dependency groups that `./haulier` installs, such as `dev`.",
            ),
        ),
    )


def _type_name(annotation: object) -> str:
    text = str(annotation)
    if text.startswith("typing.Literal"):
        return ", ".join(f"`{word}`" for word in get_args(annotation))
    for part, name in (
        ("SecretStr", "secret"), ("Path", "path"), ("tuple", "list"),
        ("int", "whole number"), ("float", "number"),
    ):  # fmt: skip
        if part in text:
            return name
    return "text"


def _default(value: object) -> str:
    if value is None or value is PydanticUndefined or value == ():
        return "-"
    return f"`{value}`"


def _bounds(metadata: Sequence[object]) -> str:
    low = next((one for one in (getattr(m, "ge", None) for m in metadata) if one is not None), None)
    high = next(
        (one for one in (getattr(m, "le", None) for m in metadata) if one is not None), None
    )
    if low is None and high is None:
        return ""
    return f"{low} to {high}" if high is not None else f"at least {low}"
