"""The command why: how one row came to be judged as it is, who was told what, and why somebody was not."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import RenderableType

from rules.table import Book
from rules.workdays import holiday_name
from sheet_templates import Words, template, words
from sync.faults import UsageFault
from sync.looking import look
from sync.memory import recall
from sync.reasons_of_a_row import Day, Desk, Reasons, find_id, folded, near_ids, reasons
from sync.sentences import sentence, worst_first
from sync.telling import may_send
from sync.terminal import machine_form
from sync.terminal.flowing import Flowing
from sync.terminal.printing import print_json, show
from sync.tracker import Tracker, find_tracker


def explain_row(
    given: str,
    path: Path | None,
    config: Path | None,
    now: datetime | None,
    *,
    as_json: bool,
    name: str | None = None,
) -> None:
    """Print all that can be said of one action item. Raises UsageFault where the table has no such number."""
    tracker = find_tracker(path, config, name)
    language = words(tracker.settings.language)
    row_id, desk = _desk(given, tracker, tracker.moment(now), language)
    rows = list(reasons(row_id, desk))
    if as_json:
        print_json([_machine(row, language) for row in rows])
        return
    for row in rows:
        show(*_sections(row, desk, language))


def _desk(given: str, tracker: Tracker, now: datetime, language: Words) -> tuple[str, Desk]:
    settings = tracker.settings
    with closing(tracker.ledger()) as ledger:
        judged = look(tracker.book(now), settings, now, recall(ledger, now), tracker.shelf())
        row_id = find_id(given, judged.ids)
        if row_id is None:
            raise _unknown(given, near_ids(given, judged.ids))
        told = ledger.notices.told(row_id)
    labels = _labels(judged.judgement.book)
    return row_id, Desk(
        judged.judgement,
        judged.risks,
        judged.ids,
        judged.notices,
        judged.missed,
        told,
        may_send(judged.judgement.book, settings, now),
        settings.reminders.due_soon_days,
        lambda day: labels.get(day) or _public_name(day, settings.calendar.country, language),
    )


def _unknown(given: str, near: list[str]) -> UsageFault:
    if near:
        return UsageFault(
            "no row has the number {given!r}; near are {near}", given=given, near=", ".join(near)
        )
    return UsageFault("no row has the number {given!r}; 'closeloop check' lists what was found", given=given)


def _labels(book: Book) -> dict[date, str]:
    """What the 工作日历 tab calls its days."""
    days = book.get("days")
    if days is None:
        return {}
    known = days.frame[days.day.notna() & days.label.ne("")]
    return {day.date(): label for day, label in zip(known.day, known.label, strict=True)}


def _public_name(day: date, country: str, language: Words) -> str:
    name = holiday_name(country, day)
    return language["holidays"].get(name, name)


def _sections(row: Reasons, desk: Desk, language: Words) -> Iterator[RenderableType]:
    texts, facts = language["why"], row.facts
    yield Flowing(f"{row.id}  {facts['description']}  ({row.tab}!{row.row})", style="bold")
    fields = _fields(row, desk, language)
    yield Flowing(
        texts["status"].format(
            computed=language["status"][facts["computed"]],
            reason=texts[f"status_{row.status_because}"].format(**fields),
        )
    )
    yield Flowing(_lateness(row, language, fields))
    for line in _day_lines(row.days, language):
        yield Flowing(line, style="dim")
    level = language["risk"].get(row.risk, texts["unknown"])
    yield Flowing(
        texts["risk"].format(risk=level, reason=texts[f"risk_{row.risk or 'none'}"].format(**fields))
    )
    for title, lines in (
        ("found", list(_found(row, language))),
        ("waived", [f"{each.code} {sentence(each, language, template())}" for each in row.waived]),
        ("told", list(_told(row, language))),
        ("not_told", list(_not_told(row, desk, language))),
    ):
        if lines:
            yield Flowing("\n" + texts[title], style="bold blue")
            yield Flowing("\n".join(f"  {line}" for line in lines))


def _fields(row: Reasons, desk: Desk, language: Words) -> dict[str, Any]:
    facts = row.facts
    days = {
        key: f"{facts[key]:%Y-%m-%d}" if pd.notna(facts[key]) else language["why"]["unknown"]
        for key in ("due", "done", "expected")
    }
    late = 0 if pd.isna(facts["late_days"]) else int(facts["late_days"])
    return {**days, "typed": facts["status_typed"], "late": late, "soon": desk.due_soon_days}


def _lateness(row: Reasons, language: Words, fields: dict[str, Any]) -> str:
    texts, facts = language["why"], row.facts
    if facts["computed"] == "cancelled":
        return texts["late_cancelled"]
    if pd.isna(facts["due"]):
        return texts["late_no_due"]
    key = "late" if not facts["on_time"] else "late_done_in_time" if facts["finished"] else "late_not"
    more = " " + language["message"]["estimated"] if facts["estimated"] and not facts["on_time"] else ""
    return texts[key].format(**fields) + more


def _day_lines(days: tuple[Day, ...], language: Words) -> Iterator[str]:
    first, between, last = folded(days)
    yield from (_day_line(day, language) for day in first)
    if between:
        working = sum(day.late > 0 for day in between)
        yield "  " + language["why"]["folded"].format(days=len(between), working=working)
    yield from (_day_line(day, language) for day in last)


def _day_line(day: Day, language: Words) -> str:
    texts = language["why"]
    what = texts["day_counts"].format(count=day.late) if day.late else texts["day_off"]
    weekday = texts["weekdays"].split()[day.day.weekday()]
    return f"  {day.day:%Y-%m-%d} {weekday}  {what}" + (f"  {day.label}" if day.label else "")


def _found(row: Reasons, language: Words) -> Iterator[str]:
    for finding in worst_first(row.findings):
        mark = " " + language["report"]["is_old"] if finding.old else ""
        severity = language["severity"][finding.severity]
        yield f"{finding.code}{mark} ({severity}) {sentence(finding, language, template())}"
    if any(finding.old for finding in row.findings):
        yield language["why"]["old"]


def _told(row: Reasons, language: Words) -> Iterator[str]:
    for told in row.told:
        state = language["why"][f"state_{told.state}"]
        detail = f" ({told.detail})" if told.detail and told.state != "sent" else ""
        kind = language["kinds"].get(told.kind, told.kind)
        to = f"{told.name} <{told.email}>" if told.email else told.name  # a group has no address
        yield f"{told.moment:%Y-%m-%d %H:%M}  {kind}  {to}  {state}{detail}"


def _not_told(row: Reasons, desk: Desk, language: Words) -> Iterator[str]:
    texts = language["why"]
    for each in row.pending:
        if each.reason.startswith("missed_"):
            yield f"{each.name or texts['unknown']}: {language['report'][each.reason]}"
        else:
            copy = language["kinds"]["copy"] if each.copy else ""
            reason = texts["already"] if each.reason == "sent" else texts[f"state_{each.reason}"]
            yield f"{language['kinds'][each.kind]}{copy} {each.name}: {reason}"
    if row.silence:
        yield texts[f"silence_{row.silence}"].format(**_fields(row, desk, language))
    if any(each.kind in {"risk", "overdue"} for each in row.pending):
        yield texts["highest_rung"]


def _machine(row: Reasons, language: Words) -> dict[str, Any]:
    """The machine form: dates as ISO texts, days in full."""
    facts = row.facts
    return {
        "id": row.id,
        "row": row.row,
        "tab": row.tab,
        "status": {
            "typed": facts["status_typed"],
            "computed": facts["computed"],
            "because": row.status_because,
        },
        "due": _iso(facts["due"]),
        "done": _iso(facts["done"]),
        "late_days": None if pd.isna(facts["late_days"]) else int(facts["late_days"]),
        "estimated": bool(facts["estimated"]),
        "days": [{"day": day.day.isoformat(), "late": day.late, "label": day.label} for day in row.days],
        "risk": row.risk,
        "findings": [machine_form.finding_form(each, language, template()) for each in row.findings],
        "waived": [machine_form.finding_form(each, language, template()) for each in row.waived],
        "told": [{**told._asdict(), "moment": told.moment.isoformat()} for told in row.told],
        "pending": [each._asdict() for each in row.pending],
        "silence": row.silence,
    }


def _iso(moment: Any) -> str | None:
    return None if pd.isna(moment) else moment.date().isoformat()
