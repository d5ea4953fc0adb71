"""What each command does: opens a tracker, makes a pass over it, prints the report."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from rules.findings import Severity
from rules.handbook import RULES, by_code, examples
from rules.tuning import Tuning
from sheet_templates import LANGUAGES, Words, template, words
from sheet_templates.demo import demo
from sync import machine_form, report
from sync.faults import BusyFault, DeliveryFault, LedgerFault, UsageFault, WorkbookFault
from sync.into import add_tabs
from sync.new_workbook import Content, write_workbook
from sync.settings import Settings, read_settings
from sync.settings_file import settings_file
from sync.terminal import complain
from sync.tracker import USUAL_SETTINGS, Tracker, find_tracker
from sync.worker import Judged, Pass, look, run_pass


def init_files(path: Path, language: str) -> Iterator[Path]:
    """Write an empty workbook and its settings; yields what was written. Overwrites nothing."""
    _check_language(language)
    if path.suffix.lower() != ".xlsx":
        raise UsageFault("an empty workbook ends in .xlsx, {file!r} does not", file=path.name)
    if path.exists():
        raise UsageFault("{file} exists already and is not overwritten; choose another name", file=path)
    _write_new(path, language, None)
    yield path
    yield from _settings_beside(path, language)


def init_into(path: Path, language: str) -> Iterator[Path | str]:
    """Add the template's tabs to a workbook that people have, and settings beside it; yields what was done."""
    _check_language(language)
    texts = words(language)["report"]
    beside = path.with_name(USUAL_SETTINGS.name)
    settings = read_settings(beside) if beside.exists() else Settings()
    if settings.workbook is None or (beside.parent / settings.workbook).resolve() != path.resolve():
        settings = Settings()  # those are of another workbook
    added = add_tabs(path, words(language), settings)
    said = texts["tabs_added"] if added else texts["no_tabs_added"]
    yield said.format(file=path, tabs=texts["comma"].join(added))
    yield from _settings_beside(path, language)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise UsageFault(
            "--language takes {known}, not {given!r}", known=", ".join(LANGUAGES), given=language
        )


def _settings_beside(path: Path, language: str) -> Iterator[Path]:
    settings = path.with_name(USUAL_SETTINGS.name)
    if not settings.exists():
        settings.write_text(settings_file(Path(path.name), language), "utf-8")
        yield settings


def check_workbook(path: Path | None, config: Path | None, now: datetime | None, *, as_json: bool) -> int:
    """Judge a workbook and print every finding. Returns 1 if there are errors."""
    tracker = find_tracker(path, config)
    judged = _look(tracker, now)
    language = words(tracker.settings.language)
    judgement = judged.judgement
    if as_json:
        _print_json(machine_form.checked(judgement, language, template()))
    else:
        _show(
            report.read_section(judgement, language),
            report.findings_section(judgement, language, template()),
            report.every_finding(judgement, language, template()) if judgement.findings else None,
            report.silent_section(judgement, language, template()),
        )
    return int(any(finding.severity is Severity.ERROR for finding in judgement.findings))


def plan_workbook(path: Path | None, config: Path | None, now: datetime | None, *, as_json: bool) -> None:
    """Print what a run would write, and whom it would tell."""
    tracker = find_tracker(path, config)
    judged = _look(tracker, now)
    with closing(tracker.ledger()) as ledger:
        fresh = ledger.unknown(judged.notices)
    language = words(tracker.settings.language)
    if as_json:
        _print_json(machine_form.planned(judged, fresh))
        return
    _show(
        report.plan_section(judged.plan, language, template(), done=False),
        report.every_change(judged.plan) if judged.plan.cells else None,
        report.notices_section(fresh, language, done=False),
        report.missed_section(judged.missed, language),
    )


def run_workbook(path: Path | None, config: Path | None, now: datetime | None, *, as_json: bool) -> int:
    """Make one pass and print what happened. Returns the exit code: that of BusyFault where the workbook could
    not be written, that of DeliveryFault where mail failed for now; an address that is refused for good is
    reported, not alarmed about each hour."""
    tracker = find_tracker(path, config)
    moment = tracker.moment(now)
    done = _run(tracker, moment)
    if as_json:
        _print_json(machine_form.ran(done))
    else:
        _show(*_pass_report(done, tracker, moment))
    if done.busy:
        complain(done.busy)
        return BusyFault.exit_code
    return DeliveryFault.exit_code if any(not delivery.permanent for _, delivery in done.failed) else 0


def run_demo(folder: Path) -> None:
    """Write the demonstration into a folder, anew each time, run one pass over it and print what happened."""
    path = folder / "tracker.xlsx"
    tracker = Tracker(path, Settings(workbook=Path(path.name)), folder)
    shown = demo()
    try:
        _clear_demo(folder, tracker)
        _write_new(path, tracker.settings.language, Content(shown.rows, shown.merged, shown.without))
        settings = settings_file(Path(path.name), tracker.settings.language)
        (folder / USUAL_SETTINGS.name).write_text(settings, "utf-8")
    except OSError as reason:
        raise UsageFault(
            "{file} cannot be written ({detail}); choose another folder", file=folder, detail=reason.strerror
        ) from None
    done = _run(tracker, shown.now)
    _show(*_pass_report(done, tracker, shown.now))


