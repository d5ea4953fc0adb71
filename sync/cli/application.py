"""The command closeloop, to which each module here adds commands."""

from typing import Annotated

import typer

app = typer.Typer(
    name="closeloop",
    help="闭环: judges, colours and chases the rows of a shared tracking table.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"closeloop {version('closeloop')}")
        raise typer.Exit


@app.callback()
def closeloop(
    *,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version.")
    ] = False,
) -> None:
    """What stands before every command; its help is the application's."""


timetable = typer.Typer(
    help="How to run closeloop each hour.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
app.add_typer(timetable, name="schedule")
notices = typer.Typer(add_completion=False, rich_markup_mode=None)
app.add_typer(notices, name="notices")
