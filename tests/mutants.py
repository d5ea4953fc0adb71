"""``make mutants``: which small faults in ``rules/`` the tests find. Prints every one that they do not, and the share.

Each mutant lives in a process of its own, forked from one that has pandas and the like already and nothing of
``rules``. It is held against the tests that know its module, then against the cases of the rules that it concerns and
hundreds of labelled rows; it is killed by the first that fails, or by taking far too long, which is counted apart. With
line numbers it looks at these only:

    python -m tests.mutants rules/checks rules/owners.py:40-80
"""

import argparse
import ast
import importlib
import os
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import chinese_calendar  # noqa: F401
import holidays  # noqa: F401
import hypothesis  # noqa: F401
import numpy as np  # noqa: F401
import pandas as pd  # noqa: F401
import pytest
import yaml

from tests.mutations import Mutant, defined, mutants

ROOT = Path(__file__).parent.parent
_SECONDS = 120  # of work
_QUIETLY = (
    "-xq",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)
_DATES = ("A106", "A107", "A110", "A112", "A113", "T203", "M105", "M201", "M203")
_TOPICS = ("T201", "T202", "T203", "T204", "T206", "M204", "M207", "M209")

KNOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "absences": (("M111",), ("lists_of_people",)),
    "attendance": (("M108", "M110", "M111"), ("lists_of_people",)),
    "catalogue": (("A101", "A108", "A115"), ("handbook", "rules_command")),
    "cells": (("A101", "A106", "M101"), ("computed",)),
    "conclusions": (_TOPICS, ("computed",)),
    "directory": (("A104", "S005", "M208"), ("directory", "notices")),
    "facts": (
        ("A107", "A108", "A110", "A111", "A112", "A115", "A116", "A117", "A118", "A119", "M208"),
        ("computed", "worked_example", "plan_and_guard"),
    ),
    "findings": (("A101",), ("values", "rules_command")),
    "handbook": (("A101",), ("handbook", "rules_command")),
    "judge": (
        ("A101", "A106", "A107", "A109", "S001", "S003", "S004", "S006"),
        ("judge", "computed", "waivers", "rules_command", "quiet"),
    ),
    "meeting_facts": (
        ("M102", "M105", "M107", "M109", "M110", "M113", "T101", "T103", "T201", "M101"),
        ("computed",),
    ),
    "meetings": (("A115", "A118", "M107", "M204", "T206", "M207"), ("computed",)),
    "minutes_facts": (
        ("M201", "M202", "M203", "M204", "M205", "M207", "M209", "T201"),
        ("computed", "results_of_meetings", "report_figures"),
    ),
    "owners": (("A102", "A103", "A104", "M104", "T102"), ("readings", "importing", "import_sentences")),
    "proposals": ((), ("proposals",)),
    "relative_dates": ((), ("readings", "proposals", "importing")),
    "risk": ((), ("computed",)),
    "same_person": (("M202", "M208"), ("readings",)),
    "spelling": ((), ("readings", "proposals")),
    "table": (("A101", "T203", "S002"), ("tables",)),
    "topic_facts": (_TOPICS, ("computed", "results_of_meetings")),
    "tuning": (("M105", "A116"), ("handbook", "rules_command")),
    "typed_dates": (_DATES, ("readings", "tables", "proposals", "importing")),
    "typed_minutes": (("T101", "T103", "T205", "M113"), ("readings",)),
    "votes": (("T204",), ("readings",)),
    "waivers": (("S006", "A108"), ("readings", "waivers")),
    "wordlists": (("A101", "A103", "A108", "T201", "M112"), ("wordlists",)),
    "workdays": (("A112", "A116", "M105", "M203"), ("workdays", "computed")),
}
"""For each module that is no list of rules the rules whose cases know it best, and the tests (tests/test_….py)."""


class Fate(StrEnum):
    """What became of a mutant."""

    LIVES = "lives"
    KILLED = "killed"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class Source:
    """A module of the rules."""

    path: Path

    @property
    def name(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)

    def codes(self, place: str) -> tuple[str, ...]:
        """The rules whose cases may notice a fault in one of its functions or constants."""
        if self.path.stem in KNOWN:
            return KNOWN[self.path.stem][0]
        return tuple(sorted(_codes_behind(ast.parse(self.text), place)))

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def tests(self) -> list[str]:
        named = KNOWN.get(self.path.stem, ((), ()))[1]
        files = (ROOT / "tests" / f"test_{name}.py" for name in named)
        return [str(file) for file in files if file.exists()]


def _codes_behind(tree: ast.Module, place: str) -> Iterator[str]:
    """The codes of the rules of a module that use a function or a constant, directly or not."""
    uses = {defined(statement): _names_in(statement) for statement in tree.body}
    users = {place}
    while more := {name for name, used in uses.items() if used & users} - users:
        users |= more
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in users:
            yield from (code for each in statement.decorator_list if (code := _code_of(each, tree)))


