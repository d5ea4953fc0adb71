"""The arguments and options that several commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sync.faults import UsageFault

Workbook = Annotated[
    Path | None, typer.Argument(metavar="[PATH]", help="Workbook (.xlsx), or a settings file (.toml).")
]
Config = Annotated[
    Path | None,
    typer.Option("-c", "--config", metavar="FILE", help="Settings file [default: ./closeloop.toml]."),
]
Now = Annotated[
    str | None, typer.Option(metavar="MOMENT", help="Take this as the present, such as 2024-06-03T10:00.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the stable machine form.")]
Book = Annotated[
    Path | None,
    typer.Option("-w", "--workbook", metavar="FILE", help="Workbook (.xlsx), or a settings file (.toml)."),
]
Named = Annotated[
    str | None, typer.Option("--tracker", metavar="NAME", help="Which of the settings' several trackers.")
]
Most = Annotated[int | None, typer.Option("-n", metavar="N", min=1, help="How many to show [default: 20].")]
Keys = Annotated[list[str], typer.Argument(metavar="KEY...", help="As `closeloop notices` shows them.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only what needs a person.")]
Jobs = Annotated[
    int, typer.Option("--jobs", metavar="N", min=1, max=64, help="Of several trackers, so many at a time.")
]
Language = Annotated[str, typer.Option("--language", help="zh-CN, zh-TW or en.")]


def moment_of(text: str | None) -> datetime | None:
    """What ``--now`` was given. Raises UsageFault for what is no moment."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault("--now takes a moment such as 2024-06-03T10:00, not {given!r}", given=text) from None
    if not 1990 < moment.year < 2100:
        raise UsageFault("--now takes a moment of this age, not {given!r}", given=text)
    return moment
