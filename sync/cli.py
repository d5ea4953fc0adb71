"""The command line: reads arguments, puts the parts together, prints. Heavy imports wait until a command runs."""

import gc
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sync.faults import INTERRUPTED, Fault, UsageFault
from sync.terminal.printing import complain

app = typer.Typer(
    name="closeloop",
    help="闭环: judges, colours and chases the rows of a shared tracking table.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

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

timetable = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
app.add_typer(timetable, name="schedule")
notices = typer.Typer(add_completion=False, rich_markup_mode=None)
app.add_typer(notices, name="notices")


@app.command()
def init(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PATH]", help="Workbook to make (.xlsx); closeloop.toml is written beside it."
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Add the tabs that this workbook lacks; nothing else in it changes."
        ),
    ] = None,
    google: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Add the tabs to this Google spreadsheet, and settings in this folder."
        ),
    ] = None,
    credentials: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --google: the account's key file.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="zh-CN, zh-TW or en.")] = "zh-CN",
) -> None:
    """Write an empty workbook from the template, or add its tabs to one that is there; and a settings file."""
    from sync.commands.beginning import init_files, init_google, init_into

    if sum(place is not None for place in (path, into, google)) != 1:
        raise UsageFault(
            "init takes the path of a new workbook, or --into with one that is there, or --google with an address"
        )
    if google is not None:
        for written in init_google(google, credentials, language):
            typer.echo(written)
        return
    for written in init_files(path, language) if path else init_into(into or Path(), language):
        typer.echo(written)


