"""Each section of the settings file: every setting with its default and what it means."""

from datetime import datetime, time
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from sheet_templates import rungs
from sync.settings.unfit import UnfitError, one_of
from sync.tell.recipients import roles_of

_LEAST_YEARS = 2
"""Archived records are kept so long (001 §四(四))."""


class Section(BaseModel):
    """A section in which nothing unknown may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TableSettings(Section):
    """Where a table is, for workbooks in which it cannot be found by its headings."""

    tab: str | None = Field(None, description="name of the worksheet", examples=["行动项跟踪表"])
    header_row: int | None = Field(None, ge=1, description="row of the header, from 1", examples=[3])
    columns: dict[str, str] = Field(
        {}, description="your own headings by column key", examples=[{"owner": "经办人员"}]
    )


class CalendarSettings(Section):
    """Which days are working days; the tab 工作日历 of the workbook wins over it."""

    country: str = Field(
        "CN", description="country whose public holidays count (ISO code); empty for Monday to Friday"
    )


class RungSettings(Section):
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


class ReminderSettings(Section):
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
            one_of(kind, rungs())
            for role in (*(rung.to or ()), *(rung.copy_to or ())):
                one_of(role, roles_of(rungs()[kind]), kind)
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


class BrakeSettings(Section):
    """A pass that would tell far more than usual sends nothing, until `closeloop run --release-brake` lets it."""

    people: int = Field(50, ge=0, description="so many people more than passes have told lately")
    items: int = Field(300, ge=0, description="so many notices more than passes have told lately")


class MailSettings(Section):
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


class ReplySettings(Section):
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


class RobotSettings(Section):
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


class BackupSettings(Section):
    """What the workbook was before each write: `closeloop restore` puts it back."""

    keep: int = Field(
        5, ge=0, le=1000, description="how many backups are kept beside the ledger; 0 makes none"
    )


class ReportSettings(Section):
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


class GoogleSettings(Section):
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


class ArchiveSettings(Section):
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


class LedgerSettings(Section):
    """Where closeloop remembers what it has done and whom it has told."""

    url: str | None = Field(
        None, description="database address (SQLAlchemy); by default an SQLite file beside the workbook"
    )


class RunningSettings(Section):
    """How a pass is made."""

    deadline: float = Field(15, gt=0, le=1440, description="minutes after which a pass is ended")


class LogSettings(Section):
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
