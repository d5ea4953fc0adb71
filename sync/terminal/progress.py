"""A bar in the terminal for passes over large trackers, which take longer than a look; nothing in a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from sheet_templates import Words
from sync.running.watching import Stage

LARGE = 200_000
"""Bytes of a workbook that takes a second or more."""


@contextmanager
def bar(size: int, words: Words) -> Iterator[Callable[[Stage], None]]:
    """A bar that moves on with each stage that it is told of, and goes away at the end."""
    out = Console(stderr=True)
    if size < LARGE or not out.is_terminal:
        yield lambda _stage: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as shown:
        stages = list(Stage)
        task = shown.add_task(words["progress"][Stage.READING], total=len(stages))
        yield lambda stage: shown.update(
            task, description=words["progress"][stage], completed=stages.index(stage)
        )
