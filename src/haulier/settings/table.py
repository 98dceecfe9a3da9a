"""The settings as a person reads them."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from pydantic import SecretStr

from haulier.settings.loading import config_path, read_file
from haulier.settings.model import PREFIX, Settings


class SettingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as `haulier config check` shows it."""

    name: str
    value: str
    """Masked for secrets."""
    origin: str
    """`environment`, `file` or `default`."""
    description: str


def describe_settings(settings: Settings, config: Path | None = None) -> list[SettingRow]:
    """Every setting with its value and where it came from; secrets masked."""
    file_values = read_file(config or config_path(), [])
    return [
        SettingRow(
            name=f"{PREFIX}{name.upper()}",
            value=_shown(getattr(settings, name)),
            origin=_origin(name, file_values),
            description=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"  # pyright: ignore[reportUnknownArgumentType]
    return str(value)


def _origin(name: str, file_values: Mapping[str, object]) -> str:
    if os.environ.get(f"{PREFIX}{name.upper()}"):
        return "environment"
    return "file" if name in file_values else "default"
