"""One pass at a time: whoever comes meanwhile says so, and a lock ends with its process."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from sync.commands.judging import run_workbook
from sync.commands.restoring import restore_workbook
from sync.faults import Fault, LedgerFault, OverlapFault
from sync.running.turns import alone

STARTS = int(os.environ.get("CLOSELOOP_STARTS", "10"))
NOW = datetime(2024, 5, 28, 10)
HOLDS = "import sys, time; from pathlib import Path; from sync.running.turns import alone\nwith alone(Path(sys.argv[1]), 't'):\n print('held', flush=True); time.sleep(600)"


def tracker(path: Path) -> Path:
    book = Workbook()
    book.active.append(["行动项描述", "负责人", "计划完成时间", "状态"])
    book.active.append(["输出《客户投诉处理流程V2.0》", "王芳", "2024-06-14", "进行中"])
    book.save(path)
    return path


def test_the_second_is_kept_out_and_nothing_is_left_behind(tmp_path):
    folder = tmp_path / "t.closeloop"

    with alone(folder, "t"), pytest.raises(OverlapFault, match="another pass over t"), alone(folder, "t"):
        pass
    with alone(folder, "t"):
        pass

    assert list(tmp_path.iterdir()) == []


def test_what_lies_in_the_folder_stays(tmp_path):
    folder = tmp_path / "t.closeloop"
    folder.mkdir()
    (folder / "ledger.sqlite").touch()

    with alone(folder, "t"):
        pass

    assert [file.name for file in folder.iterdir()] == ["ledger.sqlite"]


def test_a_lock_ends_with_its_process(tmp_path):
    folder = tmp_path / "t.closeloop"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(OverlapFault), alone(folder, "t"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()

    with alone(folder, "t"):
        assert (folder / "lock").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "t.closeloop").touch()

    with pytest.raises(LedgerFault, match="cannot be locked"), alone(tmp_path / "t.closeloop", "t"):
        pass


def test_a_workbook_is_not_put_back_under_a_pass(tmp_path):
    path = tracker(tmp_path / "t.xlsx")
    run_workbook(path, None, NOW, as_json=False, quiet=True)
    written = path.read_bytes()

    with alone(tmp_path / "t.closeloop", "t"), pytest.raises(OverlapFault):
        restore_workbook(path, None, "1")

    assert path.read_bytes() == written


def passes(path: Path, begin, ended) -> None:
    """Make a pass whenever two are to begin at once, and say how it ended."""
    while begin.wait() >= 0:
        try:
            code = run_workbook(path, None, NOW, as_json=False, quiet=True)
        except Fault as fault:
            code = fault.exit_code
        ended.put(code)


def test_of_two_that_start_at_the_same_time_one_works(tmp_path):
    """The ledger is held until one of them has said that it is not alone, so that neither is over before."""
    path = tracker(tmp_path / "t.xlsx")
    run_workbook(path, None, NOW, as_json=False, quiet=True)
    context = multiprocessing.get_context("spawn")
    begin, ended = context.Barrier(3), context.Queue()
    both = [context.Process(target=passes, args=(path, begin, ended), daemon=True) for _ in range(2)]
    for each in both:
        each.start()
    try:
        for _ in range(STARTS):
            ledger = sqlite3.connect(tmp_path / "t.closeloop" / "ledger.sqlite", isolation_level=None)
            ledger.execute("BEGIN EXCLUSIVE")
            begin.wait(60)
            first = ended.get(timeout=60)
            ledger.execute("ROLLBACK")
            ledger.close()
            assert (first, ended.get(timeout=60)) == (OverlapFault.exit_code, 0)
    finally:
        for each in both:
            each.kill()
            each.join()
