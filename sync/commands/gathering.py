"""What adopt does with several lists of action items: the new workbook that holds them all, and what is said of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import RenderableType

from sheet_templates import Words, template
from sync.books.excel.refusal import refusing
from sync.books.excel.saving import put_file
from sync.commands.beginning import add_guide, write_new
from sync.faults import UsageFault, WorkbookFault
from sync.gathering import Gathered
from sync.new_workbook import Content
from sync.terminal.flowing import Flowing

_MOST = 8  # numbers or rows that are named before the rest is but counted


def check_new(path: Path, new: Path, tab: str | None) -> None:
    """Raise UsageFault where a new workbook cannot be made of this one under that name."""
    if tab is not None:
        raise UsageFault(
            "--gather takes all lists of action items and --tab one of them; give only one of the two"
        )
    if new.resolve() == path.resolve():
        raise UsageFault(
            "--gather takes the name of a new workbook, not that of {file}, which stays as it is", file=path
        )
    if new.suffix.lower() != ".xlsx":
        raise UsageFault("the new workbook of --gather ends in .xlsx, {file!r} does not", file=new.name)
    if new.exists():
        raise UsageFault("{file} exists already and is not overwritten; choose another name", file=new)


def write_gathered(file: Path, gathered: Gathered, language: Words) -> None:
    """Write the template's tabs with these rows, and the guide, as init does."""
    write_new(file, language.language, Content(gathered.rows, own=gathered.own))
    add_guide(file, language.language)


@contextmanager
def put_new(made: Path, new: Path, like: Path) -> Iterator[None]:
    """The new workbook in its place, with the mode and owner of the old one; gone again where what follows fails.

    Raises WorkbookFault or BusyFault where it cannot be written, or is there by now.
    """
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise WorkbookFault("{file} cannot be written: {detail}", file=new, detail=reason.strerror) from None
    with refusing(new.name):
        put_file(new, made.read_bytes(), like)
    try:
        yield
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def said_of(
    gathered: Gathered, named: Sequence[str], path: Path, new: Path, language: Words
) -> Iterator[RenderableType]:
    """What comes from which worksheet, what was made of it, and what stays behind. ``named`` are the worksheets whose
    name is taken for the department."""
    yield Flowing(f"\n{language['gather']['title'].format(file=new)}", style="bold blue")
    for line in _carried(gathered, named, language):
        yield Flowing(f"  {line}")
    for line in _left(gathered, path, language):
        yield Flowing(f"  {line}", style="yellow")


def _carried(gathered: Gathered, named: Sequence[str], language: Words) -> Iterator[str]:
    texts, comma = language["gather"], language["report"]["comma"]
    for table in gathered.rows:
        tabs = comma.join(
            texts["tab_rows"].format(tab=each.tab, count=len(each.rows))
            for each in gathered.sheets
            if each.table == table
        )
        yield texts["rows"].format(table=language["tables"][table], tabs=tabs)
    if named:
        yield texts["departments"].format(tabs=comma.join(named))
    if unnamed := [each.tab for each in gathered.sheets if each.table == "actions" and each.tab not in named]:
        yield texts["not_departments"].format(tabs=comma.join(unnamed))
    yield texts["whence"].format(heading=texts["origin"])
    for table, columns in gathered.own.items():
        if headings := [column.heads[0] for column in columns if column.heads[0] != texts["origin"]]:
            yield texts["own"].format(table=language["tables"][table], headings=comma.join(headings))
    if empty := [key for key in template().tables if not gathered.rows.get(key)]:
        heads = (template().tables[key].heads[language.head] for key in empty)
        yield texts["empty"].format(tabs=comma.join(heads))


def _left(gathered: Gathered, path: Path, language: Words) -> Iterator[str]:
    texts, comma = language["gather"], language["report"]["comma"]
    if formulas := sum(each.formulas for each in gathered.sheets):
        empty = sum(each.empty for each in gathered.sheets)
        yield texts["formulas"].format(count=formulas, empty=empty)
    if clashes := gathered.clashes:
        shown = (
            texts["clash"].format(number=number, tabs=comma.join(tabs))
            for number, tabs in [*clashes.items()][:_MOST]
        )
        yield texts["clashes"].format(count=len(clashes), numbers=comma.join(shown) + _more(len(clashes)))
    rows = [f"{each.tab}!{row}" for each in gathered.sheets for row in each.left]
    if rows:
        yield texts["left_rows"].format(count=len(rows), rows=comma.join(rows[:_MOST]) + _more(len(rows)))
    if gathered.others:
        yield texts["left_tabs"].format(tabs=comma.join(gathered.others))
    yield texts["looks"].format(file=path)


def _more(count: int) -> str:
    return "…" if count > _MOST else ""
