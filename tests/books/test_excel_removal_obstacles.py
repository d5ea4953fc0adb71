"""What holds a row: one workbook for each hazard, its reason, the rows it holds and the next one it does not."""

# ruff: noqa: ARG005 - each change is given both tabs and the book, whether it needs them or not

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from excel_packages import links, parts, saved, sheet, workbook_part
from excel_removals import obstacles, removing
from xlsxwriter.worksheet import Worksheet

from sync.books.excel.reasons import Reason
from sync.faults import WorkbookFault

LAST = 1_048_576
FORMULAS: dict[str, tuple[str, int, Reason | None]] = {
    # a formula in B20 (row 20) and the last row that it holds, 0 for none
    "own row": ("A20*2+$C$20+T!D20", 0, None),
    "heading": ("A20*$A$1", 1, Reason.FORMULA),
    "row before": ("B19+1", 19, Reason.FORMULA),
    "row after": ("A21", 21, Reason.FORMULA),
    "range over rows": ("SUM(A18:A20)", 20, Reason.FORMULA),
    "whole column": ("COUNTIF(A:A,A20)", LAST, Reason.COLUMN),
    "whole column, empty": ("SUM(X:X)", 0, None),
    "whole row": ("SUM(20:20)", 0, None),
    "its row number": ("ROW()-1", 19, Reason.POSITION),
    "indirect": ('INDIRECT("A"&5)', LAST, Reason.COMPUTED),
    "offset": ("OFFSET(A20,0,1)", LAST, Reason.COMPUTED),
    "computed range": ("SUM(A20:INDEX(A20:C20,2))", LAST, Reason.COMPUTED),
    "several sheets": ("SUM(T:U!A20)", LAST, Reason.COMPUTED),
    "spill": ("SUM(A20#)", LAST, Reason.COMPUTED),
    "link by text": ('HYPERLINK("#T!A5","x")', LAST, Reason.COMPUTED),
    "text that looks like a reference": ('"A5"&A20', 0, None),
    "another sheet": ("U!A5+U!A:A+'U'!B7:B9", 0, None),
    "another workbook": ("[1]T!A5", 0, None),
    "function that looks like a cell": ("LOG10(A20)", 0, None),
    "broken": ("#REF!+T!#REF!", 0, None),
}
AWAY: dict[str, tuple[str, int, Reason | None]] = {
    # the same on the other sheet
    "own cells": ("A5+SUM(A:A)", 0, None),
    "a cell": ("T!A9", 9, Reason.FORMULA),
    "quoted": ("'T'!$A$9", 9, Reason.FORMULA),
    "small letters": ("t!a9", 9, Reason.FORMULA),
    "range": ("SUM(T!A2:B7)", 7, Reason.FORMULA),
    "column": ('COUNTIF(T!A:A,"x")', LAST, Reason.COLUMN),
    "dynamic list of its own": ("SUM(U!$A$2:INDEX(U!$A:$A,3))", 0, None),
    "offset of its own": ("OFFSET(A1,1,1)", 0, None),
    "offset": ("OFFSET(T!A1,1,1)", LAST, Reason.COMPUTED),
    "position": ("ROW()+ROW(A5)", 0, None),
}


def made(path: Path, change: Callable[[Worksheet, Worksheet, Any], object]) -> Path:
    """A workbook of two tabs with 30 rows of numbers, and one thing more."""
    book = xlsxwriter.Workbook(path)
    one, two = book.add_worksheet("T"), book.add_worksheet("U")
    for row in range(30):
        one.write_row(row, 0, [row, row, row, row])
    change(one, two, book)
    book.close()
    return path


def check(path: Path, last: int, reason: Reason | None) -> None:
    """Rows up to ``last`` are held for that reason, the next is not and can be removed."""
    rows = [row for row in (2, 3, last, last + 1, 30) if 1 < row <= 30]
    found = obstacles(path, *rows)
    assert found == {row: reason.sentence for row in rows if reason and row <= last}
    for row in sorted(set(rows) & set(found))[:1]:
        before = path.read_bytes()
        with pytest.raises(WorkbookFault, match="has to stay"):
            removing(path, row)
        assert path.read_bytes() == before
    if set(rows) - set(found):
        removing(path, min(set(rows) - set(found)))


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_of_the_sheet(name: str, tmp_path: Path) -> None:
    text, last, reason = FORMULAS[name]
    check(made(tmp_path / "T.xlsx", lambda one, _two, _book: one.write_formula("B20", text)), last, reason)


