"""Reads a settings file; whatever is wrong in it is one sentence."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sheet_templates import rungs
from sync.faults import SettingsFault
from sync.settings.sections import ReminderSettings, RobotSettings, RungSettings, Section, TableSettings
from sync.settings.settings import Settings
from sync.settings.unfit import UnfitError, nearest

_KIND_SENTENCES = (
    ("bool_", "{file}: {key}: true or false is needed here, not {value!r}"),
    ("int_", "{file}: {key}: a whole number is needed here, not {value!r}"),
    ("float_", "{file}: {key}: a number is needed here, not {value!r}"),
    ("finite_number", "{file}: {key}: a number is needed here, not {value!r}"),
    ("string_", "{file}: {key}: a text in quotes is needed here"),
    ("path_", "{file}: {key}: a path in quotes is needed here"),
    ("time_", "{file}: {key}: a time of day such as 08:30 is needed here, not {value!r}"),
    ("list_", '{file}: {key}: a list such as ["a", "b"] is needed here'),
    ("dict_", "{file}: {key}: a section is needed here: write its settings below [{key}]"),
    ("model_", "{file}: {key}: a section is needed here: write its settings below [{key}]"),
    ("literal_error", "{file}: {key}: {value!r} is not known; known are {known}"),
    ("greater_than_equal", "{file}: {key}: {value} is too small; the least is {limits[ge]}"),
    ("greater_than", "{file}: {key}: {value} is too small; it has to be more than {limits[gt]}"),
    ("less_than_equal", "{file}: {key}: {value} is too large; the most is {limits[le]}"),
    ("", "{file}: {key}: {detail}"),
)
"""What to say by the beginning of pydantic's name for an error."""


def read_settings(path: Path) -> Settings:
    """Read a settings file. Raises SettingsFault with one sentence for whatever is wrong in it."""
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise SettingsFault(
            "there is no settings file {file}; name a workbook instead, or make one with 'closeloop init'",
            file=path,
        ) from None
    except IsADirectoryError:
        raise SettingsFault("{file} is a folder; -c takes a settings file", file=path) from None
    except OSError as reason:
        raise SettingsFault(
            "the settings file {file} cannot be read: {detail}", file=path, detail=reason.strerror or reason
        ) from None
    except UnicodeDecodeError:
        raise SettingsFault("the settings file {file} is not in UTF-8; save it as UTF-8", file=path) from None
    except ValueError as reason:  # TOMLDecodeError, and numbers longer than Python takes
        raise SettingsFault(
            "the settings file {file} is not valid TOML: {detail}", file=path, detail=reason
        ) from None
    return settings_from(raw, str(path))


def settings_from(raw: Mapping[str, Any], name: str = "settings") -> Settings:
    """Check settings; the first fault is raised as SettingsFault, unknown keys with the nearest known one."""
    try:
        return Settings.model_validate(raw)
    except ValidationError as faults:
        raise _fault(faults.errors()[0], name) from None


def _fault(found: Mapping[str, Any], file: str) -> SettingsFault:
    """The fault for one of pydantic's. Where a text is due, the value is not shown: it could be the password."""
    loc, reasons = found["loc"], found.get("ctx", {})
    key = ".".join(map(str, _as_written(loc)))
    if isinstance(error := reasons.get("error"), UnfitError):
        key = ".".join([key, *error.inside])
        return SettingsFault("{file}: {key}: " + error.sentence, file=file, key=key, **error.fields)
    if found["type"] != "extra_forbidden":
        sentence = next(text for kind, text in _KIND_SENTENCES if found["type"].startswith(kind))
        known = str(reasons.get("expected", "")).replace(" or ", ", ")
        fields = {"value": found["input"], "known": known, "limits": reasons, "detail": found["msg"]}
        return SettingsFault(sentence, file=file, key=key, **fields)
    keys = _known_keys(loc[:-1])
    if near := nearest(str(loc[-1]), keys):
        return SettingsFault(
            "{file}: unknown key {key!r}; did you mean {near!r}?", file=file, key=key, near=near
        )
    return SettingsFault(
        "{file}: unknown key {key!r}; known are {known}", file=file, key=key, known=", ".join(keys)
    )


def _as_written(loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where a setting stands in the file: kinds of reminders are sections of their own."""
    if loc[:1] == ("trackers",):
        return (*loc[:2], *_as_written(loc[2:]))
    return (loc[0], *loc[2:]) if loc[:2] == ("reminders", "kinds") and len(loc) > 2 else loc


_NAMED: Mapping[str, type[Section]] = {
    "tables": TableSettings,
    "robots": RobotSettings,
    "kinds": RungSettings,
}
"""Sections of which there are several, each with a name."""


def _known_keys(loc: tuple[Any, ...]) -> list[str]:
    if loc[:1] == ("trackers",):
        return _known_keys(loc[2:])
    if loc == ("reminders",):
        return [*ReminderSettings.model_fields, *rungs()]
    section: Any = Settings
    for part in loc:
        if part in _NAMED:
            section = _NAMED[part]
        elif field := getattr(section, "model_fields", {}).get(part):
            section = field.annotation
    return list(getattr(section, "model_fields", {}))
