"""Every workbook of a folder: edited, nothing else lost. Set CLOSELOOP_CORPUS to the folder to run it."""

import os
import shutil
from pathlib import Path

import pytest
from excel_plans import check_fidelity
from excel_tabs import check_tabs

from sync.faults import WorkbookFault

CORPUS = os.environ.get("CLOSELOOP_CORPUS", "")
WORKBOOKS = sorted(Path(CORPUS).rglob("*.xl[st][xm]")) if CORPUS else []


@pytest.mark.skipif(not CORPUS, reason="CLOSELOOP_CORPUS is not set")
def test_the_folder_holds_workbooks() -> None:
    assert WORKBOOKS


@pytest.mark.slow
@pytest.mark.parametrize("workbook", WORKBOOKS, ids=[path.name for path in WORKBOOKS])
def test_tabs_of_ours_leave_everything_else_as_it_is(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / workbook.name
    shutil.copyfile(workbook, path)
    try:
        check_tabs(path)
    except WorkbookFault as fault:
        assert path.read_bytes() == workbook.read_bytes()
        pytest.skip(f"refused: {fault}")


@pytest.mark.slow
@pytest.mark.parametrize("workbook", WORKBOOKS, ids=[path.name for path in WORKBOOKS])
def test_an_edited_workbook_keeps_everything_else(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / workbook.name
    shutil.copyfile(workbook, path)
    try:
        check_fidelity(path)
    except WorkbookFault as fault:
        assert path.read_bytes() == workbook.read_bytes()
        pytest.skip(f"refused: {fault}")