@app.command()
def adopt(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Workbook that people have (.xlsx).")],
    tab: Annotated[
        str | None,
        typer.Option("--tab", metavar="NAME", help="Worksheet to take, where several hold action items."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take what is sure and ask nothing.")] = False,
    language: Annotated[str, typer.Option("--language", help="zh-CN, zh-TW or en.")] = "zh-CN",
) -> None:
    """Find the tables of a workbook that has grown, and write settings for it; the workbook stays as it is."""
    from sync.commands.adoption import Wishes, adopt_workbook, terminal_ask

    adopt_workbook(path, Wishes(language, tab, yes, terminal_ask()))


@app.command()
def check(
    path: Workbook = None,
    config: Config = None,
    now: Now = None,
    proposals: Annotated[
        bool, typer.Option("--proposals", help="List only what could be typed instead, cell by cell.")
    ] = False,
    name: Named = None,
    as_json: Json = False,
    every: Annotated[
        bool, typer.Option("--all", help="Exit with 1 for errors that the baseline knows, too.")
    ] = False,
) -> None:
    """Judge every row and say what is wrong; changes nothing. Exits with 1 if there are new errors."""
    from sync.commands.judging import check_workbook

    code = check_workbook(
        path, config, _moment(now), proposals=proposals, as_json=as_json, every=every, name=name
    )
    raise typer.Exit(code)


@app.command()
def baseline(
    path: Workbook = None, config: Config = None, now: Now = None, name: Named = None, as_json: Json = False
) -> None:
    """Take what is wrong now as known: it is marked as old, and neither coloured as an error nor chased."""
    from sync.commands.judging import baseline_workbook

    baseline_workbook(path, config, _moment(now), as_json=as_json, name=name)


@app.command()
def plan(
    path: Workbook = None, config: Config = None, now: Now = None, name: Named = None, as_json: Json = False
) -> None:
    """Show what a run would write and whom it would tell; changes nothing."""
    from sync.commands.judging import plan_workbook

    plan_workbook(path, config, _moment(now), as_json=as_json, name=name)


@app.command()
def run(
    path: Workbook = None,
    config: Config = None,
    now: Now = None,
    name: Named = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what needs a person.")] = False,
    jobs: Annotated[
        int,
        typer.Option("--jobs", metavar="N", min=1, max=64, help="Of several trackers, so many at a time."),
    ] = 1,
    release: Annotated[
        bool, typer.Option("--release-brake", help="Let the mails go, however many they are.")
    ] = False,
) -> None:
    """One pass: judge, write what was found beside the rows, send what is due; over each tracker of the settings."""
    from sync.commands.judging import run_workbook
    from sync.commands.several import run_each
    from sync.tracker import USUAL_SETTINGS, tracker_names

    moment = _moment(now)
    names = () if name else tracker_names(path, config)
    if len(names) > 1:
        given = (
            ("--now", now or "", moment),
            ("--json", "", as_json),
            ("--quiet", "", quiet),
            ("--release-brake", "", release),
        )
        arguments = [word for *words, is_given in given if is_given for word in words if word]
        file = config or path or USUAL_SETTINGS
        code = run_each(names, file, arguments, jobs=jobs, as_json=as_json, quiet=quiet)
    else:
        code = run_workbook(path, config, moment, as_json=as_json, name=name, quiet=quiet, release=release)
    raise typer.Exit(code)


@notices.callback(invoke_without_command=True)
def list_notices(
    chosen: typer.Context,
    path: Book = None,
    config: Config = None,
    states: Annotated[
        list[str] | None, typer.Option("--state", help="Only these: sent, held, claimed, retry, refused …")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="Only this kind, such as overdue.")] = "",
    who: Annotated[str, typer.Option("--to", help="Only to this person, by name or address.")] = "",
    name: Named = None,
    as_json: Json = False,
) -> None:
    """List what was sent, waits, is unsettled or failed; `release KEY…` and `forget KEY…` see to single ones."""
    from sync.commands.noticing import show_notices

    if chosen.invoked_subcommand is None:
        show_notices(path, config, states or [], kind, who, name, as_json=as_json)


@notices.command()
def release(keys: Keys, path: Book = None, config: Config = None, name: Named = None) -> None:
    """It did not arrive: the next pass sends it once more, if it is still due."""
    from sync.commands.noticing import release_notices

    raise typer.Exit(release_notices(path, config, keys, name))


@notices.command()
def forget(keys: Keys, path: Book = None, config: Config = None, name: Named = None) -> None:
    """It arrived, or need not: it counts as told and is never sent."""
    from sync.commands.noticing import forget_notices

    raise typer.Exit(forget_notices(path, config, keys, name))


@app.command()
def why(
    row_id: Annotated[str, typer.Argument(metavar="ID", help="A row's number, such as A012.")],
    path: Workbook = None,
    config: Config = None,
    now: Now = None,
    name: Named = None,
    as_json: Json = False,
) -> None:
    """Say of one row how its status, lateness and risk came about, who was told, and why somebody was not."""
    from sync.commands.why import explain_row

    explain_row(row_id, path, config, _moment(now), as_json=as_json, name=name)


@app.command()
def serve(
    path: Workbook = None,
    config: Config = None,
    name: Named = None,
    every: Annotated[
        int, typer.Option("--every", metavar="MINUTES", min=1, max=1440, help="Minutes between two passes.")
    ] = 60,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what needs a person.")] = False,
    jobs: Annotated[
        int,
        typer.Option("--jobs", metavar="N", min=1, max=64, help="Of several trackers, so many at a time."),
    ] = 1,
) -> None:
    """Make a pass now and each hour, where there is no cron; a signal to stop lets a pass come to its end."""
    from sync.commands.serving import serve as serve_trackers

    arguments = [*(["--jobs", str(jobs)] if jobs > 1 else []), *(["--quiet"] if quiet else [])]
    serve_trackers(path, config, name, arguments, every)


@timetable.command("show")
def show_schedule(
    path: Workbook = None,
    config: Config = None,
    name: Named = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only one, and nothing else: cron, systemd or windows.")
    ] = None,
) -> None:
    """Show how to run closeloop each hour: a line for cron, units for systemd, a task for Windows."""
    from sync.commands.scheduling import show_schedule as show

    show(path, config, name, kind)


@app.command()
def runs(
    path: Workbook = None, config: Config = None, name: Named = None, most: Most = None, as_json: Json = False
) -> None:
    """List the last passes: when, how many rows and findings, what was written."""
    from sync.commands.looking_back import show_runs

    show_runs(path, config, name, most, as_json=as_json)


@app.command()
def history(
    row_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A row's number, such as A001.")
    ] = None,
    path: Book = None,
    config: Config = None,
    name: Named = None,
    most: Most = None,
    as_json: Json = False,
) -> None:
    """Show what passes wrote in one row, or last in any: before and after, run by run."""
    from sync.commands.looking_back import show_history

    show_history(row_id, path, config, name, most, as_json=as_json)


