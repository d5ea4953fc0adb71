"""Writes a settings file in which every setting is explained; what is commented out has its default."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sheet_templates import words
from sync.settings.sections import RobotSettings, TableSettings
from sync.settings.settings import Settings

_HEAD = (
    "Settings of closeloop. A line that begins with # has the value shown, which is the default.",
    "Paths are relative to this file. 'closeloop rules' lists the rules and their parameters.",
)
_TABLES = "where a table is, if it is not found by its headings"
_ROBOTS = "group robots by name: kind, url or url_env, secret_env, departments; docs/telling.md says how to set one up"
_RULES = "one rule's severity (error, warning, advice), off = true, or a parameter"
_WORDS = "your own words, by the lists of rules/data/wordlists.toml"
_ELSEWHERE = ("tables", "robots", "rules", "words", "trackers")
"""Settings that are shown by an example of their own."""


def settings_file(workbook: Path | None, language: str, google: Mapping[str, str] | None = None) -> str:
    """The text of a new ``closeloop.toml`` for a workbook, or for a spreadsheet of Google's with its settings."""
    set_here = {"language": language} | ({"workbook": workbook.as_posix()} if workbook else {})
    writer = _Writer(words(language).groups.get("documentation", {}))
    return "".join(writer.lines(set_here, {"google": dict(google or {})}))


def every_comment() -> Iterator[str]:
    """Each English sentence of a settings file, the descriptions of settings among them."""
    yield from (*_HEAD, _TABLES, _ROBOTS, _RULES, _WORDS)
    sections = [section for field in Settings.model_fields.values() if (section := _section(field))]
    yield from (section.__doc__ or "" for section in sections)
    described: list[type[BaseModel]] = [*sections, TableSettings, RobotSettings]
    for each in described:
        yield from (field.description or "" for field in each.model_fields.values())
    yield from (description for _, _, description in every_setting())


@dataclass(frozen=True)
class _Writer:
    """Writes the file in a language, whose ``comments`` are keyed by the English ones."""

    comments: Mapping[str, str]

    def lines(self, given: Mapping[str, str], sections: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        yield from (f"# {self._said(sentence)}\n" for sentence in _HEAD)
        yield from self._settings(Settings, given)
        for name, field in Settings.model_fields.items():
            if section := _section(field):
                yield f"\n[{name}]\n# {self._said(section.__doc__ or '')}\n"
                yield from self._settings(section, sections.get(name, {}))
        yield f"\n# {self._said(_TABLES)}\n# [tables.actions]\n"
        yield from self._examples(TableSettings)
        yield f'\n# {self._said(_ROBOTS)}\n# [robots."产品部群"]\n'
        yield from self._examples(RobotSettings)
        yield f"\n# {self._said(_RULES)}\n# [rules.A116]\n# working_days = 3\n"
        yield f'\n# {self._said(_WORDS)}\n# [words]\n# placeholder = ["再议"]\n'
        several = Settings.model_fields["trackers"].description or ""
        yield f'\n# {self._said(several)}\n#   [trackers.sales]\n#   workbook = "sales.xlsx"\n'

    def _settings(self, section: type[BaseModel], given: Mapping[str, str]) -> Iterator[str]:
        for name, field in section.model_fields.items():
            if _section(field) or name in _ELSEWHERE:
                continue
            value = json.dumps(given[name], ensure_ascii=False) if name in given else _default(field)
            mark = "" if name in given else "# "
            yield f"\n# {self._said(field.description or '')}\n{mark}{name} = {value or json.dumps('')}\n"

    def _examples(self, section: type[BaseModel]) -> Iterator[str]:
        for name, field in section.model_fields.items():
            example = (field.examples or [""])[0]
            table = isinstance(example, dict)
            shown = '{ owner = "经办人员" }' if table else json.dumps(example, ensure_ascii=False)
            yield f"# {name} = {shown}  # {self._said(field.description or '')}\n"

    def _said(self, sentence: str) -> str:
        return self.comments.get(sentence, sentence)


def every_setting() -> Iterator[tuple[str, str, str]]:
    """Each setting's full name, its default as TOML ('' if none) and its description."""
    for name, field in Settings.model_fields.items():
        if section := _section(field):
            for inner, its in section.model_fields.items():
                yield f"{name}.{inner}", _default(its), its.description or ""
        else:
            yield name, _default(field), field.description or ""


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    match value:
        case None:
            return ""
        case _ if value is PydanticUndefined or isinstance(value, SecretStr):
            return ""
        case time():
            return f"{value:%H:%M:%S}"
        case Path():
            return json.dumps(str(value))
        case _:
            return json.dumps(value, ensure_ascii=False)
