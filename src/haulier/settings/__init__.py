"""All settings: environment over `haulier.toml` over defaults. The only reader of the environment.

Every problem is told at once, secrets are never shown, and what comes out is frozen.
"""

from haulier.settings.loading import environment_with, load_settings
from haulier.settings.model import Settings
from haulier.settings.table import SettingRow, describe_settings

__all__ = ["SettingRow", "Settings", "describe_settings", "environment_with", "load_settings"]
