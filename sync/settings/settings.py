"""All settings of a tracker, checked against one another."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator, model_validator

from rules.handbook import RULES
from rules.tuning import Tuning, profiles
from rules.wordlists import word_lists
from sheet_templates import LANGUAGES, template
from sync.finding_tables import TablePlace
from sync.settings.rule_settings import check_rule_setting, tuned
from sync.settings.sections import (
    ArchiveSettings,
    BackupSettings,
    BrakeSettings,
    CalendarSettings,
    GoogleSettings,
    LedgerSettings,
    LogSettings,
    MailSettings,
    ReminderSettings,
    ReplySettings,
    ReportSettings,
    RobotSettings,
    RunningSettings,
    Section,
    TableSettings,
)
from sync.settings.unfit import UnfitError, one_of


class Settings(Section):
    """All settings."""

    workbook: Path | None = Field(None, description="the tracking table, relative to this file")
    language: str = Field(
        "zh-CN", description="language of cells, mails and reports: " + ", ".join(LANGUAGES)
    )
    timezone: str = Field("Asia/Shanghai", description="zone in which days begin and mails are sent")
    profile: str = Field("default", description="handbook whose numbers apply: " + ", ".join(profiles()))
    tables: dict[str, TableSettings] = Field(
        {}, description="by table key: actions, meetings, topics, people, days"
    )
    calendar: CalendarSettings = CalendarSettings()
    reminders: ReminderSettings = ReminderSettings()
    brake: BrakeSettings = BrakeSettings()
    mail: MailSettings = MailSettings()
    replies: ReplySettings = ReplySettings()
    reports: ReportSettings = ReportSettings()
    robots: dict[str, RobotSettings] = Field(
        {}, description="group robots by name: kind, url or url_env, secret_env, departments"
    )
    backups: BackupSettings = BackupSettings()
    google: GoogleSettings = GoogleSettings()
    archive: ArchiveSettings = ArchiveSettings()
    ledger: LedgerSettings = LedgerSettings()
    rules: dict[str, dict[str, Any]] = Field(
        {}, description="by rule code: off = true, severity, and the rule's parameters"
    )
    words: dict[str, list[str]] = Field({}, description="your own words for the lists that rules look for")
    running: RunningSettings = RunningSettings()
    log: LogSettings = LogSettings()
    trackers: dict[str, "Settings"] = Field(
        {},
        description="several trackers, as sections such as [trackers.sales]: its workbook or Google spreadsheet, and whatever is to"
        " differ from the settings that all have in common",
    )

    @model_validator(mode="before")
    @classmethod
    def _in_common(cls, raw: Any) -> Any:
        """What a tracker's section does not say is as all have it in common."""
        if not isinstance(raw, dict) or not isinstance(raw.get("trackers"), dict):
            return raw
        common = {name: value for name, value in raw.items() if name not in {"workbook", "trackers"}}
        return {**raw, "trackers": {name: _merged(common, own) for name, own in raw["trackers"].items()}}

    @field_validator("trackers")
    @classmethod
    def _trackers(cls, value: "dict[str, Settings]", others: ValidationInfo) -> "dict[str, Settings]":
        google = others.data.get("google")
        if value and (others.data.get("workbook") or (google and google.spreadsheet)):
            raise UnfitError("each of several trackers names its own workbook; take the common one away")
        for name, settings in value.items():
            if settings.trackers:
                raise UnfitError("a tracker has no trackers of its own", name, "trackers")
            if not re.fullmatch(r"[\w-]+", name):
                raise UnfitError(
                    "a name of letters, digits, _ and - is needed here, not {value!r}", value=name
                )
        return value

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        return one_of(value, LANGUAGES)

    @field_validator("profile")
    @classmethod
    def _profile(cls, value: str) -> str:
        return one_of(value, profiles())

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise UnfitError("{value!r} is no time zone (such as Asia/Shanghai)", value=value) from None
        return value

    @field_validator("calendar")
    @classmethod
    def _country(cls, value: CalendarSettings) -> CalendarSettings:
        import holidays

        if value.country and value.country.upper() not in holidays.list_supported_countries():
            raise UnfitError("country {value!r} is not known (such as CN)", value=value.country)
        return value

    @field_validator("tables")
    @classmethod
    def _tables(cls, value: dict[str, TableSettings]) -> dict[str, TableSettings]:
        for key, table in value.items():
            one_of(key, template().tables)
            for column in table.columns:
                one_of(column, template().tables[key].columns, key, "columns")
        return value

    @field_validator("rules")
    @classmethod
    def _rules(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        codes = {rule.code: rule for rule in RULES}
        for code, section in value.items():
            one_of(code, codes)
            for name, given in section.items():
                check_rule_setting(codes[code], name, given)
        return value

    @field_validator("words")
    @classmethod
    def _words(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        for name in value:
            one_of(name, word_lists().lists)
        return value

    @property
    def tuning(self) -> Tuning:
        """The rules as these settings tune them."""
        return Tuning(self.profile, {code: tuned(given) for code, given in self.rules.items()})

    @property
    def places(self) -> Mapping[str, TablePlace]:
        """Where the settings say that tables are."""
        return {
            key: TablePlace(table.tab, table.header_row, table.columns) for key, table in self.tables.items()
        }


def _merged(common: Any, own: Any) -> Any:
    """Own settings over common ones, section by section."""
    if not (isinstance(common, dict) and isinstance(own, dict)):
        return own
    return common | {name: _merged(common.get(name), value) for name, value in own.items()}
