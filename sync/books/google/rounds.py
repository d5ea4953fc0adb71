"""All tables of a plan at once: look at them, send what they want in one batch, and look again where it has to be."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.books.google import building
from sync.books.google.address import LAST_COLUMN, Json, encoded, grid_range
from sync.books.google.reading import SHEET, WHOLE, File, read_file, read_parts
from sync.books.google.service import Sheets, UnsureError
from sync.books.google.writing import Parcel, View, Writing, view_of
from sync.faults import BusyFault, ChangedFault

_TRIES = 12
_REFUSALS = 4
_REPLY = f"replies.deleteConditionalFormatRule.rule,updatedSpreadsheet({SHEET})"


class _Turn(NamedTuple):
    """What a table wants now, and whether all of it stands once that has met what it was meant for."""

    writing: Writing
    parcels: Sequence[Parcel]
    whole: bool


@dataclass
class Rounds:
    """The tables of a plan that are not written yet, and what gives the requests for its generated tabs, which go
    along, from the file as it is."""

    sheets: Sheets
    file: File
    left: Sequence[Writing]
    tabs: Callable[[File], Sequence[Json]]
    _fault: ChangedFault | None = field(default=None, init=False)
    _refused: int = field(default=0, init=False)

    def carry_out(self) -> None:
        """All of the plan. Raises ChangedFault when it does not fit any more, and BusyFault when the line breaks
        again and again, or people move rows faster than they can be found."""
        detail = ""
        for attempt in range(_TRIES):
            try:
                if self._round(first=attempt == 0):
                    return
                detail = ""
            except UnsureError as error:
                detail = str(error)
                self.sheets.pause(attempt)
        if detail:
            raise BusyFault(
                "Google Sheets cannot be reached now ({detail}); the next pass tries again", detail=detail
            )
        raise BusyFault("rows of the spreadsheet are being moved all the time; the next pass writes it")

    def _round(self, *, first: bool) -> bool:
        """One look and what follows from it. Whether all stands as it should."""
        turns = self._turns(self._look() if first else self._look_at_all())
        parcels = [parcel for turn in turns for parcel in turn.parcels]
        if self._fault is None and (tabs := self.tabs(self.file)):
            parcels.append(Parcel(tabs))
        met: list[Parcel] = []
        for group in _groups(parcels):
            good = self._send(group)
            met += good
            if len(good) < len(group):
                break
        self.left = [
            turn.writing
            for turn in turns
            if not turn.whole or any(parcel not in met for parcel in turn.parcels)
        ]
        return self._fault is None and not self.left and len(met) == len(parcels)

    def _turns(self, views: Mapping[int, View]) -> list[_Turn]:
        """What each table wants. Where one does not fit any more nothing new is written, but what went astray is
        put right before that is said."""
        turns = []
        for writing in self.left:
            try:
                turns.append(_Turn(writing, *writing.turn(views.get(writing.task.sheet.id))))
            except ChangedFault as fault:
                self._fault = self._fault or fault
        if self._fault is None:
            return turns
        turns = [turn for turn in turns if turn.writing.astray]
        if not turns:
            raise self._fault
        return turns

    def _send(self, parcels: Sequence[Parcel]) -> list[Parcel]:
        """Send these together. Those that met what they were meant for; none when they were refused."""
        requests = [request for parcel in parcels for request in parcel.requests]
        ranges = [each for parcel in parcels for each in parcel.ranges]
        for parcel in parcels:
            parcel.sent()
        try:
            answer = self.sheets.update(requests, ranges, _REPLY if ranges else "replies")
        except ChangedFault:  # a column was moved, or a tab renamed: look again
            for parcel in parcels:
                parcel.refused()
            self._refused += 1
            if self._refused >= _REFUSALS and not any(writing.astray for writing in self.left):
                raise
            return []
        parts = read_parts(answer.get("updatedSpreadsheet", {}))
        replies = iter(answer.get("replies", ()))
        good = []
        for parcel in parcels:
            its = [reply for _, reply in zip(parcel.requests, replies, strict=False)]
            if parcel.met(parts, its):
                good.append(parcel)
        return good

    def _look(self) -> dict[int, View]:
        """What the tables look at just before the write; columns that bear no tag yet are tagged by the same request."""
        if not self.left:
            return {}
        fields = SHEET + ",sheets.conditionalFormats" * any(each.rules is not None for each in self.left)
        areas = [(each.task.sheet, area) for each in self.left for area in each.areas()]
        if tags := [request for each in self.left for request in each.tags()]:
            ranges = [name for sheet, area in areas for name in building.reply_ranges(sheet.tab.name, [area])]
            answer = self.sheets.update(tags, ranges, f"updatedSpreadsheet({fields})")["updatedSpreadsheet"]
        else:
            filters = [{"gridRange": _open(grid_range(sheet.id, area))} for sheet, area in areas]
            answer = self.sheets.read_parts(filters, fields)
        rules = {
            each["properties"].get("sheetId", 0): each.get("conditionalFormats", ())
            for each in answer["sheets"]
        }
        return {sheet: View(part, rules[sheet], None) for sheet, part in read_parts(answer).items()}

    def _look_at_all(self) -> dict[int, View]:
        self.file = read_file(self.sheets.read(WHOLE))
        return {sheet.id: view_of(self.file, sheet) for sheet in self.file.sheets.values()}


def _groups(parcels: Iterable[Parcel]) -> Iterator[list[Parcel]]:
    """As many at once as the payload takes."""
    group: list[Parcel] = []
    size = 0
    for parcel in parcels:
        its = sum(len(encoded(request)) for request in parcel.requests)
        if group and size + its > building.PAYLOAD:
            yield group
            group, size = [], 0
        group.append(parcel)
        size += its
    if group:
        yield group


def _open(place: Json) -> Json:
    """A grid range without the ends that are those of any sheet."""
    ends = {"endColumnIndex": LAST_COLUMN}
    return {name: value for name, value in place.items() if ends.get(name) != value}
