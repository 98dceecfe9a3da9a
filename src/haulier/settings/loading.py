"""Reads settings from the environment, `haulier.toml` and the command line."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from haulier.errors import ConfigurationInvalid
from haulier.settings.model import PREFIX, Settings

_CONFIG_FILE: Final = "haulier.toml"
_MAX_FILE_BYTES: Final = 1024 * 1024


def load_settings(
    config: Path | None = None, overrides: Mapping[str, object] | None = None
) -> Settings:
    """Reads the settings: overrides (command line), environment, file, defaults, in this order.

    Without `config` the file is $HAULIER_CONFIG or ./haulier.toml, if it is there. Raises
    ConfigurationInvalid with every problem, naming where each value came from.
    """
    path = config or config_path()
    given = dict(overrides or {})
    problems = _unknown_variables()
    file_values = read_file(path, problems)
    # An empty variable counts as unset, and so hides nothing.
    names = {name for name in file_values if os.environ.get(f"{PREFIX}{name.upper()}")}
    values = {name: value for name, value in file_values.items() if name not in names} | given
    try:
        settings = Settings(**_prepared(values))  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        problems += [_describe(item, values, path) for item in error.errors(include_input=False)]
        raise ConfigurationInvalid(_listed(problems)) from None
    if problems:
        raise ConfigurationInvalid(_listed(problems))
    return settings


def config_path() -> Path | None:
    """The settings file: $HAULIER_CONFIG, else ./haulier.toml where there is one."""
    named = os.environ.get(f"{PREFIX}CONFIG")
    if named:
        return Path(named)
    return Path(_CONFIG_FILE) if Path(_CONFIG_FILE).is_file() else None


def read_file(path: Path | None, problems: list[str]) -> dict[str, object]:
    """The file's values by setting; a table's name stands before its keys (`[kinds] modules`)."""
    if path is None:
        return {}
    try:
        document = tomllib.loads(_read_text(path))
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"{path} cannot be read: {error}")
        return {}
    flat: dict[str, object] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            table: dict[str, object] = value  # pyright: ignore[reportUnknownVariableType]
            flat.update({f"{key}_{inner}": found for inner, found in table.items()})
        else:
            flat[key] = value
    return flat


def _read_text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_MAX_FILE_BYTES + 1)
    if len(content) > _MAX_FILE_BYTES:
        raise ValueError(f"it has more than {_MAX_FILE_BYTES:,} bytes")
    return content.decode()


def _prepared(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownArgumentType]
        for name, value in values.items()
    }


def _unknown_variables() -> list[str]:
    """Misspelt variables would otherwise be silently without effect."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    # URL and API_KEY are the command line client's, SETUP_GROUPS the set-up script's.
    known |= {f"{PREFIX}{name}" for name in ("CONFIG", "URL", "API_KEY", "SETUP_GROUPS")}
    found = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    return [f"{name} is no setting of haulier" for name in found]


def _describe(error: Mapping[str, object], values: Mapping[str, object], path: Path | None) -> str:
    location = error.get("loc")
    message = str(error.get("msg", "")).removeprefix("Value error, ")
    if not (isinstance(location, tuple) and location):
        return message  # about settings that do not fit together
    name = str(location[0])  # pyright: ignore[reportUnknownArgumentType]
    source = f" (in {path})" if name in values and path is not None else ""
    return f"{PREFIX}{name.upper()}{source}: {message}"


def _listed(problems: list[str]) -> str:
    return "The settings are not valid:\n" + "\n".join(f"  - {problem}" for problem in problems)


def environment_with(values: Mapping[str, str]) -> dict[str, str]:
    """Our own environment with some settings on top, for a child process; "" leaves one out."""
    own = {f"{PREFIX}{name}": value for name, value in values.items() if value}
    return dict(os.environ) | own
