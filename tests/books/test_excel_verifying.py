"""The proof before the file is replaced: whatever goes wrong in an edit, the old file stays."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from excel_packages import part, parts, saved, sheet, workbook_part, zipped
from excel_plans import setting

from sync.books.excel import ExcelBook, book, comparing, package
from sync.books.excel.package import Package
from sync.books.excel.refusal import RefusalError
from sync.books.excel.workbook import Sheet
from sync.books.excel.zipping import Content, Packed
from sync.faults import WorkbookFault

ROWS = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
ROW_3 = '<row r="3"><c r="A3"><v>7</v></c></row>'
Spoil = Callable[[dict[str, str | bytes]], object]

SPOILT: dict[str, tuple[Spoil, str]] = {
    "a value": (lambda made: made.update({SHEET: made[SHEET].replace("<v>2</v>", "<v>9</v>")}), "B1"),
    "a value asked for": (lambda made: made.update({SHEET: made[SHEET].replace(">x<", ">y<")}), "C1"),
    "a lost row": (
        lambda made: made.update({SHEET: made[SHEET].replace('<c r="A2"><v>3</v></c>', "")}),
        "A2",
    ),
    "a row too many": (
        lambda made: made.update({SHEET: made[SHEET].replace("</sheetData>", ROW_3 + "</sheetData>")}),
        "A3",
    ),
    "a row that was not written": (lambda made: made.update({SHEET: sheet(ROWS)}), "C1"),
    "a cell too many": (
        lambda made: made.update({SHEET: made[SHEET].replace("</row>", '<c r="E1"><v>5</v></c></row>', 1)}),
        "E1",
    ),
    "a cell of another row": (
        lambda made: made.update({SHEET: made[SHEET].replace('"C1"', '"C2"')}),
        "C1",
    ),
    "a tag broken behind": (
        lambda made: made.update({SHEET: made[SHEET].replace("</worksheet>", "</workshet>")}),
        "mismatched",
    ),
    "a tag broken in a cell": (
        lambda made: made.update({SHEET: made[SHEET].replace(">x<", ">x&y<")}),
        "not well-formed|cannot be read",
    ),
    "a comment": (
        lambda made: made.update({SHEET: made[SHEET].replace("<v>2</v>", "<!-- 2 --><v>3</v>")}),
        "B1",
    ),
    "order": (
        lambda made: made.update(
            {SHEET: made[SHEET].replace('r="A1"', 'r="D1"').replace('r="B1"', 'r="A1"')}
        ),
        "out of order",
    ),
    "another part": (
        lambda made: made.update({"xl/workbook.xml": workbook_part("<workbookPr/>")}),
        "workbook.xml",
    ),
    "a lost part": (lambda made: made.pop("docProps/app.xml"), "parts"),
    "broken XML": (lambda made: made.update({SHEET: made[SHEET].replace("</row>", "", 1)}), "mismatched"),
}
SHEET = "xl/worksheets/sheet1.xml"


def _spoil(monkeypatch: pytest.MonkeyPatch, original: dict[str, str], spoil: Spoil) -> None:
    """Let what is written be spoilt on its way into the package."""

    def spoiling(_package: Package, changed: Mapping[str, Content], *_: object) -> bytes:
        contents = {
            key: content.unpacked() if isinstance(content, Packed) else content
            for key, content in changed.items()
        }
        made: dict[str, str | bytes] = original | {key: content.decode() for key, content in contents.items()}
        before = dict(made)
        spoil(made)
        assert made != before
        return zipped(made)

    monkeypatch.setattr(book, "rezipped", spoiling)


@pytest.mark.parametrize("large", [0, comparing.LARGE])
@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_edit_is_not_saved(
    name: str, large: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "LARGE", large)
    spoil, reason = SPOILT[name]
    original = parts(sheet(ROWS)) | {"docProps/app.xml": "<a/>"}
    path = saved(tmp_path, original)
    before = path.read_bytes()

    _spoil(monkeypatch, original, spoil)
    with pytest.raises(WorkbookFault, match=reason):
        setting(path, (1, 3, "x"))
    assert path.read_bytes() == before


STYLED = {
    "a style": ('<c r="B1"><v>2</v></c>', '<c r="B1" s="0"><v>2</v></c>', "B1"),
    "a formula": ('<c r="B1"><v>2</v></c>', '<c r="B1"><f>1+1</f><v>2</v></c>', "B1"),
    "a row's height": ('<row r="1">', '<row r="1" ht="30">', "C1"),
}


@pytest.mark.parametrize("name", STYLED)
def test_of_a_large_sheet_every_byte_of_a_cell_is_proven(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the values do not show."""
    monkeypatch.setattr(comparing, "LARGE", 0)
    former, spoilt, reason = STYLED[name]
    original = parts(sheet(ROWS))
    path = saved(tmp_path, original)

    _spoil(monkeypatch, original, lambda made: made.update({SHEET: made[SHEET].replace(former, spoilt)}))
    with pytest.raises(WorkbookFault, match=reason):
        setting(path, (1, 3, "x"))


def test_a_large_sheet_is_compared_some_rows_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "LARGE", 0)
    monkeypatch.setattr(package, "_PIECE", 64)
    path = saved(tmp_path, parts(sheet(ROWS)))
    former = path.read_bytes()
    asked = {1: {3: "x<&_x0041_\n ", 2: 4}, 2: {1: None, 7: True}, 9: {1: date(2026, 5, 27)}}
    setting(path, *((row, column, value) for row, cells in asked.items() for column, value in cells.items()))
    old, new = (package.open_package(data) for data in (former, path.read_bytes()))
    assert comparing.compare_rows(old, new, Sheet("T", SHEET, 0), asked, date1904=False)
    with pytest.raises(RefusalError, match="I9"):
        comparing.compare_rows(
            old, new, Sheet("T", SHEET, 0), asked | {9: asked[9] | {9: "y"}}, date1904=False
        )


def test_without_formulas_nothing_is_to_be_recalculated(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(ROWS)))
    setting(path, (1, 3, "x"))
    assert part(path, "xl/workbook.xml") == workbook_part()


@pytest.mark.parametrize(
    ("calc", "after"),
    [
        ("", '<calcPr fullCalcOnLoad="1"/>'),
        ('<calcPr calcId="1"/>', '<calcPr calcId="1" fullCalcOnLoad="1"/>'),
        ('<calcPr fullCalcOnLoad="0" calcId="1"/>', '<calcPr fullCalcOnLoad="1" calcId="1"/>'),
        ('<calcPr fullCalcOnLoad="1"/>', '<calcPr fullCalcOnLoad="1"/>'),
    ],
)
def test_formulas_are_recalculated_on_opening(calc: str, after: str, tmp_path: Path) -> None:
    formula = sheet(ROWS.replace("<v>3</v>", "<f>B1</f><v>3</v>"))
    path = saved(tmp_path, parts(formula) | {"xl/workbook.xml": workbook_part(calc=calc)})
    setting(path, (1, 3, "x"))
    assert part(path, "xl/workbook.xml") == workbook_part(calc=after)
    assert ExcelBook(path).read().tabs[0].formulas == {(2, 1)}
