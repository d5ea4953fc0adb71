"""Commands that write a meeting's papers, or read them."""

from pathlib import Path
from typing import Annotated

import typer

from sync.cli.application import app
from sync.cli.options import Book, Config, Named, Now, moment_of

Meeting = Annotated[str, typer.Argument(metavar="ID", help="A meeting's number, such as M12, or its name.")]


Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="A .docx or .html file [default: both, in NAME.closeloop/minutes].",
    ),
]


@app.command()
def minutes(
    meeting: Meeting,
    output: Output = None,
    path: Book = None,
    config: Config = None,
    now: Now = None,
    name: Named = None,
) -> None:
    """Write the minutes of a meeting from its rows, for Word and as HTML."""
    from sync.commands.writing_minutes import write_minutes

    for written in write_minutes(meeting, output, path, config, moment_of(now), name):
        typer.echo(written)


@app.command()
def notice(
    meeting: Meeting,
    output: Output = None,
    path: Book = None,
    config: Config = None,
    now: Now = None,
    name: Named = None,
) -> None:
    """Write the notice of a meeting from its rows, with an invitation for calendars beside it."""
    from sync.commands.writing_minutes import write_notice

    for written in write_notice(meeting, output, path, config, moment_of(now), name):
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
    name: Named = None,
) -> None:
    """Find the action items of minutes, show them with what is unsure, and add them to the table after a yes."""
    from sync.commands.taking_minutes import import_minutes

    import_minutes(file, meeting, path, config, moment_of(now), name, yes=yes)
