"""``python -m bench.archive``: a pass that archives closed items of twelve years and eight kinds of meeting, beside
one over the same workbook that archives nothing. Prints the medians of both processor times and their ratio, and counts
what was lost or doubled."""

import argparse
import gc
import shutil
import statistics
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter

from sheet_templates import template
from sync.archiving.cabinet import drawers
from sync.books.excel import ExcelBook
from sync.settings import settings_from
from sync.tracker import Tracker
from sync.worker import run_pass

YEARS, KINDS = range(2012, 2024), 8
NOW = datetime(2024, 5, 28, 20)
_ITEMS = [
    "编号", "会议编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "交付标准", "状态", "实际完成时间", "交付成果",
    "验收人", "验收结果", "备注",
]  # fmt: skip
_MEETINGS = ["会议编号", "会议名称", "会议类型", "会议日期"]


def main() -> None:
    """Measure at a size, each pass in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    seconds: dict[bool, list[float]] = {False: [], True: []}
    alone = get_context("spawn")
    with ProcessPoolExecutor(1, alone, max_tasks_per_child=1) as one, TemporaryDirectory() as folder:
        path = Path(folder) / "tracker.xlsx"
        for on in (False, True) * chosen.runs:
            seconds[on].append(one.submit(_timed, path, chosen.rows, on).result())
        snapshot = ExcelBook(path).read()
    plain, archiving = (statistics.median(each) for each in seconds.values())
    print(
        f"{chosen.rows} items: archiving nothing {plain:.2f} s (at least {min(seconds[False]):.2f}), "
        f"archiving {archiving:.2f} s (at least {min(seconds[True]):.2f}), {archiving / plain:.2f}x"
    )
    found = drawers(snapshot)
    ids = Counter(row.said["编号"] for drawer in found if drawer.table == "actions" for row in drawer.rows)
    lost, doubled = chosen.rows - len(ids), sum(ids.values()) - len(ids)
    left = len(snapshot.tabs[0].rows) - 1
    print(f"{len(found)} tabs, {left} rows left, {lost} lost, {doubled} doubled")


def _timed(path: Path, rows: int, on: bool) -> float:
    """Processor seconds of one pass over a new workbook."""
    gc.disable()  # as the command line does
    shutil.rmtree(path.with_name("tracker.closeloop"), ignore_errors=True)
    _write(path, rows)
    settings = settings_from({"archive": {"on": on}}, "bench")
    tracker = Tracker(path, settings, path.parent)
    with closing(tracker.ledger()) as ledger:
        started = time.process_time()
        run_pass(tracker.book(NOW), ledger, tracker.channel(), settings, NOW, shelf=tracker.shelf())
        return time.process_time() - started


def _write(path: Path, rows: int) -> None:
    kinds = [ways[0] for ways in template().tables["meetings"].columns["type"].shown_choices[:KINDS]]
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    items, meetings = book.add_worksheet("行动项跟踪表"), book.add_worksheet("会议登记")
    items.write_row(0, 0, _ITEMS)
    meetings.write_row(0, 0, _MEETINGS)
    held = [(year, kind) for year in YEARS for kind in kinds]
    for number, (year, kind) in enumerate(held, start=1):
        meetings.write_row(number, 0, [f"M{number}", f"{year}{kind}", kind])
        meetings.write_datetime(number, 3, datetime(year, 1, 10), day)
    for number in range(1, rows + 1):
        place = number % len(held)
        due = date(held[place][0], 2, 1) + timedelta(days=number % 300)
        done = datetime.combine(due - timedelta(days=number % 5), datetime.min.time())
        items.write_row(
            number, 0, [f"A{number:06d}", f"M{place + 1}", f"输出《第{number}号流程V2.0》", "王芳", "客服部"]
        )
        items.write_datetime(number, 5, datetime.combine(due, datetime.min.time()), day)
        items.write_row(number, 6, ["包含一级响应机制、流程节点图", "已完成"])
        items.write_datetime(number, 8, done, day)
        items.write_row(number, 9, ["《流程V2.0》", "张三", "通过", number])
    book.close()


if __name__ == "__main__":
    main()
