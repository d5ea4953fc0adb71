"""Texts and tables of the terminal whose lines break where Chinese may be broken; rich breaks them only at blanks."""

from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.terminal.breaking import flowed, pieces


@dataclass(frozen=True)
class Flowing:
    """A text in its style. It is printed as it is: what looks like markup in people's cells is none."""

    text: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Its lines, none wider than there is room."""
        lines = (line for text in self.text.split("\n") for line in flowed(text, options.max_width))
        yield Text("\n".join(lines), style=self.style)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """At the least as wide as its longest piece, and in full as wide as its longest line."""
        widest = max(map(cell_len, self.text.split("\n")))
        longest = max((cell_len(piece) for piece in pieces(self.text)), default=0)
        return Measurement(min(longest, options.max_width), min(widest, options.max_width))


def listing(*heads: str) -> Table:
    """A table without lines; no head at all shows none."""
    made = Table(box=None, pad_edge=False, show_header=any(heads), header_style="dim", padding=(0, 2, 0, 0))
    for head in heads:
        made.add_column(Flowing(head), overflow="fold")
    return made


def add_row(to: Table, *cells: str | Flowing) -> None:
    """A row of texts."""
    to.add_row(*(Flowing(cell) if isinstance(cell, str) else cell for cell in cells))


def section(title: str, *parts: RenderableType) -> RenderableType:
    """A titled part of a report, its lines a little further in."""
    return Group(
        Flowing(f"\n{title}", style="bold blue"),
        *(Padding(part, (0, 0, 0, 2), expand=False) for part in parts),
    )