@app.command()
def undo(
    number: Annotated[
        int, typer.Argument(metavar="RUN", help="A run's number, as `closeloop runs` shows it.")
    ],
    path: Book = None,
    config: Config = None,
    name: Named = None,
    now: Now = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Put back what a run wrote, but for cells edited since; shows what it will do, and asks."""
    from sync.commands.looking_back import undo_run

    undo_run(number, path, config, name, _moment(now), yes=yes)


Meeting = Annotated[str, typer.Argument(metavar="ID", help="A meeting's number, such as M12, or its name.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="A .docx or .html file [default: both, beside the workbook]."
    ),
]


@app.command()
def minutes(
    meeting: Meeting, output: Output = None, path: Book = None, config: Config = None, now: Now = None
) -> None:
    """Write the minutes of a meeting from its rows, for Word and as HTML."""
    from sync.commands.writing_minutes import write_minutes

    for written in write_minutes(meeting, output, path, config, _moment(now)):
        typer.echo(written)


@app.command()
def notice(
    meeting: Meeting, output: Output = None, path: Book = None, config: Config = None, now: Now = None
) -> None:
    """Write the notice of a meeting from its rows, with an invitation for calendars beside it."""
    from sync.commands.writing_minutes import write_notice

    for written in write_notice(meeting, output, path, config, _moment(now)):
        typer.echo(written)


@app.command("import")
def take_minutes(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Minutes: .docx, .md, .txt; - for piped text.")
    ],
    meeting: Annotated[str, typer.Option("--meeting", metavar="ID", help="The meeting's number or name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Add the rows without asking.")] = False,
    path: Book = None,
    config: Config = None,
    now: Now = None,
) -> None:
    """Find the action items of minutes, show them with what is unsure, and add them to the table after a yes."""
    from sync.commands.taking_minutes import import_minutes

    raise typer.Exit(import_minutes(file, meeting, path, config, _moment(now), yes=yes))


@app.command()
def doctor(
    path: Workbook = None,
    config: Config = None,
    now: Now = None,
    name: Named = None,
    send_test: Annotated[
        str | None,
        typer.Option(
            "--send-test",
            metavar="ADDRESS",
            help="Send a test mail there, and have each group robot post a test message.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Look whether everything that a pass needs is in order, and say what to do. Exits with 1 if something is not."""
    from sync.commands.doctor import examine

    raise typer.Exit(examine(path, config, name, _moment(now), send_test, as_json=as_json))


@app.command()
def restore(
    path: Workbook = None,
    config: Config = None,
    list_only: Annotated[bool, typer.Option("--list", help="Show the backups, newest first.")] = False,
    at: Annotated[
        str, typer.Option("--at", metavar="N|NAME", help="Which backup: its number in the list, or its name.")
    ] = "1",
    name: Named = None,
) -> None:
    """Put the workbook back as it was before a write; what it is now is backed up first."""
    from sync.commands.restoring import restore_workbook, show_backups

    if list_only:
        show_backups(path, config, name)
    else:
        restore_workbook(path, config, at, name)


@app.command()
def reopen(
    number: Annotated[str, typer.Argument(metavar="ID", help="The number of an archived item.")],
    path: Workbook = None,
    config: Config = None,
) -> None:
    """Bring an archived item back into the tracking table, to be worked on again."""
    from sync.commands.unarchiving import reopen_item

    reopen_item(number, path, config)


@app.command()
def archive(
    path: Workbook = None,
    config: Config = None,
    now: Now = None,
    expired: Annotated[
        bool,
        typer.Option("--expired", help="List archived rows that are past the years of archive.keep_years."),
    ] = False,
    remove_expired: Annotated[
        bool, typer.Option("--remove-expired", help="Remove them for good; takes --yes as well.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Yes, remove them.")] = False,
) -> None:
    """List what has been archived for longer than it has to be kept, or remove it."""
    from sync.commands.unarchiving import archive_workbook

    if not (expired or remove_expired):
        raise UsageFault(
            "archive takes --expired or --remove-expired; closed items are archived by 'closeloop run'"
        )
    archive_workbook(path, config, _moment(now), remove=remove_expired, sure=yes)


@app.command()
def rules(config: Config = None, as_json: Json = False) -> None:
    """List the rules: code, severity, what must hold, source, parameters."""
    from sync.commands.explaining import list_rules

    list_rules(config, as_json=as_json)


@app.command()
def explain(code: Annotated[str, typer.Argument(help="A rule's code, such as A102.")]) -> None:
    """Print what a rule asks, why, its source and parameters, with examples."""
    from sync.commands.explaining import explain_rule

    explain_rule(code)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to write the demonstration into.")] = Path("demo"),
) -> None:
    """Write a demonstration workbook, run one pass over it and show what happened."""
    from sync.commands.demonstration import run_demo

    raise typer.Exit(run_demo(folder))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault("--now takes a moment such as 2024-06-03T10:00, not {given!r}", given=text) from None
    if not 1990 < moment.year < 2100:
        raise UsageFault("--now takes a moment of this age, not {given!r}", given=text)
    return moment


def main() -> None:
    """Run the command line; a fault is one sentence and its exit code."""
    gc.disable()  # a command ends soon, and a tenth of a long pass would go into looking for garbage
    try:
        app(prog_name="closeloop")  # also of python -m sync
    except Fault as fault:
        complain(fault)
        sys.exit(fault.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
