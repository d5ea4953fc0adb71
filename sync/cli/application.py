"""The command closeloop, to which each module here adds commands."""

import typer

app = typer.Typer(
    name="closeloop",
    help="闭环: judges, colours and chases the rows of a shared tracking table.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

timetable = typer.Typer(
    help="How to run closeloop each hour.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
app.add_typer(timetable, name="schedule")
notices = typer.Typer(add_completion=False, rich_markup_mode=None)
app.add_typer(notices, name="notices")
