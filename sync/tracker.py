"""One tracker: its settings, workbook, ledger and way out, found from what the command line names."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sheet_templates import words
from sync.answering.mailbox import ImapMailbox, ImapSettings
from sync.answering.taking import Postbox
from sync.archiving.shelf import ExcelShelf, Shelf
from sync.books.book import Book
from sync.books.excel import Backups, ExcelBook
from sync.books.google.address import is_address, spreadsheet_id
from sync.faults import Fault, SettingsFault, UsageFault
from sync.ledger.ledger import Ledger
from sync.running.turns import alone
from sync.settings import Settings, read_settings
from sync.tell.channel import Channel
from sync.tell.letter import domain_of
from sync.tell.outbox import Outbox
from sync.tell.robots.robot import Robot
from sync.tell.smtp import SmtpChannel, SmtpSettings

if TYPE_CHECKING:
    from sync.books.google.book import GoogleBook

USUAL_SETTINGS = Path("closeloop.toml")
IMAP_PASSWORD = "CLOSELOOP_IMAP_PASSWORD"  # noqa: S105 - the variable's name, not the password
PASSWORD = "CLOSELOOP_SMTP_PASSWORD"  # noqa: S105 - the variable's name, not the password
CLIENT_SECRET = "CLOSELOOP_MAIL_CLIENT_SECRET"  # noqa: S105 - the same


@dataclass(frozen=True)
class Tracker:
    """A workbook with its settings. ``folder`` holds ledger, backups and outbox where the settings name no other place.

    ``spreadsheet`` is the id of a Google spreadsheet, '' for a file; ``path`` then stands for it by its name.
    """

    path: Path
    settings: Settings
    base: Path
    spreadsheet: str = ""

    @property
    def name(self) -> str:
        """What mails and the ledger call it: the workbook's name without its ending."""
        return self.path.name if self.spreadsheet else self.path.stem

    @property
    def place(self) -> Path | str:
        """Where it is: a file, or an address."""
        return f"https://docs.google.com/spreadsheets/d/{self.spreadsheet}" if self.spreadsheet else self.path

    @property
    def folder(self) -> Path:
        """Where closeloop keeps what belongs to this workbook: beside the file itself, whatever link leads to it, or
        beside the settings of a Google spreadsheet."""
        if self.spreadsheet:
            return self.base.resolve() / f"{self.spreadsheet}.closeloop"
        file = self.path.resolve()
        stem = file.stem if file.suffix.lower() == ".xlsx" else file.name
        return file.parent / f"{stem}.closeloop"

    def book(self, now: datetime, remark: Callable[[Fault], None] | None = None) -> Book:
        """The workbook. ``now`` dates the backups; ``remark`` is told what is odd about the file but no hindrance."""
        if self.spreadsheet:
            return self.google_book()
        return ExcelBook(self.path, self.backups(now), remark)

    def google_book(self) -> "GoogleBook":
        """The spreadsheet, with the account of the settings. Raises SettingsFault where there is none."""
        from sync.books.google.book import GoogleBook  # slow to import
        from sync.books.google.credentials import is_client, read_account
        from sync.books.google.service import Sheets

        google = self.settings.google
        credentials = self.base / google.credentials
        account = read_account(self.base / google.consent if is_client(credentials) else credentials)
        sheets = Sheets(self.spreadsheet, account, endpoint=google.endpoint)
        return GoogleBook(sheets, self.settings.places)

    def backups(self, now: datetime) -> Backups:
        """What the workbook was before each write."""
        return Backups(self.folder / "backups", self.settings.backups.keep, now)

    def shelf(self) -> Shelf:
        """The archive's other workbooks: where the settings say, and for what is confidential by default beside the
        ledger, where only the worker's own user can read it."""
        archive, texts = self.settings.archive, words(self.settings.language)["archive"]
        usual = self.base / archive.workbook if archive.workbook else None
        secret = (
            self.base / archive.confidential_workbook
            if archive.confidential_workbook
            else self.folder / f"{self.name}.涉密归档.xlsx"
        )
        return ExcelShelf(usual, secret, (texts["cover"], texts["about"].format(name=self.name)))

    @property
    def log(self) -> Path | None:
        """The file that gets a line for each pass."""
        return self.settings.log.file and self.base / self.settings.log.file

    @property
    def status(self) -> Path:
        """The file that tells of the last pass."""
        return (
            self.base / self.settings.log.status if self.settings.log.status else self.folder / "status.json"
        )

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other pass out. Raises OverlapFault where one is at work."""
        return alone(self.folder, self.name)

    @property
    def ledger_place(self) -> Path | str:
        """Where the ledger is: a database address, or a file."""
        return self.settings.ledger.url or self.folder / "ledger.sqlite"

    @property
    def outbox(self) -> Path:
        """The folder for mails as files."""
        chosen = self.settings.mail.outbox
        return self.base / chosen if chosen else self.folder / "outbox"

    def ledger(self) -> Ledger:
        """Open the ledger."""
        place = self.ledger_place
        return Ledger.in_file(place, self.name) if isinstance(place, Path) else Ledger(place, self.name)

    def channel(self) -> Channel:
        """The way out for mail."""
        mail = self.settings.mail
        if mail.channel == "outbox":
            return Outbox(self.outbox)
        if not mail.host:
            raise SettingsFault('mail.channel is "smtp", but mail.host names no server')
        password = os.environ.get(PASSWORD) or mail.password.get_secret_value()
        pace, token = mail.per_minute or None, self._token("mail", mail.auth, mail.user)
        return SmtpChannel(
            SmtpSettings(mail.host, mail.port, mail.security, mail.user, password, mail.timeout, pace, token)
        )

    def _token(self, section: str, auth: str, user: str) -> Callable[[], str] | None:
        """Where access tokens for a user come from, of the application that [mail] names; None for a password."""
        mail = self.settings.mail
        if auth == "google":
            if not (mail.credentials and user):
                raise SettingsFault(
                    '{section}.auth is "google", but mail.credentials or {section}.user is missing',
                    section=section,
                )
            from sync.tell.tokens import google_token  # slow to import

            return google_token(self.base / mail.credentials, user)
        if auth == "microsoft":
            secret = os.environ.get(CLIENT_SECRET) or mail.client_secret.get_secret_value()
            if not (mail.client_id and mail.authority and user and secret):
                raise SettingsFault(
                    '{section}.auth is "microsoft", but mail.client_id, mail.authority, {section}.user or {secret} '
                    "is missing",
                    section=section,
                    secret=CLIENT_SECRET,
                )
            from sync.tell.tokens import microsoft_token  # slow to import

            return microsoft_token(mail.client_id, secret, mail.authority, mail.scope)
        return None

    def postbox(self) -> Postbox | None:
        """Where answers come in; None where the settings do not want any."""
        replies = self.settings.replies
        if not replies.on:
            return None
        if not (replies.host and replies.user):
            raise SettingsFault("replies.on is true, but replies.host or replies.user is missing")
        password = os.environ.get(IMAP_PASSWORD) or replies.password.get_secret_value()
        found = ImapSettings(
            replies.host,
            replies.port,
            replies.security,
            replies.user,
            password,
            replies.folder,
            replies.move_to,
            replies.timeout,
            self._token("replies", replies.auth, replies.user),
        )
        return Postbox(ImapMailbox(found), domain_of(self.settings.mail.sender), replies.checked_by)

    def robots(self) -> Mapping[str, Robot]:
        """The ways out to groups, by name."""
        if not self.settings.robots:
            return {}
        from sync.tell.robots.setup import Clocks, robots  # slow to import

        return robots(self.settings.robots, os.environ, Clocks(time.time, time.monotonic, time.sleep))

    def moment(self, given: datetime | None) -> datetime:
        """A given moment, or the present, as wall-clock time in the settings' zone."""
        zone = ZoneInfo(self.settings.timezone)
        moment = given or datetime.now(zone)
        return (moment.astimezone(zone) if moment.tzinfo else moment).replace(tzinfo=None, microsecond=0)


