"""Edited workbooks of others as three programs read them: people's cells are the same as before the edit.

A sample of the folder that CLOSELOOP_CORPUS names, evenly spread; LibreOffice has to open every one of them that it
opened before.
"""

import os
import random
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from excel_plans import full_plan
from python_calamine import CalamineWorkbook

from sync.books.excel import ExcelBook
from sync.changes import Plan
from sync.faults import WorkbookFault

CORPUS = os.environ.get("CLOSELOOP_CORPUS", "")
SAMPLE = 80
Cells = dict[tuple[str, int, int], str]

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # openpyxl's, of what it does not know in these workbooks
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS, reason="CLOSELOOP_CORPUS is not set"),
    pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed"),
]


def test_a_sample_reads_the_same_in_every_program(tmp_path: Path, capsys) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    plans = edited_sample(before, after)
    opened, still = converted(before, tmp_path / "b"), converted(after, tmp_path / "a")
    assert len(plans) >= 60
    assert set(opened) <= set(still), set(opened) - set(still)
    compared = dict.fromkeys(("openpyxl", "calamine", "LibreOffice"), 0)
    for name, plan in plans.items():
        ours = {(cell.tab, cell.row, cell.position) for cell in plan.cells}
        ours |= {(new.tab, new.row, new.position) for new in plan.columns}
        pairs = {
            "openpyxl": (by_openpyxl, before / name, after / name),
            "calamine": (by_calamine, before / name, after / name),
        }
        if name in opened:
            pairs["LibreOffice"] = (by_calamine, opened[name], still[name])
        for program, (read, was, now) in pairs.items():
            if (known := read(was)) is None:
                continue
            compared[program] += 1
            assert theirs(read(now), ours) == theirs(known, ours), (program, name)
    with capsys.disabled():
        figures = ", ".join(f"{each}: {count}" for each, count in compared.items())
        print(f"\n{len(plans)} edited; read by {figures}")  # noqa: T201
    assert min(compared.values()) >= 60


def edited_sample(before: Path, after: Path) -> dict[str, Plan]:
    """Workbooks taken at random, and the same after a whole plan; each plan by the file's name."""
    before.mkdir()
    after.mkdir()
    plans: dict[str, Plan] = {}
    found = sorted(Path(CORPUS).rglob("*.xl[st][xm]"))
    random.Random(7).shuffle(found)
    for number, path in enumerate(found):
        if len(plans) == SAMPLE:
            break
        name = f"{number:04d}{path.suffix}"
        shutil.copyfile(path, after / name)
        book = ExcelBook(after / name)
        try:
            plan = full_plan(book.read())
            book.apply(plan)
        except WorkbookFault:
            (after / name).unlink()
            continue
        shutil.copyfile(path, before / name)
        plans[name] = plan
    return plans


def converted(folder: Path, out: Path) -> dict[str, Path]:
    """What LibreOffice makes of workbooks, by name; without those that it does not open."""
    files = [str(path) for path in sorted(folder.iterdir())]
    profile = f"-env:UserInstallation=file://{out}-profile"
    command = ["soffice", profile, "--headless", "--convert-to", "ods:calc8", "--outdir", str(out), *files]
    subprocess.run(command, capture_output=True, timeout=900, check=False)
    names = {path.stem: path for path in out.glob("*.ods")}
    return {Path(file).name: names[Path(file).stem] for file in files if Path(file).stem in names}


def by_openpyxl(path: Path) -> Cells | None:
    """Cells as openpyxl reads them; None where it cannot."""
    try:
        with path.open("rb") as file:
            workbook = openpyxl.load_workbook(file, data_only=True)
    except Exception:
        return None
    return {
        (sheet.title, cell.row, cell.column): repr(cell.value)
        for sheet in workbook.worksheets
        for line in sheet.iter_rows()
        for cell in line
        if cell.value not in (None, "")
    }


def by_calamine(path: Path) -> Cells | None:
    """Cells as calamine reads them; None where it cannot."""
    try:
        workbook = CalamineWorkbook.from_path(path)
        sheets = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names
        }
    except Exception:
        return None
    return {
        (name, row, column): repr(value)
        for name, lines in sheets.items()
        for row, line in enumerate(lines, start=1)
        for column, value in enumerate(line, start=1)
        if value not in (None, "")
    }


def theirs(cells: Cells | None, ours: set[tuple[str, int, int]]) -> Cells:
    """The cells that the plan has not written."""
    return {place: value for place, value in (cells or {}).items() if place not in ours}
