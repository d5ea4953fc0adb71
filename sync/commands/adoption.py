"""The command adopt: makes a tracker of a workbook that has grown. It proposes, asks, and writes settings beside it and
takes what is wrong now as known; the workbook itself stays as it is until the first run."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import RenderableType
from rich.padding import Padding

from rules.wordlists import simplified, word_lists
from sheet_templates import LANGUAGES, Words, template, words
from sync.books.excel import ExcelBook
from sync.changes import Plan
from sync.faults import UsageFault, WorkbookFault
from sync.finding_tables import find_layouts
from sync.looking import Judged, look
from sync.mapping import Evidence, Match, Proposal, TableMapping, propose
from sync.settings import Settings
from sync.settings.file import settings_file
from sync.settings.sections import TableSettings
from sync.snapshot import Snapshot
from sync.terminal import report
from sync.terminal.flowing import Flowing, add_row, listing
from sync.terminal.printing import show
from sync.tracker import USUAL_SETTINGS, Tracker
from sync.worker import set_baseline

_FEWEST = 3
"""Columns that a list of action items has to have to be found."""

Ask = Callable[[str], bool]
"""Puts a question to the person at the terminal."""


@dataclass(frozen=True)
class Wishes:
    """How the command was called: the language, the tab chosen if any, and whom to ask; None for nobody.

    ``take_sure`` takes what is sure and nothing else, without asking.
    """

    language: str
    tab: str | None = None
    take_sure: bool = False
    ask: Ask | None = None


def adopt_workbook(path: Path, wishes: Wishes) -> None:
    """Show what is proposed, ask what is unsure, and write the settings.

    Raises UsageFault where there is nobody to ask, or settings are there already; WorkbookFault where the
    workbook holds no action items.
    """
    if wishes.language not in LANGUAGES:
        raise UsageFault(
            "--language takes {known}, not {given!r}", known=", ".join(LANGUAGES), given=wishes.language
        )
    beside = path.with_name(USUAL_SETTINGS.name)
    if beside.exists():
        raise UsageFault(
            "{file} exists already and is not overwritten; move it away to adopt anew", file=beside
        )
    language = words(wishes.language)
    tracker = Tracker(path, Settings(workbook=Path(path.name), language=wishes.language), path.parent)
    moment = tracker.moment(None)
    snapshot = ExcelBook(path).read()
    found = propose(snapshot, template(), word_lists(), moment.date())
    actions = _chosen(found, path, wishes.tab)
    show(*_proposed([actions, *found.others], language))
    settled = [_settled(each, wishes, language) for each in (actions, *found.others)]
    if nobody := wishes.ask is None and not wishes.take_sure:
        settled = [actions, *found.others]
    elif len(settled[0].matches) < _FEWEST:
        raise UsageFault(
            "too few columns of {tab!r} are sure to find them again; answer in a terminal", tab=actions.tab
        )
    settings = tracker.settings.model_copy(update={"tables": _places(settled, snapshot)})
    tracker = replace(tracker, settings=settings)
    judged = look(tracker.book(moment), settings, moment)
    show(*_consequences(judged, settled, path, language))
    if nobody:
        raise UsageFault("nothing was written; answer in a terminal, or take what is sure with --yes")
    if wishes.ask and not wishes.take_sure and not wishes.ask(language["adopt"]["go_on"].format(file=beside)):
        show(Flowing(language["adopt"]["nothing_done"]))
        return
    with closing(tracker.ledger()) as ledger:
        known = set_baseline(tracker.book(moment), ledger, settings, moment).judgement.findings
    _write(beside, _settings_text(path, settings))
    texts = language["adopt"]
    show(Flowing(texts["known"].format(count=len(known)) if known else texts["nothing_wrong"]))
    show(Flowing(texts["done"].format(file=beside, workbook=path), style="green"))


def _chosen(found: Proposal, path: Path, tab: str | None) -> TableMapping:
    """The action table: the one there is, or the one that was named."""
    tabs = {each.tab: each for each in found.actions}
    listed = ", ".join(tabs)
    if not tabs:
        raise WorkbookFault(
            "{file} has no worksheet that looks like a list of action items; "
            "'closeloop init --into {file}' adds one",
            file=path,
        )
    if tab is not None and tab not in tabs:
        raise UsageFault(
            "no list of action items is on a worksheet {given!r}; there are {tabs}", given=tab, tabs=listed
        )
    if tab is None and len(tabs) > 1:
        raise UsageFault(
            "several worksheets hold action items ({tabs}), and a tracker has one list: choose with --tab, and "
            "put the others into workbooks of their own, or below it with a column for the department",
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
    meaning = _meaning(match, mapping, language)
    question = language["adopt"]["is_it"].format(
        heading=match.heading, meaning=meaning, example=match.example
    )
    return match._replace(evidence=Evidence.CHOSEN, confidence=100) if wishes.ask(question) else None


def _places(settled: list[TableMapping], snapshot: Snapshot) -> dict[str, TableSettings]:
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


def _proposed(tables: list[TableMapping], language: Words) -> Iterator[RenderableType]:
    """Each table with what its columns are taken for."""
    texts = language["adopt"]
    for mapping in tables:
        head = texts["found"].format(
            table=language["tables"][mapping.table], tab=mapping.tab, row=mapping.header_row
        )
        yield Flowing(f"\n{head}", style="bold blue")
        grid = listing(*(texts[name] for name in ("heading", "meaning", "sureness", "evidence", "example")))
        for match in mapping.matches:
            sureness = Flowing(f"{match.confidence}%", style="green" if match.sure else "yellow")
            example = match.example.replace("\n", " ")[:24]
            add_row(grid, Flowing(match.heading), _meaning(match, mapping, language), sureness,
                texts[f"by_{match.evidence.value}"], Flowing(example, style="dim"),
            )  # fmt: skip
        yield Padding(grid, (0, 0, 0, 2))
        if mapping.others:
            yield Flowing(
                "  " + texts["others"].format(headings=language["report"]["comma"].join(mapping.others)),
                style="dim",
            )


def _meaning(match: Match, mapping: TableMapping, language: Words) -> str:
    return template().tables[mapping.table].columns[match.key].heads[language.head]


def _consequences(
    judged: Judged, settled: list[TableMapping], path: Path, language: Words
) -> Iterator[RenderableType | None]:
    """What a run would add to the workbook, and what cannot be done without the columns and tables that are not there."""
    texts = language["adopt"]
    yield Flowing(f"\n{texts['would_add']}", style="bold blue")
    for line in _added(judged.plan, language):
        yield Flowing(f"  {line}")
    yield _other_language(settled[0], language)
    there = {mapping.table for mapping in settled}
    yield Flowing(f"\n{texts['missing']}", style="bold blue")
    for key in ("people", "meetings", "days"):
        if key not in there:
            yield Flowing("  " + texts[f"no_{key}"].format(workbook=path))
    yield report.silent_section(judged.judgement, language, template())


def _added(plan: Plan, language: Words) -> Iterator[str]:
    texts, comma = language["adopt"], language["report"]["comma"]
    for tab in dict.fromkeys(column.tab for column in plan.columns):
        columns = (
            texts["hidden"].format(heading=column.heading) if column.hidden else column.heading
            for column in plan.columns
            if column.tab == tab
        )
        yield texts["columns"].format(tab=tab, columns=comma.join(columns))
    if plan.tabs:
        yield texts["tabs"].format(tabs=comma.join(each.content.name for each in plan.tabs))


def _other_language(actions: TableMapping, language: Words) -> Flowing | None:
    """A word where the headings are in another language than what would be written beside them."""
    looks, ours = _language_of([match.heading for match in actions.matches]), LANGUAGES[language.head]
    if looks == ours:
        return None
    texts = language["adopt"]
    names = language["language_names"]
    said = texts["other_language"].format(name=names[looks], ours=names[ours], code=looks)
    return Flowing(f"  {said}", style="yellow")


def _language_of(headings: Sequence[str]) -> str:
    if all(heading.isascii() for heading in headings):
        return "en"
    return "zh-TW" if any(simplified(heading) != heading for heading in headings) else "zh-CN"


def terminal_ask() -> Ask | None:
    """Questions at the terminal; None where nobody sits there."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    import typer

    return lambda question: typer.confirm(question, default=False)
