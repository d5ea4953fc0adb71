"""The command notices: what the ledger says of each notice, and what people say of single ones."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sheet_templates import words
from sync.faults import UsageFault
from sync.ledger.notices import CLAIMED, FORGOTTEN, HELD, KNOWN, REFUSED, RETRY, STATES
from sync.terminal import machine_form
from sync.terminal.flowing import Flowing
from sync.terminal.printing import print_json, show
from sync.terminal.told import entries_section
from sync.tracker import find_tracker


@dataclass(frozen=True)
class _Saying:
    """What people can say of a notice: which ones it is about, what they become, and the sentences for it."""

    among: tuple[str, ...]
    becomes: str
    done: str
    not_done: str


_RELEASED = _Saying((CLAIMED, REFUSED, KNOWN, FORGOTTEN), RETRY, "released", "not_released")
_FORGOTTEN = _Saying((CLAIMED, HELD, RETRY, REFUSED, KNOWN), FORGOTTEN, "dropped", "not_dropped")


def show_notices(
    path: Path | None,
    config: Path | None,
    states: Sequence[str],
    kind: str,
    who: str,
    name: str | None,
    *,
    as_json: bool,
) -> None:
    """Print what is known of notices, the latest first; all but what was there before, if no state is asked for."""
    if unknown := [state for state in states if state not in STATES]:
        raise UsageFault(
            "--state {given!r} is not known; known are {known}", given=unknown[0], known=", ".join(STATES)
        )
    tracker = find_tracker(path, config, name)
    with closing(tracker.ledger()) as ledger:
        entries = ledger.notices.entries(states or [state for state in STATES if state != KNOWN], kind, who)
    if as_json:
        print_json({"notices": [machine_form.entry(each) for each in entries]})
        return
    language = words(tracker.settings.language)
    unsettled = any(each.state == CLAIMED for each in entries)
    show(
        entries_section(entries, language),
        Flowing(language["notices"]["claimed_hint"]) if unsettled else None,
    )


def release_notices(path: Path | None, config: Path | None, keys: Sequence[str], name: str | None) -> int:
    """Let notices be sent once more. Returns 1 where one could not be."""
    return _say(path, config, keys, name, _RELEASED)


def forget_notices(path: Path | None, config: Path | None, keys: Sequence[str], name: str | None) -> int:
    """Take notices as told. Returns 1 where one could not be."""
    return _say(path, config, keys, name, _FORGOTTEN)


def _say(
    path: Path | None, config: Path | None, keys: Sequence[str], name: str | None, saying: _Saying
) -> int:
    tracker = find_tracker(path, config, name)
    with tracker.alone(), closing(tracker.ledger()) as ledger:
        changed = ledger.notices.change(keys, saying.among, saying.becomes)
    texts = words(tracker.settings.language)["notices"]
    for key in keys:
        show(Flowing(texts[saying.done if key in changed else saying.not_done].format(key=key)))
    return int(len(changed) < len(keys))
