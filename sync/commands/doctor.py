"""The command doctor: says of everything that a pass needs whether it is in order, and what to do."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from sheet_templates import Words, words
from sync.diagnosis import Diagnosis, State, bad
from sync.faults import Fault, SettingsFault, UsageFault, in_words
from sync.running.examining import examined
from sync.settings import Settings
from sync.terminal.flowing import Flowing, add_row, listing
from sync.terminal.printing import print_json, show
from sync.tracker import find_tracker, tracker_names

_SIGNS = {State.GOOD: ("✓", "green"), State.WARNING: ("!", "yellow"), State.BAD: ("✗", "red")}

Found = tuple[Sequence[Diagnosis], Words]
"""What was found of one tracker, and the language to say it in."""


def examine(
    path: Path | None,
    config: Path | None,
    name: str | None,
    now: datetime | None,
    send_test: str | None,
    *,
    as_json: bool,
) -> int:
    """Print one line for each thing looked at, of the tracker or of each one in the settings.

    Returns 1 if one of them does not work.
    """
    names = _names(path, config, name)
    forms: dict[str | None, list[dict[str, Any]]] = {}
    is_bad = False
    for each in names:
        found, language = _found(path, config, each, now, send_test)
        is_bad |= any(one.state is State.BAD for one in found)
        if as_json:
            forms[each] = [_machine(one, language) for one in found]
        else:
            show(Flowing(f"\n{each}", style="bold") if len(names) > 1 else None, *_lines(found, language))
    if as_json:
        print_json(forms if len(names) > 1 else forms[names[0]])
    return int(is_bad)


def _names(path: Path | None, config: Path | None, name: str | None) -> Sequence[str | None]:
    """The trackers to look at. What is wrong with the settings is said where they are looked at."""
    try:
        return [name] if name else tracker_names(path, config) or [None]
    except SettingsFault:
        return [None]


def _found(
    path: Path | None, config: Path | None, name: str | None, now: datetime | None, send_test: str | None
) -> Found:
    try:
        if name is None:
            tracker_names(path, config)  # two trackers that are one to the ledger
        tracker = find_tracker(path, config, name)
    except UsageFault:
        raise
    except SettingsFault as fault:
        return [bad("settings", "fault", fault=fault)], words(Settings().language)
    return [*examined(tracker, tracker.moment(now), send_test)], words(tracker.settings.language)


def _machine(found: Diagnosis, language: Words) -> dict[str, Any]:
    fields = {key: str(value) if isinstance(value, Fault) else value for key, value in found.fields.items()}
    return {
        "name": found.name,
        "state": found.state.value,
        "variant": found.variant,
        "fields": fields,
        "sentence": _sentence(found, language),
    }


def _lines(found: Iterable[Diagnosis], language: Words) -> Iterator[RenderableType]:
    grid = listing("", "", "")
    for each in found:
        sign, style = _SIGNS[each.state]
        add_row(
            grid,
            Flowing(sign, style=style),
            language["doctor_names"][each.name],
            Flowing(_sentence(each, language)),
        )
    yield grid


def _sentence(found: Diagnosis, language: Words) -> str:
    """What is said of it; a fault speaks for itself, lists are joined."""
    fault = found.fields.get("fault")
    if isinstance(fault, Fault):
        advice = language["doctor"].get(found.fields.get("advice", ""), "")
        return fault.said(language.groups.get("faults", {})) + advice
    comma = language["report"]["comma"]
    faults = language.groups.get("faults", {})
    fields = {
        key: comma.join(value) if isinstance(value, list) else in_words(value, faults)
        for key, value in found.fields.items()
    }
    return language["doctor"][f"{found.name}.{found.variant}"].format(**fields)