@pytest.mark.parametrize("name", AWAY)
def test_formulas_of_other_sheets(name: str, tmp_path: Path) -> None:
    text, last, reason = AWAY[name]
    check(made(tmp_path / "T.xlsx", lambda _one, two, _book: two.write_formula("C3", text)), last, reason)


def chart_of(book: Any, values: str) -> Any:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": values})
    return chart


THINGS: dict[str, tuple[Callable[[Any, Any, Any], object], int, Reason | None]] = {
    "array formula": (lambda one, two, book: one.write_array_formula("E5:E9", "{=A5:A9}"), 9, Reason.ARRAY),
    "array of one cell": (
        lambda one, two, book: one.write_array_formula("E20:E20", "{=SUM(A20*B20)}"),
        0,
        None,
    ),
    "name": (lambda one, two, book: book.define_name("x", "=T!$A$2:$B$8"), 8, Reason.NAME),
    "name of another sheet": (lambda one, two, book: book.define_name("x", "=U!$A$2:$B$8"), 0, None),
    "relative name": (lambda one, two, book: book.define_name("x", "=T!A2"), LAST, Reason.NAME),
    "print area": (lambda one, two, book: one.print_area("A1:D25"), 25, Reason.NAME),
    "print titles": (lambda one, two, book: (one.repeat_rows(0), one.repeat_columns(0)), 1, Reason.NAME),
    "chart": (lambda one, two, book: two.insert_chart("A1", chart_of(book, "=T!$A$2:$A$9")), 9, Reason.CHART),
    "chart of another sheet": (
        lambda one, two, book: two.insert_chart("A1", chart_of(book, "=U!$A$2:$A$9")),
        0,
        None,
    ),
    "chart here": (
        lambda one, two, book: one.insert_chart("H2", chart_of(book, "=U!$A$2:$A$9"), {"object_position": 1}),
        16,
        Reason.DRAWING,
    ),
    "chart page": (
        lambda one, two, book: book.add_chartsheet().set_chart(chart_of(book, "=T!$A$2:$A$9")),
        9,
        Reason.CHART,
    ),
    "text box": (lambda one, two, book: one.insert_textbox("H4", "x", {"height": 20}), 5, Reason.DRAWING),
    "text box of a cell": (
        lambda one, two, book: two.insert_textbox("A1", "x", {"textlink": "=T!$A$9"}),
        9,
        Reason.DRAWING,
    ),
    "comment": (lambda one, two, book: one.write_comment("B7", "x"), 7, Reason.COMMENT),
    "comment elsewhere": (lambda one, two, book: two.write_comment("B27", "x"), 0, None),
    "button": (lambda one, two, book: one.insert_button("H5"), 6, Reason.CONTROL),
    "sparkline": (lambda one, two, book: one.add_sparkline("H5", {"range": "A4:D4"}), 5, Reason.SPARKLINE),
    "sparkline elsewhere": (
        lambda one, two, book: two.add_sparkline("H25", {"range": "T!A4:D4"}),
        4,
        Reason.SPARKLINE,
    ),
    "page break": (lambda one, two, book: one.set_h_pagebreaks([6]), 6, Reason.BREAK),
    "protected": (lambda one, two, book: one.protect(), LAST, Reason.PROTECTED),
    "protected, rows may go": (lambda one, two, book: one.protect("", {"delete_rows": True}), 0, None),
    "protected range": (
        lambda one, two, book: (one.protect("", {"delete_rows": True}), one.unprotect_range("A5:B6")),
        6,
        Reason.PROTECTED,
    ),
    "frozen": (lambda one, two, book: one.freeze_panes(4, 1), 4, Reason.FROZEN),
    "ignored errors": (
        lambda one, two, book: one.ignore_errors({"number_stored_as_text": "A1:A30"}),
        0,
        None,
    ),
    "background": (lambda one, two, book: one.set_header("&Cx"), 0, None),
    "rule over rows": (
        lambda one, two, book: one.conditional_format("A2:A9", {"type": "formula", "criteria": "=$A2<>$A1"}),
        9,
        Reason.RULE,
    ),
    "rule with a fixed cell": (
        lambda one, two, book: one.conditional_format("A2:A9", {"type": "formula", "criteria": "=$A2>$B$4"}),
        4,
        Reason.RULE,
    ),
    "rule that counts so far": (
        lambda one, two, book: one.conditional_format(
            "A2:A9", {"type": "formula", "criteria": "=COUNTIF($A$2:$A2,$A2)>1"}
        ),
        9,
        Reason.RULE,
    ),
    "stripes": (
        lambda one, two, book: one.conditional_format(
            "A2:D30", {"type": "formula", "criteria": "=MOD(ROW(),2)=0"}
        ),
        0,
        None,
    ),
    "rule elsewhere": (
        lambda one, two, book: two.conditional_format("A2:A9", {"type": "formula", "criteria": "=T!$A$9>1"}),
        9,
        Reason.RULE,
    ),
    "list of cells": (
        lambda one, two, book: one.data_validation("D2:D30", {"validate": "list", "source": "=$F$2:$F$6"}),
        6,
        Reason.VALIDATION,
    ),
    "list elsewhere": (
        lambda one, two, book: two.data_validation("D2:D30", {"validate": "list", "source": "=T!$A$2:$A$6"}),
        6,
        Reason.VALIDATION,
    ),
}


