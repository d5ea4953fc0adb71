"""Plans for any workbook, and what they may change: shared by the tests of the Excel book."""

import zipfile
from collections import Counter
from pathlib import Path

from lxml import etree

from sync.books.excel import ExcelBook
from sync.books.excel.references import cell_name
from sync.changes import AddColumn, Plan, SetCell, SetColours
from sync.snapshot import Area, CellValue, ColourRule, Snapshot

HEADING = "检查结果"
TEXTS: tuple[CellValue, ...] = ("缺少负责人", "=1+1", " two\nlines _x0041_ ", 12.5)
Entry = tuple[str, str, tuple[tuple[str, str], ...], str | None]
CHANGED_ON_PURPOSE = {"dimension", "row", "col", "autoFilter", "sortState", "table", "tableColumns"}


def setting(path: Path, *cells: tuple[int, int, CellValue], column: str = "message") -> None:
    """Write cells (row, column, value) on the first tab."""
    book = ExcelBook(path)
    snapshot = book.read()
    tab = snapshot.tabs[0].name
    changes = tuple(SetCell(tab, row, position, column, "", None, value) for row, position, value in cells)
    book.apply(Plan(snapshot.fingerprint, cells=changes))


def adding(path: Path, row: int, position: int, heading: str = HEADING, hidden: bool = False) -> None:
    """Add one column to the first tab."""
    book = ExcelBook(path)
    snapshot = book.read()
    column = AddColumn(snapshot.tabs[0].name, row, position, "message", heading, 20, hidden)
    book.apply(Plan(snapshot.fingerprint, columns=(column,)))


def colouring(path: Path, *rules: ColourRule) -> None:
    """Set our colours on the first tab."""
    book = ExcelBook(path)
    snapshot = book.read()
    book.apply(Plan(snapshot.fingerprint, colours=(SetColours(snapshot.tabs[0].name, rules),)))


def free_position(snapshot: Snapshot) -> tuple[int, int]:
    """The first row with a value on the first tab, and the first column right of everything there."""
    tab = snapshot.tabs[0]
    used = [len(row) for row in tab.rows] + [area.last_column for area in tab.merged]
    used += [column for _, column in (*tab.formulas, *tab.errors)]
    first = next((n for n, row in enumerate(tab.rows, 1) if any(value is not None for value in row)), 1)
    return first, max(used, default=0) + 1


def full_plan(snapshot: Snapshot) -> Plan:
    """A column right of everything on the first tab, values below its heading, and two colours."""
    tab = snapshot.tabs[0].name
    row, position = free_position(snapshot)
    area = Area(row + 1, position, 1_048_576, position)
    rules = (
        ColourRule(area, "LEN($A2)>3", "#FFD9D9", "#9C0006"),
        ColourRule(area, '$A2="<&>"', "#FFF4CE", ""),
    )
    cells = [SetCell(tab, row + n, position, "message", "", None, text) for n, text in enumerate(TEXTS, 1)]
    column = AddColumn(tab, row, position, "message", HEADING, 60, False)
    return Plan(snapshot.fingerprint, (column,), tuple(cells), (SetColours(tab, rules),))


def raw_parts(path: Path) -> dict[str, bytes]:
    """Every part's compressed bytes."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return {info.orig_filename: _raw(data, info) for info in archive.infolist()}


def _raw(data: bytes, info: zipfile.ZipInfo) -> bytes:
    lengths = data[info.header_offset + 26 : info.header_offset + 30]
    start = (
        info.header_offset
        + 30
        + int.from_bytes(lengths[:2], "little")
        + int.from_bytes(lengths[2:], "little")
    )
    return data[start : start + info.compress_size]


def contents(path: Path) -> dict[str, bytes]:
    """Every part's content."""
    with zipfile.ZipFile(path) as archive:
        return {info.orig_filename: archive.read(info) for info in archive.infolist()}


def lost_elements(before: bytes, after: bytes) -> Counter[Entry]:
    """Elements of a part with their place, attributes and text that an edit has lost."""
    return _elements(before) - _elements(after)


def _elements(part: bytes) -> Counter[Entry]:
    found: Counter[Entry] = Counter()
    for element in etree.fromstring(part, etree.XMLParser(huge_tree=True)).iter(etree.Element):
        name = etree.QName(element).localname
        parent = element.getparent()
        inside = "" if parent is None else etree.QName(parent).localname
        if name not in CHANGED_ON_PURPOSE:
            text = None if len(element) else element.text  # between elements it is only layout
            found[inside, name, tuple(sorted(element.attrib.items())), text] += 1
    return found


def differing_cells(before: Snapshot, after: Snapshot) -> set[tuple[str, int, int]]:
    """Tab, row and column of every cell whose value differs."""
    found = set()
    for tab in before.tabs:
        old, new = tab.rows, after.tab(tab.name).rows
        for row in range(max(len(old), len(new))):
            left, right = (list(rows[row]) if row < len(rows) else [] for rows in (old, new))
            width = max(len(left), len(right))
            left += [None] * (width - len(left))
            right += [None] * (width - len(right))
            found |= {(tab.name, row + 1, n + 1) for n in range(width) if left[n] != right[n]}
    return found


def check_fidelity(path: Path) -> None:
    """Carry out ``full_plan`` and assert that nothing but what it says has changed."""
    snapshot = ExcelBook(path).read()
    plan = full_plan(snapshot)
    tab = plan.columns[0].tab
    raw, before = raw_parts(path), contents(path)
    ExcelBook(path).apply(plan)
    again = ExcelBook(path).read()
    assert list(raw_parts(path)) == list(raw)
    changed = {name for name, content in raw_parts(path).items() if content != raw[name]}
    assert sum("sheet" in name and "rels" not in name for name in changed) <= 1, changed
    cells = {cell_name(change.row, change.position) for change in (*plan.columns, *plan.cells)}
    for name in changed:
        lost = lost_elements(before[name], contents(path)[name])
        lost = Counter({entry: n for entry, n in lost.items() if dict(entry[2]).get("r") not in cells})
        allowed = {"calcPr", "definedName"} if "workbook" in name else set()
        allowed |= {"fonts", "fills", "borders", "cellXfs", "dxfs"} if "styles" in name else set()
        assert {entry[1] for entry in lost} <= allowed, (name, lost)
    written = {(tab, change.row, change.position) for change in (*plan.columns, *plan.cells)}
    assert differing_cells(snapshot, again) == written
    assert again.tab(tab).colours == plan.colours[0].rules
    assert again.tab(tab).merged == snapshot.tab(tab).merged
    assert again.tab(tab).formulas == snapshot.tab(tab).formulas
    after = path.read_bytes()
    ExcelBook(path).apply(Plan(again.fingerprint, (), plan.cells, plan.colours))
    assert path.read_bytes() == after, "a second pass changed something"
