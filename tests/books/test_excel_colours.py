"""Conditional formats of ours beside those of people."""

from pathlib import Path

import pytest
from excel_packages import part, parts, saved, sheet
from excel_plans import colouring

from sync.books.excel import ExcelBook
from sync.snapshot import Area, ColourRule

WHOLE = Area(2, 21, 1_048_576, 21)
LATE = ColourRule(WHOLE, '$U2="<逾期> & 风险"', "#F8CBAD", "#7B2C00")
DONE = ColourRule(WHOLE, '$U2="已完成"', "#E2EFDA", "")
INK = ColourRule(Area(2, 3, 9, 4), "LEN($A2)=0", "", "#9C0006")
THEIRS = (
    '<conditionalFormatting sqref="A1:A9"><cfRule type="cellIs" dxfId="0" priority="4" operator="equal">'
    "<formula>1</formula></cfRule></conditionalFormatting>"
)


def colours(path: Path) -> tuple[ColourRule, ...]:
    return ExcelBook(path).read().tabs[0].colours


@pytest.mark.parametrize(
    "after", ["", THEIRS, '<pageMargins left="1"/>', "<sheetProtection/>" + THEIRS + "<hyperlinks/>"]
)
def test_colours_come_back_as_they_were_set(after: str, tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("", "", after)))
    colouring(path, LATE, INK, DONE)
    assert colours(path) == (LATE, INK, DONE)
    assert 'sqref="U2:U1048576"' in part(path)
    before = path.read_bytes()
    colouring(path, LATE, INK, DONE)
    assert path.read_bytes() == before


def test_they_stand_after_those_of_people_and_before_what_follows(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("", "", "<sheetProtection/>" + THEIRS + '<pageMargins left="1"/>')))
    colouring(path, DONE)
    tail = part(path).partition("</sheetData>")[2]
    assert tail.startswith("<sheetProtection/>" + THEIRS + '<conditionalFormatting sqref="U2:U1048576">')
    assert tail.endswith('</conditionalFormatting><pageMargins left="1"/></worksheet>')
    assert 'priority="5"' in tail


def test_a_new_set_replaces_the_old_without_growth(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("", "", THEIRS)))
    original = part(path)
    colouring(path, LATE, DONE, INK)
    styles = part(path, "xl/styles.xml")
    colouring(path, DONE)
    assert colours(path) == (DONE,)
    colouring(path, INK, LATE)
    colouring(path, LATE, DONE, INK)
    assert part(path, "xl/styles.xml") == styles
    colouring(path)
    assert part(path) == original


def test_rules_that_excel_put_beside_ours_stay(tmp_path: Path) -> None:
    mixed = (
        '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>AND(N("closeloop")=0,A1)'
        '</formula></cfRule><cfRule type="expression" priority="2"><formula>B1</formula></cfRule></conditionalFormatting>'
    )
    path = saved(tmp_path, parts(sheet("", "", mixed)))
    assert colours(path) == (ColourRule(Area(1, 1, 1, 1), "A1", "", ""),)
    colouring(path)
    assert part(path).count("<cfRule") == 1
    assert "<formula>B1</formula>" in part(path)


@pytest.mark.parametrize(
    ("reference", "areas"),
    [
        ("U2:U5 U6:U1048576", [WHOLE]),
        ("U2:U5 U7:U1048576", [Area(2, 21, 5, 21), Area(7, 21, 1_048_576, 21)]),
        ("U2:U5 U4:U7", [Area(2, 21, 5, 21), Area(4, 21, 7, 21)]),
        ("U:U", [Area(1, 21, 1_048_576, 21)]),
        ("$U$2", [Area(2, 21, 2, 21)]),
    ],
)
def test_a_torn_area_shows(reference: str, areas: list[Area], tmp_path: Path) -> None:
    torn = (
        f'<conditionalFormatting sqref="{reference}"><cfRule type="expression" priority="1">'
        "<formula>and( n(&quot;closeloop&quot;) = 0,$U2)</formula></cfRule></conditionalFormatting>"
    )
    path = saved(tmp_path, parts(sheet("", "", torn)))
    assert [rule.area for rule in colours(path)] == areas
    assert {rule.formula for rule in colours(path)} == {"$U2"}


def test_prefixed_documents_get_prefixed_colours(tmp_path: Path) -> None:
    worksheet = sheet("").replace("xmlns=", "xmlns:x=")
    for name in ("worksheet", "sheetData"):
        worksheet = worksheet.replace(f"<{name}", f"<x:{name}").replace(f"</{name}", f"</x:{name}")
    path = saved(tmp_path, parts(worksheet))
    colouring(path, LATE)
    assert colours(path) == (LATE,)
    assert "<x:cfRule" in part(path)
