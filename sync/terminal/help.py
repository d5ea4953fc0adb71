"""The help of a command, in the language of the terminal and broken as Chinese may be."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import typer
from rich.cells import cell_len

from sync.terminal.breaking import flowed

_NARROWEST, _WIDEST = 10, 100
Say = Callable[[str], str]
"""Gives the terminal's own sentence for an English one."""


def context_of(command: Any, arguments: Sequence[str]) -> typer.Context:
    """The context of the innermost command that the arguments name; ``command`` is the outermost, as typer makes it."""
    context = typer.Context(command, info_name="closeloop")
    for word in arguments:
        if inner := getattr(context.command, "commands", {}).get(word):
            context = typer.Context(inner, info_name=word, parent=context)
    return context


def help_of(context: Any, say: Say, texts: Mapping[str, str], width: int) -> str:
    """Usage, what the command does, its arguments, options and the commands within it, no wider than the terminal."""
    width = max(2 * _NARROWEST, min(width, _WIDEST))
    return "\n".join(_lines(context, say, texts, width)) + "\n"


def _lines(context: Any, say: Say, texts: Mapping[str, str], width: int) -> Iterator[str]:
    command = context.command
    pieces = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    pieces = re.sub(r"\[(\[.*?\])\]", r"\1", pieces)
    for piece in ("[OPTIONS]", "COMMAND [ARGS]..."):
        pieces = pieces.replace(piece, texts[piece])
    yield f"{texts['usage']}{pieces}"
    if command.help:
        yield ""
        yield from (f"  {line}" for line in flowed(say(command.help), width - 2))
    for title, rows in _tables(context, say, texts):
        if rows:
            yield f"\n{texts[title]}"
            yield from _rows(rows, width)


def _tables(context: Any, say: Say, texts: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    command = context.command
    of_kind: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record and param.name != "help":
            of_kind[param.param_type_name].append((re.sub(r" <\w+>", "", record[0]), say(param.help or "")))
    of_kind["option"].append(("--help", texts["help"]))
    yield "arguments", of_kind["argument"]
    yield "options", of_kind["option"]
    inner = getattr(command, "commands", {})
    yield "commands", [(name, say(its.help or "")) for name, its in inner.items()]


def _rows(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    left = max(cell_len(name) for name, _ in rows) + 4
    for name, text in rows:
        first, *more = [*flowed(text, max(width - left, _NARROWEST))] or [""]
        yield f"  {name}".ljust(left) + first
        yield from (" " * left + line for line in more)
