"""Commands that make something: a demonstration, a new tracker, one out of a workbook that has grown."""

from pathlib import Path
from typing import Annotated

import typer

from sync.cli.application import app
from sync.cli.options import Language
from sync.faults import UsageFault


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to write the demonstration into.")] = Path("demo"),
) -> None:
    """Write a demonstration workbook, run one pass over it and show what happened."""
    from sync.commands.demonstration import run_demo

    raise typer.Exit(run_demo(folder))


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
    language: Language = "zh-CN",
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
    gather: Annotated[
        Path | None,
        typer.Option(
            metavar="NEW", help="Bring the rows of several lists together in this new workbook (.xlsx)."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take what is sure and ask nothing.")] = False,
    language: Language = "zh-CN",
) -> None:
    """Find the tables of a workbook that has grown, and write settings for it; the workbook stays as it is."""
    from sync.commands.adoption import Wishes, adopt_workbook, terminal_ask

    adopt_workbook(path, Wishes(language, tab, yes, terminal_ask(language), gather))
