"""All action items of minutes that were read, completed to rows of one meeting."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from rules.directory import directory
from rules.table import Book
from rules.wordlists import plain
from sync.importing.completing import Completer, NewRow
from sync.importing.items import FoundItem
from sync.importing.names import NameReader
from sync.importing.reading import Block
from sync.importing.tables import FoundTable, table_items
from sync.importing.text import TextReader


def found_items(blocks: Iterable[Block], reader: TextReader) -> Iterator[FoundItem]:
    """The items of lines and tables, in order; what is said twice in the same words counts once."""
    seen: set[tuple[str, str]] = set()
    for is_table, group in groupby(blocks, lambda block: isinstance(block, FoundTable)):
        of_tables = (item for block in group for item in table_items(_table(block), reader))
        for item in of_tables if is_table else reader.items(str(block) for block in group):
            key = plain(item.description), plain(item.due)
            if key not in seen:
                seen.add(key)
                yield item


def _table(block: Block) -> FoundTable:
    return block if isinstance(block, FoundTable) else FoundTable(())


def found_rows(blocks: Iterable[Block], book: Book, held: date, there: Iterable[str]) -> tuple[NewRow, ...]:
    """The rows of minutes for a meeting held on a day; ``there`` are the descriptions that the table has of it."""
    listed = directory(book.get("people"), book.words)
    names = NameReader(book.words, listed.names, listed.departments)
    completer = Completer(names, held, listed, frozenset(map(plain, there)))
    rows = [completer.complete(item) for item in found_items(blocks, TextReader(names))]
    return tuple(row for row in rows if not any(_says_more(other, row) for other in rows))


def _says_more(other: NewRow, row: NewRow) -> bool:
    """Whether another row is the same task with its owner: minutes say it in a decision, and again in the list."""
    first, second = plain(other.description), plain(row.description)
    same = other.due == row.due and (first.startswith(second) or second.startswith(first))
    return other is not row and same and bool(other.owner) and not row.owner