def find_tracker(path: Path | None, config: Path | None, name: str | None = None) -> Tracker:
    """The tracker that the command line names: a workbook, a spreadsheet's address, a settings file, both, or
    ./closeloop.toml; of a file with several trackers the one of that name."""
    path, config = _by_kind(path, config)
    if path is not None and is_address(str(path)):
        return _on_google(str(path), config, name)
    if path is not None and config is None:
        return _of_workbook(path, name)
    chosen = config or USUAL_SETTINGS
    settings = _named(read_settings(chosen), name, chosen) if path is None or name else read_settings(chosen)
    if path is None and settings.google.spreadsheet:
        if settings.workbook is not None:
            raise SettingsFault(
                "{file} names a workbook and a Google spreadsheet; leave one out", file=chosen
            )
        return google_tracker(settings.google.spreadsheet, settings, chosen.parent)
    workbook = path or (settings.workbook and chosen.parent / settings.workbook)
    if workbook is None:
        raise SettingsFault(
            '{file} names no workbook: add workbook = "tracker.xlsx", or name it on the command line',
            file=chosen,
        )
    return Tracker(workbook, settings, chosen.parent)


def google_tracker(address: str, settings: Settings, base: Path) -> Tracker:
    """A Google spreadsheet by its address or id."""
    number = spreadsheet_id(address)
    return Tracker(Path(settings.google.name.replace("/", " ") or number), settings, base, number)


