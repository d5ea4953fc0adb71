"""Commands that judge a tracker or make a pass over it, once or each hour."""

from typing import Annotated

import typer

from sync.cli.application import app, timetable
from sync.cli.options import Config, Jobs, Json, Named, Now, Quiet, Workbook, moment_of


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
        path, config, moment_of(now), proposals=proposals, as_json=as_json, every=every, name=name
    )
    raise typer.Exit(code)


@app.command()
def baseline(
    path: Workbook = None, config: Config = None, now: Now = None, name: Named = None, as_json: Json = False
) -> None:
    """Take what is wrong now as known: it is marked as old, and neither coloured as an error nor chased."""
    from sync.commands.judging import baseline_workbook

    baseline_workbook(path, config, moment_of(now), as_json=as_json, name=name)


@app.command()
def plan(
    path: Workbook = None, config: Config = None, now: Now = None, name: Named = None, as_json: Json = False
) -> None:
    """Show what a run would write and whom it would tell; changes nothing."""
    from sync.commands.judging import plan_workbook

    plan_workbook(path, config, moment_of(now), as_json=as_json, name=name)


@app.command()
def run(
    path: Workbook = None,
    config: Config = None,
    now: Now = None,
    name: Named = None,
    as_json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = 1,
    release: Annotated[
        bool, typer.Option("--release-brake", help="Let the mails go, however many they are.")
    ] = False,
) -> None:
    """One pass: judge, write what was found beside the rows, send what is due; over each tracker of the settings."""
    from sync.commands.judging import run_workbook
    from sync.commands.several import run_each
    from sync.tracker import USUAL_SETTINGS, tracker_names

    moment = moment_of(now)
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


@app.command()
def serve(
    path: Workbook = None,
    config: Config = None,
    name: Named = None,
    every: Annotated[
        int, typer.Option("--every", metavar="MINUTES", min=1, max=1440, help="Minutes between two passes.")
    ] = 60,
    quiet: Quiet = False,
    jobs: Jobs = 1,
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
