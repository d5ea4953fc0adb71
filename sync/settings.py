"""The settings file closeloop.toml: every setting with its default and what it means, checked as it is read."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from rules.catalogue import Rule
from rules.findings import Severity
from rules.handbook import RULES
from rules.tuning import RuleTuning, Tuning, profiles
from rules.wordlists import word_lists
from sheet_templates import LANGUAGES, rungs, template
from sync.faults import SettingsFault
from sync.finding_tables import TablePlace
from sync.tell.recipients import roles_of

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


class UnfitError(ValueError):
    """A setting's value does not fit. The sentence continues "<file>: <key>: …"; ``inside`` leads on from the key."""

    def __init__(self, sentence: str, *inside: str, **fields: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.inside = inside
        self.fields = fields


_LEAST_YEARS = 2
"""Archived records are kept so long (001 §四(四))."""
_LARGEST = 3650
"""Days, working days, times: no parameter of a rule is larger."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableSettings(_Section):
    """Where a table is, for workbooks in which it cannot be found by its headings."""

    tab: str | None = Field(None, description="name of the worksheet", examples=["行动项跟踪表"])
    header_row: int | None = Field(None, ge=1, description="row of the header, from 1", examples=[3])
    columns: dict[str, str] = Field(
        {}, description="your own headings by column key", examples=[{"owner": "经办人员"}]
    )


class CalendarSettings(_Section):
    """Which days are working days; the tab 工作日历 of the workbook wins over it."""

    country: str = Field(
        "CN", description="country whose public holidays count (ISO code); empty for Monday to Friday"
    )


class RungSettings(_Section):
    """One kind of reminder as an organisation wants it; what is not given stays as the handbook has it."""

    off: bool | None = Field(
        None, description="whether it is not told at all; false tells what is off by default"
    )
    days: int | None = Field(None, ge=0, le=60, description="days before or after its date")
    repeat: int | None = Field(
        None, ge=0, le=250, description="working days until it is told again; 0 for once"
    )
    until: int | None = Field(
        None, ge=0, le=250, description="working days after which it is given up; 0 for never"
    )
    to: list[str] | None = Field(None, description="who has to act, by role")
    copy_to: list[str] | None = Field(None, description="who is kept informed")

    @property
    def tuned(self) -> dict[str, Any]:
        """The fields of a rung that are given."""
        given = self.model_dump(exclude_none=True)
        for name, field in (("to", "to"), ("copy_to", "copy")):
            if name in given:
                given[field] = tuple(given.pop(name))
        return given


class ReminderSettings(_Section):
    """When reminders go out, and which."""

    due_soon_days: int = Field(
        2, ge=0, le=60, description="calendar days before the due date on which the owner is reminded"
    )
    overdue_every: int = Field(
        1, ge=1, le=60, description="working days from one overdue reminder to the next"
    )
    send_from: time = Field(time(8, 30), description="nothing is sent before this time of day")
    send_until: time = Field(time(18, 0), description="nothing is sent after this time of day")
    weekly_on: int = Field(1, ge=1, le=7, description="weekday of the weekly digests, 1 for Monday")
    kinds: dict[str, RungSettings] = Field(
        {},
        description="single kinds, as sections such as [reminders.overdue]: off, days, repeat, until, to, copy_to;"
        " known are " + ", ".join(rungs()),
    )

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, raw: Any) -> Any:
        """[reminders.overdue] is one of the kinds."""
        if not isinstance(raw, dict):
            return raw
        kinds = {name: raw[name] for name in raw if name in rungs()}
        rest = {name: value for name, value in raw.items() if name not in kinds}
        return {**rest, "kinds": {**rest.get("kinds", {}), **kinds}} if kinds else rest

    @field_validator("kinds")
    @classmethod
    def _kinds(cls, value: dict[str, RungSettings]) -> dict[str, RungSettings]:
        for kind, rung in value.items():
            _one_of(kind, rungs())
            for role in (*(rung.to or ()), *(rung.copy_to or ())):
                _one_of(role, roles_of(rungs()[kind]), kind)
        return value

    @property
    def tuned(self) -> dict[str, dict[str, Any]]:
        """The fields of rungs that are given, by kind."""
        general = {"due_soon": {"days": self.due_soon_days}, "overdue": {"repeat": self.overdue_every}}
        given = {kind: rung.tuned for kind, rung in self.kinds.items()}
        return {kind: general.get(kind, {}) | given.get(kind, {}) for kind in {**general, **given}}

    def open_at(self, moment: datetime) -> bool:
        """Whether the time of day lies in the sending window."""
        return self.send_from <= moment.time() <= self.send_until


class BrakeSettings(_Section):
    """A pass that would tell far more than usual sends nothing, until `closeloop run --release-brake` lets it."""

    people: int = Field(50, ge=0, description="so many people more than passes have told lately")
    items: int = Field(300, ge=0, description="so many notices more than passes have told lately")


class MailSettings(_Section):
    """How mail goes out: as .eml files into a folder, or to an SMTP server."""

    channel: Literal["outbox", "smtp"] = Field("outbox", description="outbox (files) or smtp (a server)")
    outbox: Path | None = Field(None, description="folder for .eml files; by default beside the workbook")
    sender_name: str = Field("闭环 closeloop", description="the name that mails come from")
    sender: str = Field("closeloop@localhost.localdomain", description="the address that mails come from")
    reply_to: str | None = Field(None, description="where answers go: the coordinator's address")
    host: str = Field("", description="the SMTP server's name")
    port: int = Field(465, ge=1, le=65535, description="its port: 465 for tls, 587 for starttls, 25 for none")
    security: Literal["tls", "starttls", "none"] = Field("tls", description="how the line is protected")
    user: str = Field("", description="login name; empty for no login")
    password: SecretStr = Field(
        SecretStr(""),
        description="better left out: CLOSELOOP_SMTP_PASSWORD in the environment is read instead",
    )
    timeout: float = Field(30, gt=0, description="seconds to wait for the server")
    per_minute: int = Field(0, ge=0, le=6000, description="mails a minute that the server takes; 0 for any")
    auth: Literal["password", "microsoft", "google"] = Field(
        "password", description="how to log in: password, or a token of microsoft or google (XOAUTH2)"
    )
    client_id: str = Field("", description="microsoft: the application's id")
    client_secret: SecretStr = Field(
        SecretStr(""),
        description="better left out: CLOSELOOP_MAIL_CLIENT_SECRET in the environment is read instead",
    )
    authority: str = Field(
        "",
        description="microsoft: https://login.microsoftonline.com/ and your tenant's id, or as 21Vianet says",
    )
    scope: str = Field(
        "https://outlook.office365.com/.default", description="microsoft: what the token is for"
    )
    credentials: Path | None = Field(
        None, description="google: JSON key of a service account that may act for the sender's mailbox"
    )
    calendar: bool = Field(
        False, description="whether mails bring a calendar entry for each item that is due soon"
    )


class ReplySettings(_Section):
    """Answers to reminders by mail, as proposals beside the rows; docs/telling.md says what is understood."""

    on: bool = Field(False, description="read a mailbox over IMAP for answers to reminders")
    host: str = Field("", description="the IMAP server's name")
    port: int = Field(993, ge=1, le=65535, description="its port: 993 for tls, 143 for starttls and none")
    security: Literal["tls", "starttls", "none"] = Field("tls", description="how the line to it is protected")
    user: str = Field(
        "", description="login name of the mailbox: that of mail.reply_to, or else of mail.sender"
    )
    password: SecretStr = Field(
        SecretStr(""),
        description="better left out: CLOSELOOP_IMAP_PASSWORD in the environment is read instead",
    )
    auth: Literal["password", "microsoft", "google"] = Field(
        "password",
        description="how to log in: password, or a token (XOAUTH2) of the application that [mail] names",
    )
    folder: str = Field("INBOX", description="the folder that is read")
    move_to: str = Field(
        "", description="folder for answers that were taken; empty to mark them as seen alone"
    )
    checked_by: str = Field(
        "",
        description="the name at the head of your server's Authentication-Results: then only what passed DMARC counts",
    )
    timeout: float = Field(30, gt=0, description="seconds to wait for the IMAP server")


class RobotSettings(_Section):
    """A group robot, under [robots.NAME]; departments or the directory's column 群机器人 say who uses it."""

    kind: Literal["dingtalk", "wecom", "feishu", "apprise"] = Field(
        description="dingtalk, wecom, feishu, or apprise for anything else", examples=["dingtalk"]
    )
    url: SecretStr = Field(
        SecretStr(""), description="its webhook's address; better left out for url_env", examples=[""]
    )
    url_env: str = Field(
        "", description="variable of the environment that has the address", examples=["ROBOT_PRODUCT_URL"]
    )
    secret_env: str = Field(
        "", description="variable that has the signing secret (加签)", examples=["ROBOT_PRODUCT_SECRET"]
    )
    departments: list[str] = Field([], description="whose matters it tells", examples=[["产品部"]])


class BackupSettings(_Section):
    """What the workbook was before each write: `closeloop restore` puts it back."""

    keep: int = Field(
        5, ge=0, le=1000, description="how many backups are kept beside the ledger; 0 makes none"
    )


class ReportSettings(_Section):
    """The tabs that closeloop writes by itself, for coordinators and heads of departments to read."""

    weekly: bool = Field(True, description="write the weekly summary tab (每周汇总)")
    departments: list[str] = Field(
        [], description='departments that get such a tab of their own; ["all"] for each of them'
    )
    quarterly: bool = Field(True, description="write a review tab for each quarter (季度复盘)")
    on_time_target: int = Field(
        80, ge=0, le=100, description="the on-time completion rate that is asked for, in percent"
    )
    silent_days: int = Field(
        2, ge=1, le=60, description="days without a pass after which the summary's heartbeat turns red"
    )

    @field_validator("departments", mode="before")
    @classmethod
    def _all(cls, value: object) -> object:
        return [value] if value == "all" else value


class GoogleSettings(_Section):
    """A tracking table on Google Sheets, instead of a workbook. The ledger is kept beside this file."""

    spreadsheet: str = Field("", description="its address as the browser shows it, or its id")
    name: str = Field("", description="what mails call it; its id by default")
    credentials: Path = Field(
        Path("google-credentials.json"),
        description="a service account's key, or an OAuth client for an account of your own; keep it secret",
    )
    consent: Path = Field(
        Path("google-consent.json"),
        description="where your own account's consent is kept, which 'closeloop init --google' asks for",
    )
    endpoint: str = Field(
        "", description="another address of Google's service, such as a gateway of your own"
    )


class ArchiveSettings(_Section):
    """Where closed items go, so that people's tabs hold what is still to be done."""

    on: bool = Field(
        False, description="move closed and verified items, their meetings and topics into the archive"
    )
    after_days: int = Field(7, ge=0, le=3650, description="days after an item was done until it is archived")
    workbook: str = Field(
        "",
        description="archive workbook relative to this file, {year} for one a year; by default tabs of the tracker",
        examples=["归档{year}.xlsx"],
    )
    confidential_workbook: str = Field(
        "",
        description="workbook for what is confidential, relative to this file; by default in the tracker's folder",
    )
    keep_years: int = Field(2, ge=1, le=100, description="years that archived rows are kept at the least")
    shorter_is_allowed: bool = Field(
        False, description="keep_years may be less than the 2 that the handbook asks for"
    )

    @field_validator("workbook", "confidential_workbook")
    @classmethod
    def _file(cls, value: str) -> str:
        plain = value.replace("{year}", "")
        if value and (not value.lower().endswith(".xlsx") or set("{}") & set(plain)):
            raise UnfitError(
                "{value!r} is no name of an archive workbook (such as 归档{{year}}.xlsx)", value=value
            )
        return value

    @model_validator(mode="after")
    def _long_enough(self) -> "ArchiveSettings":
        if self.keep_years < _LEAST_YEARS and not self.shorter_is_allowed:
            raise UnfitError(
                "keep_years has to be 2 or more; for less, set shorter_is_allowed = true beside it"
            )
        return self


class LedgerSettings(_Section):
    """Where closeloop remembers what it has done and whom it has told."""

    url: str | None = Field(
        None, description="database address (SQLAlchemy); by default an SQLite file beside the workbook"
    )


class RunningSettings(_Section):
    """How a pass is made."""

    deadline: float = Field(15, gt=0, le=1440, description="minutes after which a pass is ended")


class LogSettings(_Section):
    """What is left of each pass for monitors and for those who look later."""

    file: Path | None = Field(None, description="file that gets a line for each pass")
    format: Literal["plain", "json"] = Field("plain", description="what a line looks like: plain or json")
    megabytes: float = Field(5, gt=0, description="size at which the file begins anew")
    keep: int = Field(5, ge=0, le=1000, description="how many full files are kept beside it")
    status: Path | None = Field(
        None, description="JSON file that tells of the last pass; by default status.json beside the ledger"
    )
    ping: str | None = Field(
        None,
        description="address called after each good pass (healthchecks), with /fail where a person is needed; not"
        " called where a later pass mends it",
        examples=["https://hc-ping.com/your-uuid"],
    )

    @field_validator("ping")
    @classmethod
    def _ping(cls, value: str | None) -> str | None:
        if value and not value.startswith(("https://", "http://")):
            raise UnfitError("an address such as https://hc-ping.com/your-uuid is needed here")
        return value


class Settings(_Section):
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
        return _one_of(value, LANGUAGES)

    @field_validator("profile")
    @classmethod
    def _profile(cls, value: str) -> str:
        return _one_of(value, profiles())

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
            _one_of(key, template().tables)
            for column in table.columns:
                _one_of(column, template().tables[key].columns, key, "columns")
        return value

    @field_validator("rules")
    @classmethod
    def _rules(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        codes = {rule.code: rule for rule in RULES}
        for code, tuned in value.items():
            _one_of(code, codes)
            for name, given in tuned.items():
                _rule_setting(codes[code], name, given)
        return value

    @field_validator("words")
    @classmethod
    def _words(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        for name in value:
            _one_of(name, word_lists().lists)
        return value

    @property
    def tuning(self) -> Tuning:
        """The rules as these settings tune them."""
        return Tuning(self.profile, {code: _tuned(given) for code, given in self.rules.items()})

    @property
    def places(self) -> Mapping[str, TablePlace]:
        """Where the settings say that tables are."""
        return {
            key: TablePlace(table.tab, table.header_row, table.columns) for key, table in self.tables.items()
        }


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
    if near := _nearest(str(loc[-1]), keys):
        return SettingsFault(
            "{file}: unknown key {key!r}; did you mean {near!r}?", file=file, key=key, near=near
        )
    return SettingsFault(
        "{file}: unknown key {key!r}; known are {known}", file=file, key=key, known=", ".join(keys)
    )


def _merged(common: Any, own: Any) -> Any:
    """Own settings over common ones, section by section."""
    if not (isinstance(common, dict) and isinstance(own, dict)):
        return own
    return common | {name: _merged(common.get(name), value) for name, value in own.items()}


def _as_written(loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where a setting stands in the file: kinds of reminders are sections of their own."""
    if loc[:1] == ("trackers",):
        return (*loc[:2], *_as_written(loc[2:]))
    return (loc[0], *loc[2:]) if loc[:2] == ("reminders", "kinds") and len(loc) > 2 else loc


_NAMED: Mapping[str, type[_Section]] = {
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


def _nearest(word: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(word, list(known), 1, 0.6)), None)


def _one_of(value: str, known: Iterable[str], *inside: str) -> str:
    if value in known:
        return value
    if near := _nearest(value, known):
        raise UnfitError("{value!r} is not known; did you mean {near!r}?", *inside, value=value, near=near)
    raise UnfitError(
        "{value!r} is not known; known are {known}", *inside, value=value, known=", ".join(known)
    )


def _rule_setting(rule: Rule, name: str, given: Any) -> None:
    _one_of(name, ["off", "severity", *rule.parameters], rule.code)
    if name == "off" and not isinstance(given, bool):
        raise UnfitError("true or false is needed here, not {value!r}", rule.code, name, value=given)
    if name == "severity":
        _one_of(str(given), [severity.value for severity in Severity], rule.code, name)
    usual = rule.parameters.get(name)
    if usual is not None and type(given) is not type(usual):
        raise UnfitError(
            "a value such as {usual!r} is needed here, not {value!r}",
            rule.code,
            name,
            usual=usual,
            value=given,
        )
    if isinstance(given, int) and not 0 <= given <= _LARGEST:
        raise UnfitError(
            "a number from 0 to {most} is needed here, not {value!r}",
            rule.code,
            name,
            most=_LARGEST,
            value=given,
        )


def _tuned(given: Mapping[str, Any]) -> RuleTuning:
    parameters = {name: value for name, value in given.items() if name not in {"off", "severity"}}
    severity = Severity(given["severity"]) if "severity" in given else None
    return RuleTuning(given.get("off", False), severity, parameters)
