"""Commands that keep a tracker in order: the doctor, backups, the archive."""

from typing import Annotated

import typer

from sync.cli.application import app
from sync.cli.options import Config, Json, Named, Now, Workbook, moment_of
from sync.faults import UsageFault


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

    raise typer.Exit(examine(path, config, name, moment_of(now), send_test, as_json=as_json))


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
    name: Named = None,
) -> None:
    """Bring an archived item back into the tracking table, to be worked on again."""
    from sync.commands.unarchiving import reopen_item

    reopen_item(number, path, config, name)


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
    name: Named = None,
) -> None:
    """List what has been archived for longer than it has to be kept, or remove it."""
    from sync.commands.unarchiving import archive_workbook

    if not (expired or remove_expired):
        raise UsageFault(
            "archive takes --expired or --remove-expired; closed items are archived by 'closeloop run'"
        )
    archive_workbook(path, config, moment_of(now), name, remove=remove_expired, sure=yes)
