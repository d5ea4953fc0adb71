"""The command adopt: makes a tracker of a workbook that has grown. It proposes, asks, and writes settings beside it and
takes what is wrong now as known; the workbook itself stays as it is until the first run. Of several lists of action
items it makes one, in a new workbook."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rules.wordlists import word_lists
from sheet_templates import LANGUAGES, Words, template, words
from sync.books.book import Book
from sync.books.excel import ExcelBook
from sync.commands.gathering import check_new, put_new, said_of, write_gathered
from sync.faults import UsageFault, WorkbookFault
from sync.finding_tables import find_layouts
from sync.gathering import gather
from sync.looking import look
from sync.mapping import Evidence, Match, Proposal, TableMapping, propose
from sync.settings import Settings
from sync.settings.file import settings_file
from sync.settings.sections import TableSettings
from sync.snapshot import Snapshot
from sync.tab_departments import departments_by_name
from sync.terminal.asking import agreed
from sync.terminal.flowing import Flowing
from sync.terminal.printing import show
from sync.terminal.proposal import consequences, meaning, not_taken, other_language, proposed
from sync.terminal.typed import as_typed
from sync.tracker import USUAL_SETTINGS, Tracker
from sync.worker import set_baseline

_FEWEST = 3
"""Columns that a list of action items has to have to be found."""

Ask = Callable[[str], bool]
"""Puts a question to the person at the terminal."""


@dataclass(frozen=True)
class Wishes:
    """How the command was called: the language, the tab chosen if any, and whom to ask; None for nobody.

    ``take_sure`` takes what is sure and nothing else, without asking; ``gather`` is the new workbook that is to hold
    the rows of all lists.
    """

    language: str
    tab: str | None = None
    take_sure: bool = False
    ask: Ask | None = None
    gather: Path | None = None

    @property
    def nobody(self) -> bool:
        """Whether nothing can be decided: it is shown, and nothing is written."""
        return self.ask is None and not self.take_sure


@dataclass(frozen=True)
class _Candidate:
    """What is to be a tracker: as the file ``tracker`` names, now held by ``book``, whose tables have been settled.

    ``placing`` puts it where it is to stand, ``gathered`` is the workbook that its rows come from, if another.
    """

    tracker: Tracker
    book: Book
    snapshot: Snapshot
    tables: Sequence[TableMapping]
    placing: AbstractContextManager[None]
    gathered: Path | None = None


def adopt_workbook(path: Path, wishes: Wishes) -> None:
    """Show what is proposed, ask what is unsure, and write the settings; with ``gather`` a new workbook too.

    Raises UsageFault where there is nobody to ask, or settings are there already; WorkbookFault where the
    workbook holds no action items.
    """
    tracker = _tracker(path, wishes)
    language = words(wishes.language)
    moment = tracker.moment(None)
    book = ExcelBook(path)
    snapshot = book.read()
    found = propose(snapshot, template(), word_lists(), moment.date())
    actions = _all(found, path, snapshot) if wishes.gather else (_chosen(found, path, wishes.tab),)
    tables = [*actions, *found.others]
    show(*proposed(tables, language))
    if not wishes.nobody:
        settled = [_settled(each, wishes, language) for each in tables]
        show(not_taken(tables, settled, language))
        tables = settled
        _check_found_again(tables)
    if wishes.gather is None:
        _adopt(_Candidate(tracker, book, snapshot, tables, nullcontext()), wishes, moment)
        return
    with TemporaryDirectory() as folder:
        made = Path(folder, wishes.gather.name)
        _gather(path, made, snapshot, tables, wishes)
        book = ExcelBook(made)
        new = book.read()
        read = propose(new, template(), word_lists(), moment.date())
        placing = put_new(made, wishes.gather, path)
        tables = [*read.actions, *read.others]
        _adopt(_Candidate(tracker, book, new, tables, placing, path), wishes, moment)


def _tracker(path: Path, wishes: Wishes) -> Tracker:
    """The tracker that is to be. Raises UsageFault where something is in its way."""
    if wishes.language not in LANGUAGES:
        raise UsageFault(
            "--language takes {known}, not {given!r}", known=", ".join(LANGUAGES), given=wishes.language
        )
    if wishes.gather:
        check_new(path, wishes.gather, wishes.tab)
    if path.is_dir():
        raise WorkbookFault("{name} is a folder; name the workbook in it", name=path.resolve())
    place = wishes.gather or path
    tracker = Tracker(place, Settings(workbook=Path(place.name), language=wishes.language), place.parent)
    if _beside(tracker).exists():
        raise UsageFault(
            "{file} exists already and is not overwritten; move it away to adopt anew", file=_beside(tracker)
        )
    return tracker


def _beside(tracker: Tracker) -> Path:
    return tracker.path.with_name(USUAL_SETTINGS.name)


def _check_found_again(tables: Sequence[TableMapping]) -> None:
    for each in tables:
        if each.table == "actions" and len(each.matches) < _FEWEST:
            raise UsageFault(
                "too few columns of {tab!r} are sure to find them again; answer in a terminal", tab=each.tab
            )


def _gather(
    path: Path, made: Path, snapshot: Snapshot, tables: Sequence[TableMapping], wishes: Wishes
) -> None:
    """Write the rows of these tables into a new workbook, and say what comes from where."""
    language = words(wishes.language)
    named = _departments(snapshot, tables, wishes, language)
    gathered = gather(snapshot, tables, named, template(), language)
    write_gathered(made, gathered, language)
    show(
        *said_of(gathered, named, path, wishes.gather or made, language), other_language(tables[0], language)
    )


def _departments(
    snapshot: Snapshot, tables: Sequence[TableMapping], wishes: Wishes, language: Words
) -> list[str]:
    """The worksheets whose name is a department, surely or because somebody says so."""
    sure = departments_by_name(snapshot, tables, word_lists())
    ask = None if wishes.take_sure else wishes.ask
    question = language["gather"]["is_department"]
    return [
        each.tab
        for each in tables
        if each.table == "actions" and (each.tab in sure or (ask and ask(question.format(tab=each.tab))))
    ]


def _adopt(candidate: _Candidate, wishes: Wishes, moment: datetime) -> None:
    """Show what a run would do with it, and write what makes a tracker of it."""
    tracker, language = candidate.tracker, words(wishes.language)
    beside, texts = _beside(tracker), language["adopt"]
    settings = tracker.settings.model_copy(update={"tables": _places(candidate.tables, candidate.snapshot)})
    judged = look(candidate.book, settings, moment)
    show(*consequences(judged, candidate.tables, tracker.path, language))
    if wishes.nobody:
        raise UsageFault("nothing was written; answer in a terminal, or take what is sure with --yes")
    names = {"file": beside, "workbook": as_typed(tracker.path), "old": candidate.gathered}
    said = language["gather"] if candidate.gathered else texts
    if wishes.ask and not wishes.take_sure and not wishes.ask(said["go_on"].format_map(names)):
        show(Flowing(texts["nothing_done"]))
        return
    with candidate.placing:
        with closing(replace(tracker, settings=settings).ledger()) as ledger:
            known = set_baseline(candidate.book, ledger, settings, moment).judgement.findings
        _write(beside, _settings_text(tracker.path, settings))
    show(Flowing(texts["known"].format(count=len(known)) if known else texts["nothing_wrong"]))
    show(Flowing(said["done"].format_map(names), style="green"))


def _all(found: Proposal, path: Path, snapshot: Snapshot) -> tuple[TableMapping, ...]:
    """Every action table, in the order of the worksheets. Raises WorkbookFault where there is none."""
    if not found.actions:
        raise _no_list(path)
    order = [tab.name for tab in snapshot.tabs]
    return tuple(sorted(found.actions, key=lambda each: order.index(each.tab)))


def _no_list(path: Path) -> WorkbookFault:
    return WorkbookFault(
        "{file} has no worksheet that looks like a list of action items; 'closeloop init --into {file}' adds one",
        file=path,
    )


def _chosen(found: Proposal, path: Path, tab: str | None) -> TableMapping:
    """The action table: the one there is, or the one that was named."""
    tabs = {each.tab: each for each in found.actions}
    listed = ", ".join(tabs)
    if not tabs:
        raise _no_list(path)
    if tab is not None and tab not in tabs:
        raise UsageFault(
            "no list of action items is on a worksheet {given!r}; there are {tabs}", given=tab, tabs=listed
        )
    if tab is None and len(tabs) > 1:
        raise UsageFault(
            "several worksheets hold action items ({tabs}), and a tracker has one list: --gather NEW.xlsx makes one "
            "of them all in a new workbook and leaves this one as it is; --tab chooses one and leaves out the others",
            tabs=listed,
        )
    return tabs[tab] if tab is not None else found.actions[0]


def _settled(mapping: TableMapping, wishes: Wishes, language: Words) -> TableMapping:
    """A table with the columns that are sure, or that somebody has said yes to."""
    kept = (_answered(match, mapping, wishes, language) for match in mapping.matches)
    return replace(mapping, matches=tuple(match for match in kept if match))


def _answered(match: Match, mapping: TableMapping, wishes: Wishes, language: Words) -> Match | None:
    if match.sure:
        return match
    if wishes.take_sure or wishes.ask is None:
        return None
    question = language["adopt"]["is_it"].format(
        heading=match.heading, meaning=meaning(match, mapping, language), example=match.example
    )
    return match._replace(evidence=Evidence.CHOSEN, confidence=100) if wishes.ask(question) else None


def _places(settled: Sequence[TableMapping], snapshot: Snapshot) -> dict[str, TableSettings]:
    """What the settings have to say of each table. The header's row only where it would not be found without:
    people insert rows above it."""
    places = {}
    for mapping in settled:
        own = {
            match.key: match.heading for match in mapping.matches if match.evidence is not Evidence.HEADING
        }
        place = TableSettings(tab=mapping.tab, columns=own)
        if not _found_without_row(mapping, place, snapshot):
            place = place.model_copy(update={"header_row": mapping.header_row})
        places[mapping.table] = place
    return places


def _found_without_row(mapping: TableMapping, place: TableSettings, snapshot: Snapshot) -> bool:
    only = replace(snapshot, tabs=(snapshot.tab(mapping.tab),))
    alone = replace(template(), tables={mapping.table: template().tables[mapping.table]})
    wanted = Settings(tables={mapping.table: place}).places
    try:
        layouts = find_layouts(only, alone, wanted)
    except WorkbookFault:
        return False
    return layouts[mapping.table].header_row == mapping.header_row


def _settings_text(path: Path, settings: Settings) -> str:
    """A settings file in which everything is explained, and the tables that were found."""
    return settings_file(Path(path.name), settings.language) + "".join(_table_lines(settings))


def _table_lines(settings: Settings) -> Iterator[str]:
    for key, table in settings.tables.items():
        yield f"\n[tables.{key}]\ntab = {_quoted(table.tab or '')}\n"
        if table.header_row:
            yield f"header_row = {table.header_row}\n"
        if table.columns:
            yield "".join(
                [
                    f"[tables.{key}.columns]\n",
                    *(f"{name} = {_quoted(text)}\n" for name, text in table.columns.items()),
                ]
            )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as reason:
        raise UsageFault("{file} cannot be written: {detail}", file=file, detail=reason.strerror) from None


def terminal_ask(language: str) -> Ask | None:
    """Questions at the terminal; None where nobody sits there."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    return lambda question: agreed(question, words(language))
