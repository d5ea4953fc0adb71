"""``make bench``: the same eight checks of 100,000 action items by closeloop, by frictionless and by pandera, in one run.

All three begin with one frame of texts, as they are read from a sheet, and have to find the same faults: their number
by check is compared and printed. Processor time is counted, of one thread each. Ours is timed from the cells on, and
for the judging alone; reading the days is part of the former, and of the others' checks. They are given the few
words that stand in this frame, ours has all of its own.
"""

import argparse
import gc
import random
import re
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import frictionless
import pandas as pd
import pandera.pandas as pandera

from bench.trackers import DEPARTMENTS, PEOPLE, TODAY
from rules.handbook import RULES
from rules.judge import judge
from rules.table import Book
from rules.tuning import Tuning
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import template
from sync.snapshot import Snapshot, Tab
from sync.tables import read_tables

CODES = ("A101", "A102", "A103", "A105", "A106", "A108", "A109", "A110")
COLUMNS = ("description", "owner", "department", "due", "standard", "status", "done", "deliverable")
DONE = frozenset({"已完成", "已办结", "done"})
STATUSES = DONE | {"未开始", "进行中", "推进中", "in progress"}
NOTHING = frozenset({"", "待定", "同上", "tbd", "n/a"})
GROUPS = frozenset({"相关部门", "全体", "技术部"})
VAGUE = frozenset({"做好", "尽快完成", "保质保量"})
FAULTS: Mapping[str, tuple[str, ...]] = {
    "description": ("", "待定", "待定。", "TBD", "ＴＢＤ", "同上", "n/a"),
    "owner": ("", "张三、李四", "张三/李四", "张三／李四", *GROUPS),
    "department": ("", "技术部、市场部", "技术部／市场部", "N/A"),
    "due": ("", "尽快", "月底前", "2024-02-30", "ASAP"),
    "standard": ("", "做好", "尽快完成。", "保质保量", "TBD"),
    "status": ("80%", "差不多了"),
    "done": ("",),
    "deliverable": ("", "待定", "ＴＢＤ"),
}
"""What stands in a cell that is at fault."""

Found = Mapping[str, int]
_SEVERAL = "[、/]"


def frame(rows: int, *, share: float = 0.03, seed: int = 1) -> pd.DataFrame:
    """So many action items as people type them, all texts; in each column the share of the cells is at fault."""
    chance = random.Random(seed)
    lines = [_row(number, chance) for number in range(rows)]
    for line in lines:
        for key, faults in FAULTS.items():
            if chance.random() < share:
                line[key] = chance.choice(faults)
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype="str")


def _row(number: int, chance: random.Random) -> dict[str, str]:
    day = TODAY + timedelta(days=chance.randint(-300, 60))
    done = chance.random() < 0.7
    return {
        "description": f"输出《第{number}号流程V2.0》",
        "owner": chance.choice(PEOPLE),
        "department": chance.choice(DEPARTMENTS),
        "due": _typed(day, chance),
        "standard": f"完成{chance.randint(1, 40)}家试点客户部署",
        "status": chance.choice(
            ("已完成", "已办结", "Done") if done else ("未开始", "进行中", "推进中", "In progress")
        ),
        "done": _typed(min(day, TODAY), chance) if done else "",
        "deliverable": "《流程V2.0》" if done else "",
    }