@pytest.mark.parametrize("name", THINGS)
@pytest.mark.filterwarnings("ignore")
def test_things_in_the_workbook(name: str, tmp_path: Path) -> None:
    change, last, reason = THINGS[name]
    check(made(tmp_path / "T.xlsx", change), last, reason)


def rows_held(path: Path) -> dict[int, str]:
    return obstacles(path, *range(2, 31))


def test_links_hold_the_row_they_lead_to(tmp_path: Path) -> None:
    path = made(tmp_path / "T.xlsx", lambda one, two, book: two.write_url("A1", "internal:T!A9:B9"))
    assert rows_held(path) == {9: Reason.LINK.sentence}


def test_merged_rows_stay_together(tmp_path: Path) -> None:
    path = made(tmp_path / "T.xlsx", lambda one, two, book: one.merge_range("F5:F7", "x"))
    held = rows_held(path)
    assert {row: held[row] for row in (6, 7)} == dict.fromkeys((6, 7), Reason.MERGED.sentence)


def test_a_list_beside_the_table_holds_its_rows(tmp_path: Path) -> None:
    path = made(tmp_path / "T.xlsx", lambda one, two, book: one.write_column("F3", [1, 2, 3]))
    assert rows_held(path) == dict.fromkeys((3, 4, 5), Reason.BESIDE.sentence)


def test_two_tables_side_by_side(tmp_path: Path) -> None:
    path = made(tmp_path / "T.xlsx", lambda one, two, book: (one.add_table("A1:B9"), one.add_table("C1:D5")))
    assert rows_held(path) == dict.fromkeys((2, 3, 4, 5), Reason.BESIDE.sentence)


def test_headings_and_totals_stay(tmp_path: Path) -> None:
    path = made(tmp_path / "T.xlsx", lambda one, two, book: one.add_table("A4:D9", {"total_row": True}))
    assert rows_held(path) == {
        4: Reason.HEADING.sentence,
        8: Reason.LAST_OF_TABLE.sentence,
        9: Reason.HEADING.sentence,
    }


def test_columns_of_a_table_count_its_rows(tmp_path: Path) -> None:
    def change(one: Any, two: Any, book: Any) -> None:
        one.add_table(
            "A1:D9",
            {
                "name": "Tab",
                "columns": [{"header": head, "formula": "=[@a]*2" if head == "d" else ""} for head in "abcd"],
            },
        )
        two.write_formula("A1", "=SUM(Tab[a])")

    assert rows_held(made(tmp_path / "T.xlsx", change)) == dict.fromkeys(
        range(2, 10), Reason.FORMULA.sentence
    )


