"""The command schedule: how to have closeloop run each hour, for cron, systemd and Windows."""

import shlex
import sys
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sheet_templates import words
from sync.books.google.address import is_address
from sync.commands.several import CLOSELOOP
from sync.faults import UsageFault
from sync.terminal.flowing import Flowing
from sync.terminal.printing import show
from sync.tracker import USUAL_SETTINGS, find_tracker, tracker_names

_MINUTES = tuple(minute for minute in range(3, 58) if minute % 2 and minute not in {29, 31})
"""Minutes at which few others run anything."""

_UNIT = """\
# /etc/systemd/system/{name}.service
[Unit]
Description={name}
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={command}

# /etc/systemd/system/{name}.timer
[Unit]
Description={name}

[Timer]
OnCalendar=*:{minute:02d}
Persistent=true

[Install]
WantedBy=timers.target
"""


class Timetable(NamedTuple):
    """An hourly pass: what ``run`` is told, the folder in which it runs, the minute, and what it is called."""

    arguments: tuple[str, ...]
    folder: Path
    minute: int
    name: str

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command, with the program of this installation; it prints only what needs a person."""
        return (*_program(), "run", *self.arguments, "--quiet")


def show_schedule(path: Path | None, config: Path | None, name: str | None, kind: str | None) -> None:
    """Print how to run this tracker, or all of the settings file, each hour: one ``kind``, or all."""
    language = words(_language(path, config, name))["schedule"]
    hourly = timetable(path, config, name)
    kinds = {"cron": cron(hourly), "systemd": systemd(hourly), "windows": windows(hourly)}
    if kind is not None and kind not in kinds:
        raise UsageFault("--kind takes {known}, not {given!r}", known=", ".join(kinds), given=kind)
    for each in [kind] if kind else kinds:
        if not kind:
            show(Flowing(f"{language[each]}\n", style="bold"))
        sys.stdout.write(kinds[each] + ("" if kind else "\n"))


def timetable(path: Path | None, config: Path | None, name: str | None) -> Timetable:
    """The hourly command for what the command line names, with absolute paths. Raises as ``find_tracker`` does."""
    if name is not None or not tracker_names(path, config):
        find_tracker(path, config, name)  # says what is wrong with the settings
    place = (config or (None if _is_online(path) else path) or USUAL_SETTINGS).absolute()
    arguments = (*_places(path, config), *(("--tracker", name) if name else ()))
    called = "-".join(["closeloop", *([name] if name else [place.parent.name or "tracker"])])
    return Timetable(arguments, place.parent, minute_of(place), _plain(called))


def minute_of(place: Path) -> int:
    """The minute of the hour for a place: always the same one, and different ones for different places."""
    number = int.from_bytes(sha256(str(place).encode("utf-8", "surrogateescape")).digest()[:4])
    return _MINUTES[number % len(_MINUTES)]


def cron(hourly: Timetable) -> str:
    """A line of a crontab; cron takes a percent sign for the end of the line."""
    line = f"cd {shlex.quote(str(hourly.folder))} && {shlex.join(hourly.command)}".replace("%", r"\%")
    return f"{hourly.minute} * * * * {line}\n"


def systemd(hourly: Timetable) -> str:
    """A service and its timer."""
    command = " ".join(_quoted_for_systemd(word) for word in hourly.command)
    folder = str(hourly.folder).replace("%", "%%")
    return _UNIT.format(name=hourly.name, folder=folder, command=command, minute=hourly.minute)


def windows(hourly: Timetable) -> str:
    """A command for the Windows prompt that makes an hourly task."""
    command = " ".join(f'\\"{word}\\"' if not word.startswith("-") else word for word in hourly.command)
    return f'schtasks /Create /TN "{hourly.name}" /SC HOURLY /ST 00:{hourly.minute:02d} /TR "{command}"\n'


def _program() -> tuple[str, ...]:
    """The command closeloop of this installation; Python with the module where there is no such command."""
    for name in ("closeloop", "closeloop.exe"):
        script = Path(sys.executable).with_name(name)
        if script.is_file():
            return (str(script),)
    return CLOSELOOP


def _places(path: Path | None, config: Path | None) -> tuple[str, ...]:
    named = ("-c", str(config.absolute())) if config else ()
    if path is not None:
        return (str(path if _is_online(path) else path.absolute()), *named)
    return named or ("-c", str(USUAL_SETTINGS.absolute()))


def _is_online(path: Path | None) -> bool:
    """Whether what the command line names is an address, which is the same from any folder."""
    return path is not None and is_address(str(path))


def _plain(name: str) -> str:
    """A name that a unit file or a task may have."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name)


def _quoted_for_systemd(word: str) -> str:
    escaped = word.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if set(" '\"\\;") & set(word) else escaped


def _language(path: Path | None, config: Path | None, name: str | None) -> str:
    names = tracker_names(path, config)
    return find_tracker(path, config, name or (names[0] if names else None)).settings.language
