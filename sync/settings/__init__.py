"""The settings file closeloop.toml."""

from sync.settings.reading import read_settings, settings_from
from sync.settings.settings import Settings

__all__ = ["Settings", "read_settings", "settings_from"]
