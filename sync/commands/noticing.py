"""The command notices: what the ledger says of each notice, and what people say of single ones."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sheet_templates import words
from sync.faults import UsageFault
from sync.ledger.notices import CLAIMED, FORGOTTEN, HELD, KNOWN, REFUSED, RETRY, STATES
from sync.tell.notice import Kind
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
    tracker = find_tracker(path, config, name)
    language = words(tracker.settings.language)
    states = [_meant("state", state, STATES, language["notices"]) for state in states]
    kind = _meant("kind", kind, tuple(Kind), language["kinds"]) if kind else ""
    with closing(tracker.ledger()) as ledger:
        entries = ledger.notices.entries(states or [state for state in STATES if state != KNOWN], kind, who)
    if as_json:
        print_json({"notices": [machine_form.entry(each) for each in entries]})
        return
    unsettled = any(each.state == CLAIMED for each in entries)
    show(
        entries_section(entries, language),
        Flowing(language["notices"]["claimed_hint"]) if unsettled else None,
    )


def _meant(option: str, given: str, known: Sequence[str], texts: Mapping[str, str]) -> str:
    """The state or kind that is meant, by its name or as the list shows it. Raises UsageFault for anything else."""
    for each in known:
        if given in (each, texts[each]):
            return each
    raise UsageFault(
        "--{option} {given!r} is not known; known are {known}",
        option=option,
        given=given,
        known=", ".join(f"{each} ({texts[each]})" for each in known),
    )


def release_notices(path: Path | None, config: Path | None, keys: Sequence[str], name: str | None) -> int:
    """Let notices be sent once more. Returns 2 where one could not be."""
    return _say(path, config, keys, name, _RELEASED)


def forget_notices(path: Path | None, config: Path | None, keys: Sequence[str], name: str | None) -> int:
    """Take notices as told. Returns 2 where one could not be."""
    return _say(path, config, keys, name, _FORGOTTEN)


def _say(
    path: Path | None, config: Path | None, keys: Sequence[str], name: str | None, saying: _Saying
) -> int:
    tracker = find_tracker(path, config, name)
    with tracker.alone(), closing(tracker.ledger()) as ledger:
        there = {each.key for each in ledger.notices.entries()}
        if unknown := [key for key in keys if key not in there]:
            raise UsageFault(
                "there is no notice {key}; 'closeloop notices' lists them with their keys", key=unknown[0]
            )
        changed = ledger.notices.change(keys, saying.among, saying.becomes)
    texts = words(tracker.settings.language)["notices"]
    for key in keys:
        show(Flowing(texts[saying.done if key in changed else saying.not_done].format(key=key)))
    return UsageFault.exit_code if len(changed) < len(keys) else 0
