"""Writes a settings file in which every setting is explained; what is commented out has its default."""

import json
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sync.settings import RobotSettings, Settings, TableSettings

_HEAD = """\
# Settings of closeloop. A line that begins with # has the value shown, which is the default.
# Paths are relative to this file. 'closeloop rules' lists the rules and their parameters.
"""
_SEVERAL = """\
# {description}
#   [trackers.sales]
#   workbook = "sales.xlsx"
"""
_EXAMPLES = {
    "tables": "# [tables.actions]            # where a table is, if it is not found by its headings\n",
    "robots": "# group robots by name: kind, url or url_env, secret_env, departments\n"
    '# [robots."产品部群"]          # docs/telling.md says how to set one up\n',
    "rules": '# [rules.A116]                # severity = "error" | "warning" | "advice", off = true, or a parameter\n# working_days = 3\n',
    "words": '# [words]                     # your own words, by the lists of rules/data/wordlists.toml\n# placeholder = ["再议"]\n',
}


def settings_file(workbook: Path | None, language: str, google: Mapping[str, str] | None = None) -> str:
    """The text of a new ``closeloop.toml`` for a workbook, or for a spreadsheet of Google's with its settings."""
    set_here = {"workbook": workbook.as_posix()} if workbook else {}
    given = {"google": dict(google or {})}
    return "".join([_HEAD, *_lines(Settings, set_here | {"language": language}), *_sections(given)])


def every_setting() -> Iterator[tuple[str, str, str]]:
    """Each setting's full name, its default as TOML ('' if none) and its description."""
    for name, field in Settings.model_fields.items():
        if section := _section(field):
            for inner, its in section.model_fields.items():
                yield f"{name}.{inner}", _default(its), its.description or ""
        else:
            yield name, _default(field), field.description or ""


def _lines(section: type[BaseModel], given: dict[str, str]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        if _section(field) or name in {*_EXAMPLES, "trackers"}:
            continue
        value = json.dumps(given[name], ensure_ascii=False) if name in given else _default(field)
        mark = "" if name in given else "# "
        yield f"\n# {field.description}\n{mark}{name} = {value or json.dumps('')}\n"


def _sections(given: Mapping[str, dict[str, str]]) -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        if section := _section(field):
            yield f"\n[{name}]\n# {section.__doc__}\n"
            yield from _lines(section, given.get(name, {}))
    yield "\n" + _EXAMPLES["tables"]
    for name, field in TableSettings.model_fields.items():
        example = (field.examples or [""])[0]
        shown = (
            '{ owner = "经办人员" }' if isinstance(example, dict) else json.dumps(example, ensure_ascii=False)
        )
        yield f"# {name} = {shown}  # {field.description}\n"
    yield "\n" + _EXAMPLES["robots"]
    for name, field in RobotSettings.model_fields.items():
        shown = json.dumps((field.examples or [""])[0], ensure_ascii=False)
        yield f"# {name} = {shown}  # {field.description}\n"
    yield "\n" + _EXAMPLES["rules"] + "\n" + _EXAMPLES["words"]
    yield "\n" + _SEVERAL.format(description=Settings.model_fields["trackers"].description)


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