def _clear_demo(folder: Path, tracker: Tracker) -> None:
    """Make room for the demonstration, in a folder that is empty or holds a former one; never anything else."""
    mark = folder / ".closeloop-demo"
    if folder.exists() and not folder.is_dir():
        raise UsageFault("{file} is a file; the demonstration needs a folder", file=folder)
    if folder.exists() and not mark.exists() and any(folder.iterdir()):
        raise UsageFault(
            "{file} holds other files, which the demonstration does not touch; choose a new folder",
            file=folder,
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
    for former in (tracker.path, folder / USUAL_SETTINGS.name):
        former.unlink(missing_ok=True)
    shutil.rmtree(tracker.folder, ignore_errors=True)


def list_rules(config: Path | None, *, as_json: bool) -> None:
    """Print the catalogue as the settings tune it."""
    settings = (
        read_settings(config)
        if config
        else read_settings(USUAL_SETTINGS)
        if USUAL_SETTINGS.exists()
        else Settings()
    )
    language = words(settings.language)
    rows = [_rule_row(rule.code, settings.tuning, language) for rule in RULES]
    if as_json:
        _print_json(rows)
        return
    texts = language["report"]
    grid = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for head in (texts["code"], texts["severity"], texts["title"], texts["cites"], texts["parameters"]):
        grid.add_column(head, overflow="fold")
    for row in rows:
        severity = language["severity"][row["severity"]] if row["on"] else texts["off"]
        parameters = ", ".join(f"{name}={value}" for name, value in row["parameters"].items())
        grid.add_row(row["code"], severity, row["title"], row["cites"], parameters)
    _show(grid)


def explain_rule(code: str) -> None:
    """Print a rule's documentation."""
    try:
        rule = by_code(code)
    except KeyError:
        raise UsageFault("there is no rule {code!r}; 'closeloop rules' lists them", code=code) from None
    out = report.console()
    out.print(Text(f"{rule.code} {rule.name} ({rule.severity.value})", style="bold"))
    out.print(Text(words("zh-CN")["titles"][rule.code]))
    out.print(Text(f"\n{rule.documentation}\n"))
    out.print(Text(f"Source: {rule.cites}"))
    for name, default in rule.parameters.items():
        out.print(Text(f"Parameter: {name} = {default!r}  ([rules.{rule.code}] {name} = …)"))
    shown = examples().get(rule.code, {})
    for title, texts in (("Passes:", shown.get("passes", ())), ("Is caught:", shown.get("caught", ()))):
        if texts:
            out.print(Text(f"\n{title}"))
            out.print(Text("\n".join(f"  {text}" for text in texts)))


def _rule_row(code: str, tuning: Tuning, language: Words) -> dict[str, Any]:
    rule = by_code(code)
    return {
        "code": rule.code,
        "severity": tuning.severity(rule).value,
        "title": language["titles"][rule.code],
        "cites": rule.cites,
        "on": tuning.is_on(rule),
        "parameters": dict(tuning.parameters(rule)),
    }


def _look(tracker: Tracker, now: datetime | None) -> Judged:
    """Judge without writing: with what the ledger remembers if there is one, and making none."""
    with closing(tracker.ledger()) as ledger:
        try:
            states = ledger.row_states()
        except LedgerFault as fault:  # what was remembered only adds to a look
            complain(fault)
            states = None
    return look(tracker.book, tracker.settings, tracker.moment(now), states)


def _run(tracker: Tracker, now: datetime) -> Pass:
    with closing(tracker.ledger()) as ledger:
        return run_pass(tracker.book, ledger, tracker.channel(), tracker.settings, now)


def _pass_report(done: Pass, tracker: Tracker, now: datetime) -> list[RenderableType | None]:
    language, judged = words(tracker.settings.language), done.judged
    window = tracker.settings.reminders
    held = language["report"]["held"].format(
        count=len(done.held), start=f"{window.send_from:%H:%M}", end=f"{window.send_until:%H:%M}"
    )
    files = [("workbook", tracker.path), ("ledger", tracker.ledger_place)]
    if tracker.settings.mail.channel == "outbox":
        files.append(("outbox", tracker.outbox))
    return [
        report.heading(now, language),
        report.read_section(judged.judgement, language),
        report.findings_section(judged.judgement, language, template()),
        report.plan_section(judged.plan, language, template(), done=True),
        report.notices_section(done.told, language, done=True),
        Text(held) if done.held else None,
        report.missed_section(judged.missed, language),
        report.failed_section(done.failed, language),
        report.silent_section(judged.judgement, language, template()),
        report.files_section(files, language),
    ]


def _write_new(path: Path, language: str, content: Content | None) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(path, template(), words(language), content)
    except OSError as reason:
        raise WorkbookFault("{file} cannot be written: {detail}", file=path, detail=reason.strerror) from None


def _show(*parts: RenderableType | None) -> None:
    out: Console = report.console()
    for part in parts:
        if part is not None:
            out.print(part)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))  # noqa: T201 - what the command is for
