"""Two phases: what is due is copied into archive tabs, and what is found there again, word for word, is removed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from rules.cells import each_value
from rules.judge import Judgement
from rules.table import Book, Layout
from rules.wordlists import fold
from sheet_templates import Template, Words
from sync.archiving.cabinet import Drawer, Kept, drawers, keys, shown, value_of, with_rows
from sync.archiving.content import Key, Said, key_of, rows_said
from sync.archiving.due import Due, Folder, due_items, due_meetings, topics_of
from sync.archiving.naming import free_name
from sync.changes import PutTab, RemoveRows
from sync.faults import BusyFault, WorkbookFault
from sync.snapshot import Snapshot


@dataclass(frozen=True)
class FilingRules:
    """Where rows go (``place`` gives the archive's workbook for a folder), which of them may (``obstacles`` as a book
    names them), after how many days, and in which words."""

    place: Callable[[Folder], str]
    obstacles: Callable[[str, Sequence[int]], Mapping[int, str]]
    after_days: int
    template: Template
    words: Words


@dataclass(frozen=True)
class Leaving:
    """A row that leaves: of which table, where it stands, what it says, and where it goes."""

    table: str
    row: int
    said: Said
    place: str
    folder: Folder

    @cached_property
    def key(self) -> Key:
        """What it says, for comparison."""
        return key_of(self.said)


@dataclass(frozen=True)
class Stays:
    """A row that is due but has to stay, and why: an English sentence of ``words/*/faults.toml``."""

    table: str
    row: int
    reason: str


@dataclass(frozen=True)
class Filing:
    """What a pass wants to archive. ``kept`` is all that the archive had before, wherever; ``stopped`` says which of
    its workbooks cannot be read, without which nothing is archived."""

    leaving: tuple[Leaving, ...] = ()
    staying: tuple[Stays, ...] = ()
    today: date = date.min
    kept: tuple[Drawer, ...] = ()
    stopped: WorkbookFault | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """The workbooks that rows go to."""
        return tuple(dict.fromkeys(each.place for each in self.leaving))

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows of each table are to leave."""
        return Counter(each.table for each in self.leaving)


@dataclass(frozen=True)
class Filed:
    """What became of the archiving: the rows removed by table, and what is left of it to the next pass."""

    rows: Mapping[str, int] = field(default_factory=dict)
    later: WorkbookFault | BusyFault | None = None


_STAYS_SENTENCES = {
    "error": "a cell of this row shows a formula error",
    "merged": "this row is merged with its neighbour",
    "taken": "its number stands in the archive already, on a row that says something else",
    "not_alone": "its meeting or one of its topics has to stay",
    "owed": "its minutes or invitation have still to go out",
}


def plan_filing(
    snapshot: Snapshot,
    kept: tuple[Drawer, ...],
    judgement: Judgement,
    rules: FilingRules,
) -> Filing:
    """What is due, and can go. ``kept`` are the archive's tabs, in this and in other workbooks."""
    book, template, words = judgement.book, rules.template, rules.words
    sorter = _Sorter(snapshot, book, kept, rules)
    items, stuck = sorter.sort(due_items(book, rules.after_days, template, words))
    left = {each.row for each in items}
    meetings, topics = due_meetings(book, left, _meetings_of(kept, template), words)
    going, staying = sorter.sort(meetings)
    following, lagging = sorter.sort(topics)
    together, apart = _together(going, following, lagging, topics_of(book))
    return Filing((*items, *together), (*stuck, *staying, *lagging, *apart), book.today.date(), kept)


def kept_back(filing: Filing, book: Book, owed: Collection[str]) -> Filing:
    """The filing without the meetings of these (folded) numbers and their topics."""
    meetings = book.get("meetings")
    if meetings is None or not owed:
        return filing
    rows = meetings.rows[each_value(meetings.id, fold).isin(owed)]
    topics = [topic for topic, meeting in topics_of(book).items() if meeting in rows]
    back = {("meetings", row) for row in rows} | {("topics", row) for row in topics}
    going = tuple(each for each in filing.leaving if (each.table, each.row) not in back)
    kept = [each for each in filing.leaving if (each.table, each.row) in back]
    stays = (Stays(each.table, each.row, _STAYS_SENTENCES["owed"]) for each in kept)
    return replace(filing, leaving=going, staying=(*filing.staying, *stays))


def _meetings_of(kept: Sequence[Drawer], template: Template) -> set[str]:
    """The meetings of archived items, folded."""
    table = template.tables["actions"]
    rows = (row.said for drawer in kept if drawer.table == "actions" for row in drawer.rows)
    return {fold(value_of(row, "meeting_id", table)) for row in rows} - {""}


def _together(
    meetings: Sequence[Leaving],
    topics: Sequence[Leaving],
    lagging: Sequence[Stays],
    of_topic: Mapping[int, int],
) -> tuple[list[Leaving], list[Stays]]:
    """Meetings whose topics can all go, with these; the others stay together."""
    held = {of_topic[each.row] for each in lagging}
    gone = {each.row for each in meetings if each.row not in held}
    stays = [each for each in meetings if each.row not in gone]
    stays += [each for each in topics if of_topic[each.row] not in gone]
    follows = [each for each in topics if of_topic[each.row] in gone]
    return (
        [*(each for each in meetings if each.row in gone), *follows],
        [Stays(each.table, each.row, _STAYS_SENTENCES["not_alone"]) for each in stays],
    )


@dataclass(frozen=True)
class _Sorter:
    """Tells the due rows that can go from those that have to stay."""

    snapshot: Snapshot
    book: Book
    kept: Sequence[Drawer]
    rules: FilingRules

    def sort(self, due: Due) -> tuple[list[Leaving], list[Stays]]:
        """The rows that can go, and those that cannot with the reason of each."""
        if not due.folders:
            return [], []
        layout = self.book.tables[due.table].layout
        rows = sorted(due.folders)
        tab = self.snapshot.tab(layout.tab)
        said = rows_said(tab, layout, self.rules.template.tables[due.table], rows)
        reasons = self._reasons(due.table, layout.tab, said)
        leaving = [
            Leaving(due.table, row, said[row], self.rules.place(due.folders[row]), due.folders[row])
            for row in rows
            if row not in reasons
        ]
        return leaving, [Stays(due.table, row, reasons[row]) for row in sorted(reasons)]

    def _reasons(self, table: str, tab: str, said: Mapping[int, Said]) -> Mapping[int, str]:
        there = self.snapshot.tab(tab)
        reasons = {row: _STAYS_SENTENCES["error"] for row, _ in there.errors if row in said}
        for area in there.merged:
            reasons |= dict.fromkeys(
                said.keys() & set(range(area.first_row, area.last_row + 1)), _STAYS_SENTENCES["merged"]
            )
        reasons |= self._taken(table, said)
        return {**reasons, **self.rules.obstacles(tab, sorted(said.keys() - reasons.keys()))}

    def _taken(self, table: str, said: Mapping[int, Said]) -> dict[int, str]:
        """Rows whose number the archive has on a row that says something else; topics have none."""
        columns = self.rules.template.tables[table]
        if "id" not in columns.columns:
            return {}
        held = defaultdict(set)
        for drawer in self.kept:
            if drawer.table == table:
                for row in drawer.rows:
                    held[fold(value_of(row.said, "id", columns))].add(row.key)
        if not held:
            return {}
        numbers = {row: fold(value_of(each, "id", columns)) for row, each in said.items()}
        return {
            row: _STAYS_SENTENCES["taken"]
            for row, number in numbers.items()
            if number in held and key_of(said[row]) not in held[number]
        }


def copies(filing: Filing, snapshot: Snapshot, place: str, words: Words) -> tuple[PutTab, ...]:
    """The first phase, for one workbook of the archive: tabs with the rows that the archive does not have yet."""
    leaving = [each for each in filing.leaving if each.place == place]
    by_tab: defaultdict[tuple[str, str], list[Kept]] = defaultdict(list)
    for each in _missing(leaving, filing.kept):
        by_tab[each.table, each.folder.tab].append(Kept(filing.today, each.said))
    own = {drawer.tab.casefold(): drawer for drawer in drawers(snapshot)}
    puts = []
    for (table, wanted), new in sorted(by_tab.items(), key=lambda each: each[0][1]):
        drawer = _drawer(table, wanted, snapshot, own)
        own[drawer.tab.casefold()] = drawer = with_rows(drawer, new)
        puts.append(drawer)
    last = {drawer.tab.casefold(): drawer for drawer in puts}
    return tuple(
        PutTab(shown(drawer, words["archive"][f"archived_{drawer.table}"])) for drawer in last.values()
    )


def _missing(leaving: Sequence[Leaving], kept: Sequence[Drawer]) -> Iterator[Leaving]:
    """Rows of which the archive has no copy yet; alike rows are counted."""
    there = keys(kept)
    for each in leaving:
        if there and there[key := (each.table, each.key)]:  # what an empty archive lacks need not be compared
            there[key] -= 1
        else:
            yield each


def _drawer(table: str, wanted: str, snapshot: Snapshot, own: Mapping[str, Drawer]) -> Drawer:
    """The archive tab of that name, or a new one whose name nobody has."""
    peoples = {tab.name.casefold() for tab in snapshot.tabs}

    def is_taken(name: str) -> bool:
        drawer = own.get(name)
        return drawer.table != table if drawer else name in peoples

    name = free_name(wanted, is_taken)
    return own.get(name.casefold()) or Drawer(name, table, (), ())


def removals(
    filing: Filing,
    snapshot: Snapshot,
    layouts: Mapping[str, Layout],
    template: Template,
    kept: Sequence[Drawer],
) -> tuple[RemoveRows, ...]:
    """The second phase: rows that stand in the archive as they stand here, by the layouts of this very snapshot,
    which has columns of ours that the first one may have lacked."""
    there = keys(kept)
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for key in dict.fromkeys(each.table for each in filing.leaving):
        layout = layouts[key]
        asked = [each.row for each in filing.leaving if each.table == key]
        said = rows_said(snapshot.tab(layout.tab), layout, template.tables[key], asked)
        for row in asked:
            found = (key, key_of(said[row]))
            if there[found]:
                there[found] -= 1
                rows[layout.tab].append(row)
    return tuple(RemoveRows(tab, tuple(sorted(gone))) for tab, gone in rows.items())
