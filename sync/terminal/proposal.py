"""What adopt shows of a workbook that has grown: what its columns are taken for, and what a first run would add."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.padding import Padding

from rules.wordlists import simplified
from sheet_templates import LANGUAGES, Words, template
from sync.changes import Plan
from sync.looking import Judged
from sync.mapping import Match, TableMapping
from sync.terminal import report
from sync.terminal.flowing import Flowing, add_row, listing
from sync.terminal.typed import as_typed


def proposed(tables: Sequence[TableMapping], language: Words) -> Iterator[RenderableType]:
    """Each table with what its columns are taken for."""
    texts = language["adopt"]
    for mapping in tables:
        head = texts["found"].format(
            table=language["tables"][mapping.table], tab=mapping.tab, row=mapping.header_row
        )
        yield Flowing(f"\n{head}", style="bold blue")
        grid = listing(*(texts[name] for name in ("heading", "meaning", "sureness", "evidence", "example")))
        for match in mapping.matches:
            sureness = Flowing(
                f"{match.confidence}%" if match.sure else texts["unsure"].format(confidence=match.confidence),
                style="green" if match.sure else "yellow",
            )
            example = match.example.replace("\n", " ")[:24]
            add_row(grid, Flowing(match.heading), meaning(match, mapping, language), sureness,
                texts[f"by_{match.evidence.value}"], Flowing(example, style="dim"),
            )  # fmt: skip
        yield Padding(grid, (0, 0, 0, 2))
        if mapping.others:
            yield Flowing(
                "  " + texts["others"].format(headings=language["report"]["comma"].join(mapping.others)),
                style="dim",
            )


def not_taken(
    before: Sequence[TableMapping], after: Sequence[TableMapping], language: Words
) -> RenderableType | None:
    """The columns that were proposed and are not used, being unsure."""
    left = [
        f"{match.heading} → {meaning(match, mapping, language)}"
        for mapping, settled in zip(before, after, strict=True)
        for match in mapping.matches
        if match.key not in settled.keys
    ]
    columns = language["report"]["comma"].join(left)
    return Flowing(language["adopt"]["not_taken"].format(columns=columns), style="yellow") if left else None


def meaning(match: Match, mapping: TableMapping, language: Words) -> str:
    """What a column is taken for: its heading in the template."""
    return template().tables[mapping.table].columns[match.key].heads[language.head]


def consequences(
    judged: Judged, settled: Sequence[TableMapping], path: Path, language: Words
) -> Iterator[RenderableType | None]:
    """What a run would add to the workbook, and what cannot be done without the columns and tables that are not there."""
    texts = language["adopt"]
    yield Flowing(f"\n{texts['would_add']}", style="bold blue")
    for line in _added(judged.plan, language):
        yield Flowing(f"  {line}")
    yield other_language(settled[0], language)
    if missing := [*_missing(settled, path, language)]:
        yield Flowing(f"\n{texts['missing']}", style="bold blue")
        yield from missing
    yield report.silent_section(judged.judgement, language, template())


def _missing(settled: Sequence[TableMapping], path: Path, language: Words) -> Iterator[RenderableType]:
    """The columns and tables that are not there; loudly, where most rests on a column."""
    texts, actions, columns = language["adopt"], settled[0], template().tables["actions"].columns
    lacks = [
        column.heads[language.head]
        for key, column in columns.items()
        if column.must and key not in actions.keys
    ]
    if lacks:
        said = texts["no_column"].format(columns=language["report"]["comma"].join(lacks))
        yield Flowing(f"  {said}", style="bold red")
    there = {mapping.table for mapping in settled}
    for key in ("people", "meetings", "days"):
        if key not in there:
            yield Flowing("  " + texts[f"no_{key}"].format(workbook=as_typed(path)))


def _added(plan: Plan, language: Words) -> Iterator[str]:
    texts, comma = language["adopt"], language["report"]["comma"]
    for tab in dict.fromkeys(column.tab for column in plan.columns):
        columns = (
            texts["hidden"].format(heading=column.heading) if column.hidden else column.heading
            for column in plan.columns
            if column.tab == tab
        )
        yield texts["columns"].format(tab=tab, columns=comma.join(columns))
    if plan.tabs:
        yield texts["tabs"].format(tabs=comma.join(each.content.name for each in plan.tabs))


def other_language(actions: TableMapping, language: Words) -> Flowing | None:
    """A word where the headings are in another language than what would be written beside them."""
    looks, ours = _language_of([match.heading for match in actions.matches]), LANGUAGES[language.head]
    if looks == ours:
        return None
    texts = language["adopt"]
    names = language["language_names"]
    said = texts["other_language"].format(name=names[looks], ours=names[ours], code=looks)
    return Flowing(f"  {said}", style="yellow")


def _language_of(headings: Sequence[str]) -> str:
    if all(heading.isascii() for heading in headings):
        return "en"
    return "zh-TW" if any(simplified(heading) != heading for heading in headings) else "zh-CN"