def test_this_row_of_a_table_moves_with_it(tmp_path: Path) -> None:
    columns = [{"header": head, "formula": "=[@a]*2" if head == "d" else ""} for head in "abcd"]
    path = made(tmp_path / "T.xlsx", lambda one, two, book: one.add_table("A1:D9", {"columns": columns}))
    assert rows_held(path) == {9: Reason.LAST_OF_TABLE.sentence}


BODY = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 31))
XML: dict[str, tuple[str, str, int, Reason]] = {
    "scenario": (
        "",
        '<scenarios><scenario name="s"><inputCells r="A7" val="1"/></scenario></scenarios>',
        7,
        Reason.SCENARIO,
    ),
    "consolidation": (
        "",
        '<dataConsolidate><dataRefs><dataRef ref="A1:B6" sheet="T"/></dataRefs></dataConsolidate>',
        6,
        Reason.SCENARIO,
    ),
    "custom views": (
        "",
        '<customSheetViews><customSheetView guid="{0}"/></customSheetViews>',
        LAST,
        Reason.VIEW,
    ),
    "watch": ("", '<cellWatches><cellWatch r="A9"/></cellWatches>', 9, Reason.WATCH),
    "smart tag": ("", '<smartTags><cellSmartTags r="A9"/></smartTags>', LAST, Reason.UNKNOWN),
    "unknown element": ("", "<newThing/>", LAST, Reason.UNKNOWN),
    "unknown extension": (
        "",
        '<extLst><ext uri="{1}"><new xmlns="urn:new"/></ext></extLst>',
        LAST,
        Reason.UNKNOWN,
    ),
    "unknown before the cells": ("<newThing/>", "", LAST, Reason.UNKNOWN),
    "synchronised view": ('<sheetPr syncRef="A5"/>', "", LAST, Reason.VIEW),
    "pivot selection": (
        '<sheetViews><sheetView workbookViewId="0"><pivotSelection/></sheetView></sheetViews>',
        "",
        LAST,
        Reason.PIVOT,
    ),
    "rule of a pivot": (
        "",
        '<conditionalFormatting pivot="1" sqref="A2"><cfRule type="top10" rank="1" priority="1"/></conditionalFormatting>',
        LAST,
        Reason.PIVOT,
    ),
    "limit of a scale": (
        "",
        '<conditionalFormatting sqref="A2:A9"><cfRule type="iconSet" priority="1"><iconSet><cfvo type="formula" val="$B$5"/></iconSet></cfRule></conditionalFormatting>',
        5,
        Reason.RULE,
    ),
    "torn rule": (
        "",
        '<conditionalFormatting sqref="A7:A9 A2:A3"><cfRule type="expression" priority="1"><formula>A2&gt;1</formula></cfRule></conditionalFormatting>',
        9,
        Reason.RULE,
    ),
    "control": (
        "",
        '<controls><control><controlPr linkedCell="A3"><anchor><from><row>4</row></from><to><row>6</row></to></anchor></controlPr></control></controls>',
        7,
        Reason.CONTROL,
    ),
}


@pytest.mark.parametrize("name", XML)
def test_elements_of_the_sheet(name: str, tmp_path: Path) -> None:
    before, after, last, reason = XML[name]
    check(saved(tmp_path, parts(sheet(BODY, before, after))), last, reason)


def other_part(
    kind: str, content: str, content_type: str = "", name: str = "xl/other.xml"
) -> dict[str, str | bytes]:
    made = parts(sheet(BODY)) | {
        name: content,
        "xl/worksheets/_rels/sheet1.xml.rels": links((kind, f"/{name}")),
    }
    types = str(made["[Content_Types].xml"])
    override = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
    return made | ({"[Content_Types].xml": types.replace("</Types>", override)} if content_type else {})


