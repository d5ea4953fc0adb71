"""The proof before the file is replaced: whatever goes wrong in an edit, the old file stays."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from excel_packages import part, parts, saved, sheet, workbook_part, zipped
from excel_plans import setting

from sync.books.excel import ExcelBook, book
from sync.books.excel.package import Package
from sync.books.excel.zipping import Content, Packed
from sync.faults import WorkbookFault

ROWS = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
Spoil = Callable[[dict[str, str | bytes]], object]

SPOILT: dict[str, tuple[Spoil, str]] = {
    "a value": (lambda made: made.update({SHEET: made[SHEET].replace("<v>2</v>", "<v>9</v>")}), "B1"),
    "a value asked for": (lambda made: made.update({SHEET: made[SHEET].replace(">x<", ">y<")}), "C1"),
    "a lost row": (
        lambda made: made.update({SHEET: made[SHEET].replace('<c r="A2"><v>3</v></c>', "")}),
        "A2",
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


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_edit_is_not_saved(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil, reason = SPOILT[name]
    original = parts(sheet(ROWS)) | {"docProps/app.xml": "<a/>"}
    path = saved(tmp_path, original)
    before = path.read_bytes()

    def spoiling(package: Package, changed: Mapping[str, Content], *_: object) -> bytes:
        contents = {
            key: content.unpacked() if isinstance(content, Packed) else content
            for key, content in changed.items()
        }
        made = dict(original) | {key: content.decode() for key, content in contents.items()}
        spoil(made)
        return zipped(made)

    monkeypatch.setattr(book, "rezipped", spoiling)
    with pytest.raises(WorkbookFault, match=reason):
        setting(path, (1, 3, "x"))
    assert path.read_bytes() == before


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
