"""A document as plain text, for mail programs that show no HTML: it says the same."""

from collections.abc import Iterator

from sync.reports.document import Document, Grid, Part


def plain_text(document: Document) -> str:
    """The document's lines; of a table each row is a paragraph, with its headings before what stands in it."""
    head = filter(None, (document.mark, document.title, document.state))
    facts = "\n".join(f"{fact.label}：{_indented(fact.text)}" for fact in document.facts)
    return "\n\n".join([*head, facts, *map(_part, document.parts), document.closing]) + "\n"


def _part(part: Part) -> str:
    sign = "■ " if part.level == 1 else "· "
    lines = (f"{line.label}{line.text}" for line in part.lines)
    return "\n".join([sign + part.heading, *lines, *(_rows(part.grid) if part.grid else ())])


def _rows(grid: Grid) -> Iterator[str]:
    """The first two columns on a line (number and what it is), the others below it."""
    for number, name, *rest in grid.rows:
        yield f"{number}. {_indented(name)}"
        yield from (
            f"   {heading}：{_indented(text)}"
            for heading, text in zip(grid.headings[2:], rest, strict=True)
            if text
        )


def _indented(text: str) -> str:
    return "\n   ".join(text.splitlines())