CLIENT = '<xml><shape><x:ClientData ObjectType="{0}"><x:Anchor>1,0,2,0,3,0,7,0</x:Anchor>{1}<x:Row>4</x:Row></x:ClientData></shape></xml>'
PARTS: dict[str, tuple[dict[str, str | bytes], int, Reason]] = {
    "threaded comment": (
        other_part("threadedComment", '<ThreadedComments><threadedComment ref="B8"/></ThreadedComments>'),
        8,
        Reason.COMMENT,
    ),
    "pivot table": (
        other_part("pivotTable", '<pivotTableDefinition><location ref="H3:J20"/></pivotTableDefinition>'),
        20,
        Reason.PIVOT,
    ),
    "pivot's source": (
        other_part(
            "pivotTable",
            '<pivotCacheDefinition><cacheSource><worksheetSource ref="A1:D9" sheet="T"/></cacheSource></pivotCacheDefinition>',
        ),
        9,
        Reason.PIVOT,
    ),
    "control's properties": (other_part("ctrlProp", '<formControlPr fmlaLink="$A$9"/>'), 9, Reason.CONTROL),
    "note box": (
        other_part(
            "vmlDrawing",
            CLIENT.format("Note", ""),
            "application/vnd.openxmlformats-officedocument.vmlDrawing",
        ),
        5,
        Reason.COMMENT,
    ),
    "note box in sight": (
        other_part(
            "vmlDrawing",
            CLIENT.format("Note", "<x:Visible/>"),
            "application/vnd.openxmlformats-officedocument.vmlDrawing",
        ),
        8,
        Reason.COMMENT,
    ),
    "drop-down": (
        other_part(
            "vmlDrawing",
            CLIENT.format("Drop", "<x:FmlaRange>T!$A$12</x:FmlaRange>"),
            "application/vnd.openxmlformats-officedocument.vmlDrawing",
        ),
        12,
        Reason.CONTROL,
    ),
    "macros": (
        other_part("image", "x", "application/vnd.ms-office.vbaProject", "xl/vbaProject.bin"),
        LAST,
        Reason.MACRO,
    ),
    "unknown part": (other_part("image", "x", "application/vnd.new", "xl/new.bin"), LAST, Reason.UNKNOWN),
    "unknown relationship": (other_part("newThing", "<theme/>"), LAST, Reason.UNKNOWN),
    "query": (
        other_part(
            "queryTable",
            "<queryTable/>",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.queryTable+xml",
        ),
        LAST,
        Reason.QUERY,
    ),
    "volatile dependencies": (other_part("image", "<volTypes/>"), LAST, Reason.UNKNOWN),
    "workbook element": (
        parts(sheet(BODY), xl__workbook__xml="")
        | {"xl/workbook.xml": workbook_part(calc='<oleSize ref="A1:B9"/>')},
        LAST,
        Reason.UNKNOWN,
    ),
}
PARTS["workbook element"][0].pop("xl/workbook/xml")


@pytest.mark.parametrize("name", PARTS)
def test_other_parts(name: str, tmp_path: Path) -> None:
    package, last, reason = PARTS[name]
    check(saved(tmp_path, package), last, reason)


def test_a_shared_formula_over_rows(tmp_path: Path) -> None:
    rows = BODY.replace("<v>5</v></c>", '<v>5</v></c><c r="B5"><f t="shared" ref="B5:B9" si="0">A4+1</f></c>')
    for row in range(6, 10):
        rows = rows.replace(
            f"<v>{row}</v></c>", f'<v>{row}</v></c><c r="B{row}"><f t="shared" si="0"/></c>', 1
        )
    check(saved(tmp_path, parts(sheet(rows))), 9, Reason.FORMULA)


def test_a_group_keeps_its_head(tmp_path: Path) -> None:
    rows = BODY.replace('<row r="5"', '<row r="5" collapsed="1"')
    assert rows_held(saved(tmp_path, parts(sheet(rows)))) == {5: Reason.GROUP.sentence}


def test_every_reason_has_a_sentence() -> None:
    sentences = [reason.sentence for reason in Reason]
    assert len(set(sentences)) == len(sentences)
