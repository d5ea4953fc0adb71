"""Commands that say why, and what was told and written; and that take back what was written."""

from typing import Annotated

import typer

from sync.cli.application import app, notices
from sync.cli.options import Book, Config, Json, Keys, Most, Named, Now, Workbook, moment_of


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

    explain_row(row_id, path, config, moment_of(now), as_json=as_json, name=name)


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

    undo_run(number, path, config, name, moment_of(now), yes=yes)


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
