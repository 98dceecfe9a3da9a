"""The options that every command with settings has, and the logs that it writes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from haulier.redact import redact_text
from haulier.settings import Settings, load_settings
from haulier.telemetry.logs import configure_logging

ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file. Default: ./haulier.toml where there is one."),
]
AppOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--app", help="Module with your @handler functions; may be given repeatedly."),
]


def settings_for(
    config: Path | None,
    overrides: Mapping[str, object] | None = None,
    app: list[str] | None = None,
) -> Settings:
    """The settings with what the command line said on top. Raises ConfigurationInvalid."""
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    if app:
        given["kinds_modules"] = tuple(app)
    return load_settings(config, given)


def write_logs(settings: Settings, style: Literal["json", "console"] | None = None) -> None:
    """Sends log lines to stderr, every one through the redactor."""
    configure_logging(
        style=style or settings.log_format, redact=redact_text, level=settings.log_level
    )