def _names_in(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _code_of(decorator: ast.expr, tree: ast.Module) -> str:
    match decorator:
        case ast.Call(func=ast.Name(id="rule"), args=[ast.Constant(value=str(code)), *_]):
            return code
        case ast.Call(func=ast.Name(id="rule")):
            return "S006"
    return ""


def fate(source: Source, mutant: Mutant | None) -> Fate:
    """What the tests make of a fault (or of none) in a module: asked of a process of its own."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 1))  # others may be at work beside it
        signal.alarm(10 * _SECONDS)
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            passed = _passes(source, mutant)
        os._exit(0 if passed else 1)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGALRM}:
        return Fate.TIMED_OUT
    return Fate.LIVES if status == 0 else Fate.KILLED


def _passes(source: Source, mutant: Mutant | None) -> bool:
    try:
        if mutant is not None:
            _load(source, compile(mutant.tree, str(source.path), "exec"))
        if source.tests and pytest.main([*_QUIETLY, *source.tests]) != 0:
            return False
        _run_cases(source.codes(mutant.place if mutant else ""))
        _judge_labelled()
        return True
    except BaseException:
        return False


def _load(source: Source, code: CodeType) -> None:
    """Have a module with a fault in it instead of the sound one."""
    if source.path.stem in KNOWN:
        sys.meta_path.insert(0, _Finder(source, code))  # type: ignore[arg-type]
        return
    import rules.checks
    import rules.handbook

    faulty = ModuleType(source.name)
    exec(code, vars(faulty))
    setattr(rules.checks, source.path.stem, faulty)
    catalogue = importlib.reload(rules.handbook).RULES
    for module in list(sys.modules.values()):
        if "RULES" in vars(module):
            module.RULES = catalogue  # type: ignore[attr-defined]


class _Loader(SourceFileLoader):
    """Loads a module with a fault in it."""

    def __init__(self, source: Source, code: CodeType) -> None:
        super().__init__(source.name, str(source.path))
        self.code = code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return self.code


@dataclass(frozen=True)
class _Finder:
    source: Source
    code: CodeType

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != self.source.name:
            return None
        return spec_from_file_location(name, self.source.path, loader=_Loader(self.source, self.code))


def _judge_labelled() -> None:
    """Judge the rows and phrases that people have labelled, which concern nearly all of the rules."""
    from tests.test_held_out import test_just_these_rows_are_judged_otherwise
    from tests.test_phrases import test_just_these_are_judged_otherwise_than_people_would

    test_just_these_rows_are_judged_otherwise()
    test_just_these_are_judged_otherwise_than_people_would()


def _run_cases(codes: Sequence[str]) -> None:
    """Judge the cases of some rules, and read what is said of them."""
    from tests.messages.every_message import FOLDER, messages_of
    from tests.rule_cases import cases_of
    from tests.test_quiet import test_every_rule_says_what_it_relies_on
    from tests.test_rule_cases import test_case
    from tests.test_values import test_values_are_frozen

    test_values_are_frozen()
    test_every_rule_says_what_it_relies_on()
    for code in codes:
        for case in cases_of(code):
            test_case(case)
    read = (FOLDER / "zh-CN.txt").read_text("utf-8")
    assert all(messages_of(code, "zh-CN") in read for code in codes)


def main() -> None:
    """Try every mutant of some modules."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=["rules"])
    parser.add_argument("--every", type=int, default=1, help="try but each so many-th mutant of a module")
    parser.add_argument(
        "--from", type=int, default=0, dest="offset", help="leave out so many before the first"
    )
    asked = parser.parse_args()
    tried: list[tuple[Mutant, Fate]] = []
    _read_data()
    chosen = list(_chosen(asked.modules))
    for source, lines in sorted(chosen, key=lambda each: each[0].path.stem not in KNOWN):
        if source.path.stem not in KNOWN:
            _warm_up()
        of_lines = [mutant for mutant in mutants(source.text) if mutant.line in lines]
        mine = [(mutant, _tried(source, mutant)) for mutant in of_lines[asked.offset :: asked.every]]
        if Fate.LIVES not in {became for _, became in mine} and fate(source, None) is not Fate.LIVES:
            sys.exit(f"{source.name}: its tests fail without any fault in it")
        _say(source.name, mine)
        tried += mine
    _say("together", tried)
    _say("but for changed texts", [each for each in tried if not each[0].text])


def _read_data() -> None:
    """Have the tests' YAML in mind already: to parse it takes longer than most mutants live."""
    yaml.safe_load = cache(yaml.safe_load)
    for path in (ROOT / "tests").rglob("*.yml"):
        yaml.safe_load(path.read_text("utf-8"))


def _warm_up() -> None:
    """Have the rules and what they keep in mind in this process already: lists of rules are exchanged in its children."""
    from tests import rule_cases

    _run_cases(["A101"])
    rule_cases.forget()


def _tried(source: Source, mutant: Mutant) -> Fate:
    became = fate(source, mutant)
    if became is not Fate.KILLED:
        _print(f"  {became}: {source.path.relative_to(ROOT)}:{mutant}")
    return became


def _say(name: str, tried: Sequence[tuple[Mutant, Fate]]) -> None:
    slow = sum(became is Fate.TIMED_OUT for _, became in tried)
    killed = sum(became is not Fate.LIVES for _, became in tried)
    _print(
        f"{name:36} {killed:5} of {len(tried):5} killed  {killed / max(1, len(tried)):6.1%}, {slow} for taking too long"
    )


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _chosen(asked: Sequence[str]) -> Iterator[tuple[Source, range]]:
    for text in asked:
        name, _, lines = text.partition(":")
        first, _, last = lines.partition("-")
        wanted = range(int(first), int(last or first) + 1) if lines else range(1, 100_000)
        path = (ROOT / name).resolve()
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.stem != "__init__":
                yield Source(file), wanted


if __name__ == "__main__":
    main()