def _typed(day: date, chance: random.Random) -> str:
    """A day in one of the ways in which people type it."""
    y, m, d = day.year, day.month, day.day
    return chance.choice((f"{day}", f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日"))


class Closeloop:
    """The eight rules, out of the catalogue that every pass applies; here they look at what is closed as well."""

    def __init__(self, given: pd.DataFrame) -> None:
        columns = template().tables["actions"].columns
        header = [columns[key].heads[0] for key in COLUMNS]
        cells = [[text or None for text in row] for row in given.itertuples(index=False, name=None)]
        self.snapshot = Snapshot((Tab("行动项跟踪表", [header, *cells]),), "bench")
        self.rules = [replace(rule, closed=True) for rule in RULES if rule.code in CODES]
        self.seconds = 0.0

    def __call__(self) -> Found:
        tables = read_tables(self.snapshot, template(), {}, TODAY)
        book = Book(tables, datetime.combine(TODAY, datetime.min.time()), calendar(today=TODAY), word_lists())
        started = time.process_time()
        findings = judge(book, self.rules, Tuning()).findings
        self.seconds = time.process_time() - started
        return Counter(finding.code for finding in findings)


class Frictionless:
    """A schema of texts, and a check of each row: constraints compare neither case nor width, and a column of dates
    has but one format."""

    def __init__(self, given: pd.DataFrame) -> None:
        self.given = given
        fields = [{"name": name, "type": "string"} for name in COLUMNS]
        self.schema = frictionless.Schema.from_descriptor({"missingValues": [], "fields": fields})

    def __call__(self) -> Found:
        resource = frictionless.Resource(data=self.given, schema=self.schema)
        report = resource.validate(frictionless.Checklist(checks=[_ActionItem()]), limit_errors=10_000_000)
        return Counter(error.note for error in report.tasks[0].errors)


class _ActionItem(frictionless.Check):
    Errors = [frictionless.errors.RowConstraintError]  # noqa: RUF012

    def validate_row(self, row: frictionless.Row) -> Iterator[frictionless.Error]:
        said = {name: _folded(row[name]) for name in COLUMNS}
        owner, department, standard = said["owner"], said["department"], said["standard"]
        faults = {
            "A101": said["description"] in NOTHING,
            "A102": not owner or bool(re.search(_SEVERAL, owner)),
            "A103": owner in GROUPS,
            "A105": department in NOTHING or bool(re.search(_SEVERAL, department)),
            "A106": not _is_day(said["due"]),
            "A108": standard in NOTHING or standard in VAGUE,
            "A109": said["status"] not in STATUSES,
            "A110": said["status"] in DONE and (not _is_day(said["done"]) or said["deliverable"] in NOTHING),
        }
        for code, fault in faults.items():
            if fault:
                yield frictionless.errors.RowConstraintError.from_row(row, note=code)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" 。").casefold()


def _is_day(text: str) -> bool:
    numbers = re.fullmatch(r"(\d{4})[-/.年](\d\d?)[-/.月](\d\d?)日?", text)
    try:
        return numbers is not None and date(*map(int, numbers.groups())) > date.min
    except ValueError:
        return False


class Pandera:
    """A schema of vectorised checks, all of them looked at (lazy)."""

    def __init__(self, given: pd.DataFrame) -> None:
        self.given = given
        checks = {
            "description": {"A101": lambda cells: ~_alike(cells).isin(NOTHING)},
            "owner": {
                "A102": lambda cells: cells.ne("") & ~_alike(cells).str.contains(_SEVERAL),
                "A103": lambda cells: ~_alike(cells).isin(GROUPS),
            },
            "department": {
                "A105": lambda cells: ~_alike(cells).isin(NOTHING) & ~_alike(cells).str.contains(_SEVERAL)
            },
            "due": {"A106": lambda cells: _days(cells).notna()},
            "standard": {"A108": lambda cells: ~_alike(cells).isin(NOTHING | VAGUE)},
            "status": {"A109": lambda cells: _alike(cells).isin(STATUSES)},
        }
        columns = {
            name: pandera.Column(str, [pandera.Check(check, name=code) for code, check in named.items()])
            for name, named in checks.items()
        }
        self.schema = pandera.DataFrameSchema(columns, checks=pandera.Check(_has_evidence, name="A110"))

    def __call__(self) -> Found:
        try:
            self.schema.validate(self.given, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            return Counter(cases.drop_duplicates(["check", "index"])["check"])
        return {}


def _alike(cells: "pd.Series[str]") -> "pd.Series[str]":
    return cells.str.normalize("NFKC").str.strip(" 。").str.casefold()


def _days(cells: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    numbers = cells.str.normalize("NFKC").str.extract(r"^(\d{4})[-/.年](\d\d?)[-/.月](\d\d?)日?$")
    return pd.to_datetime(
        numbers[0] + "-" + numbers[1] + "-" + numbers[2], format="%Y-%m-%d", errors="coerce"
    )


def _has_evidence(given: pd.DataFrame) -> "pd.Series[bool]":
    evidence = _days(given["done"]).notna() & ~_alike(given["deliverable"]).isin(NOTHING)
    return ~_alike(given["status"]).isin(DONE) | evidence


def main() -> None:
    """Measure all three, and fail if they do not find the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    given = frame(chosen.rows)
    ours = Closeloop(given)
    contestants = {"closeloop": ours, "pandera": Pandera(given), "frictionless": Frictionless(given)}
    figures: dict[str, list[float]] = {name: [] for name in (*contestants, "closeloop, judging alone")}
    gc.disable()
    found = {}
    for run in range(chosen.runs):
        for name, check in contestants.items():
            if name != "frictionless" or run == 0:  # it takes that long
                gc.collect()  # or one pays for what another has left; while it runs it does without, as the command line
                started = time.process_time()
                found[name] = check()
                figures[name].append(time.process_time() - started)
        figures["closeloop, judging alone"].append(ours.seconds)
    _report(chosen.rows, found, {name: statistics.median(times) for name, times in figures.items()})


def _report(rows: int, found: Mapping[str, Found], seconds: Mapping[str, float]) -> None:
    print(f"{rows:,} rows, {len(CODES)} checks")
    for name, counts in found.items():
        print(f"  {name:14}" + "  ".join(f"{code} {counts.get(code, 0)}" for code in CODES))
    for name, took in seconds.items():
        ratios = "  ".join(
            f"{took / seconds[other]:8.3f} of {other}" for other in ("pandera", "frictionless")
        )
        print(f"  {name:26} {took:8.2f} s  {ratios}")
    if any(counts.get(code) != found["closeloop"].get(code) for counts in found.values() for code in CODES):
        sys.exit("they do not find the same")


if __name__ == "__main__":
    main()