def _on_google(address: str, config: Path | None, name: str | None) -> Tracker:
    """A spreadsheet that the command line names, by the settings given or those in this folder."""
    chosen = config or USUAL_SETTINGS
    settings = read_settings(chosen) if config or chosen.is_file() else Settings()
    if name is not None:
        return google_tracker(address, _named(settings, name, chosen), chosen.parent)
    number = spreadsheet_id(address)
    for each in settings.trackers.values():
        if each.google.spreadsheet and spreadsheet_id(each.google.spreadsheet) == number:
            return google_tracker(address, each, chosen.parent)
    return google_tracker(address, settings, chosen.parent)


def tracker_names(path: Path | None, config: Path | None) -> tuple[str, ...]:
    """The names of all trackers of the settings file that the command line names; none where it has but one, unnamed.

    Raises SettingsFault where two of them are one to the ledger.
    """
    path, config = _by_kind(path, config)
    chosen = config or USUAL_SETTINGS
    if path is not None or not chosen.is_file():
        return ()
    names = tuple(read_settings(chosen).trackers)
    known: dict[tuple[str, str], str] = {}
    for name in names:
        tracker = find_tracker(None, chosen, name)
        other = known.setdefault((str(tracker.ledger_place), tracker.name), name)
        if other != name:
            raise SettingsFault(
                "{file}: the trackers {one} and {other} are one to the ledger: give their workbooks different names",
                file=chosen,
                one=other,
                other=name,
            )
    return names


def _by_kind(path: Path | None, config: Path | None) -> tuple[Path | None, Path | None]:
    """The workbook and the settings file, whichever way they were given."""
    if path is None or path.suffix.lower() != ".toml":
        return path, config
    if config is not None:
        raise UsageFault("name a settings file once: as the path or with -c")
    return None, path


def _named(settings: Settings, name: str | None, file: Path) -> Settings:
    """Of a file with several trackers, the settings of one."""
    several = settings.trackers
    if name is None and len(several) < 2:
        return next(iter(several.values()), settings)
    if name is None:
        raise UsageFault(
            "{file} has several trackers; choose with --tracker: {known}", file=file, known=", ".join(several)
        )
    if name not in several:
        raise UsageFault(
            "{file} has no tracker {given!r}; known are {known}",
            file=file,
            given=name,
            known=", ".join(several) or "-",
        )
    return several[name]


def _of_workbook(path: Path, name: str | None) -> Tracker:
    """A workbook by the settings beside it, if they are those of this very workbook, or else by the defaults."""
    if name is not None:
        raise UsageFault("--tracker chooses among the trackers of a settings file; leave the workbook out")
    return _beside(path) or Tracker(path, Settings(), path.parent)


def _beside(path: Path) -> Tracker | None:
    file = path.parent / USUAL_SETTINGS
    if not file.is_file():
        return None
    settings = read_settings(file)
    for chosen in (settings, *settings.trackers.values()):
        if chosen.workbook and (path.parent / chosen.workbook).resolve() == path.resolve():
            return Tracker(path, chosen, path.parent)
    return None
