"""What a person at the terminal sees of a pass: tables in colour, plain text when piped."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType

from rules.findings import Finding, Severity
from rules.judge import Judgement
from rules.table import Book
from sheet_templates import Column, Template, Words
from sync.archiving.cabinet import archived_on
from sync.archiving.filing import Filed, Filing
from sync.archiving.reopening import Found
from sync.books.excel import Backup
from sync.changes import Plan
from sync.faults import BusyFault, WorkbookFault
from sync.reports.past import Note
from sync.sentences import proposed, sentence
from sync.tables import text_of
from sync.terminal.flowing import Flowing, add_row, listing, section
from sync.terminal.typed import as_typed

_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
_SHOWN_IDS = 8
_PIPED = 140


def console(*, width: int | None = None) -> Console:
    """Where reports go; as wide as the terminal, or wide when piped. What stands in people's cells is no markup."""
    out = Console(width=width, highlight=False, markup=False, emoji=False)
    if not (width or out.is_terminal):
        out.width = _PIPED
    return out


def heading(moment: datetime, words: Words) -> RenderableType:
    """The report's first line."""
    return Flowing(words["report"]["pass"].format(moment=f"{moment:%Y-%m-%d %H:%M}"), style="bold")


def unchanged(since: datetime, rows: int, findings: int, words: Words) -> RenderableType:
    """That there was nothing to judge anew."""
    texts = words["report"]
    return Flowing(
        texts["unchanged"].format(since=f"{since:%H:%M}", rows=rows, findings=findings), style="green"
    )


def read_section(judgement: Judgement, words: Words) -> RenderableType:
    """How many rows each table has, and what the action items come to."""
    grid = listing(words["report"]["table"], words["report"]["tab"], words["report"]["rows"])
    for key, table in judgement.book.tables.items():
        add_row(grid, words["tables"][key], table.layout.tab, str(len(table.rows)))
    counts = Counter(judgement.book.tables["actions"].computed)
    line = "  ".join(f"{words['status'][name]} {counts[name]}" for name in words["status"] if counts[name])
    return section(words["report"]["read"], grid, Flowing(line))


def findings_section(judgement: Judgement, words: Words, template: Template) -> RenderableType:
    """Findings by rule, with the first one as an example."""
    more = [*_old(judgement, words), *_waived(judgement, words)]
    if not judgement.findings:
        nothing = Flowing(words["report"]["no_findings"], style="green")
        return section(words["report"]["findings"], nothing, *more)
    by_code: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in judgement.findings:
        by_code[finding.code].append(finding)
    report = words["report"]
    grid = listing(report["code"], report["severity"], report["count"], report["title"], report["example"])
    for code, found in sorted(by_code.items()):
        first = found[0]
        example = f"{report['row'].format(row=first.row)} {sentence(first, words, template)}"
        severity = Flowing(words["severity"][first.severity], style=_STYLE[first.severity])
        add_row(grid, code, severity, str(len(found)), words["titles"][code], example)
    return section(report["findings"], grid, *more)


def _old(judgement: Judgement, words: Words) -> Iterator[RenderableType]:
    """How many of the findings stood already when the tracker was adopted."""
    if count := sum(finding.old for finding in judgement.findings):
        yield Flowing(words["report"]["old"].format(count=count), style="dim")


def _waived(judgement: Judgement, words: Words) -> Iterator[RenderableType]:
    """How much was waived, by rule."""
    if judgement.waived:
        codes = Counter(finding.code for finding in judgement.waived)
        listed = words["report"]["comma"].join(f"{code} {count}" for code, count in sorted(codes.items()))
        yield Flowing(
            words["report"]["waived"].format(count=len(judgement.waived), codes=listed), style="dim"
        )


def every_finding(judgement: Judgement, words: Words, template: Template) -> RenderableType:
    """Each finding on a line of its own: where, how bad, what to do."""
    grid = listing(
        words["report"]["tab"],
        words["report"]["row_head"],
        words["report"]["code"],
        words["report"]["severity"],
        "",
    )
    for finding in judgement.findings:
        tab = judgement.book.tables[finding.table].layout.tab
        severity = Flowing(
            words["severity"][finding.severity], style="dim" if finding.old else _STYLE[finding.severity]
        )
        code = f"{finding.code} {words['report']['is_old']}" if finding.old else finding.code
        add_row(grid, tab, str(finding.row), code, severity, sentence(finding, words, template))
    return grid


def proposals_section(judgement: Judgement, words: Words, template: Template) -> RenderableType:
    """What could be typed instead: where, what stands there now, and what is proposed."""
    texts = words["proposals"]
    mended = [finding for finding in judgement.findings if "proposal" in finding.fields]
    if not mended:
        return section(texts["title"], Flowing(texts["none"], style="green"))
    grid = listing(words["report"]["tab"], words["report"]["row_head"], *_proposal_heads(words))
    for finding in mended:
        tab = judgement.book.tables[finding.table].layout.tab
        heading = template.tables[finding.table].columns[finding.columns[0]].heads[words.head]
        now, value = Flowing(str(finding.fields["value"]), style="dim"), finding.fields["proposal"]
        add_row(grid, tab, str(finding.row), finding.code, heading, now, proposed(value, words))
    return section(texts["title"], grid)


def _proposal_heads(words: Words) -> tuple[str, ...]:
    texts = words["proposals"]
    return words["report"]["code"], texts["column"], texts["now"], texts["proposed"]


def silent_section(judgement: Judgement, words: Words, template: Template) -> RenderableType | None:
    """Which rules had to keep silent, by what they lack."""
    if not judgement.silent:
        return None
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for silence in judgement.silent:
        lacks = (_lacking(key, silence.table, words, template) for key in silence.lacks)
        lines[words["report"]["comma"].join(lacks)].append(silence.code)
    grid = listing("", "")
    for lacks_text, codes in lines.items():
        add_row(grid, ", ".join(sorted(set(codes))), Flowing(lacks_text, style="dim"))
    return section(words["report"]["silent"], grid)


def _lacking(key: str, table: str, words: Words, template: Template) -> str:
    """A column's heading or a table's name; when a row was touched is what 最近更新 would say."""
    column = template.tables[table].columns.get("updated" if key == "touched" else key)
    return column.heads[words.head] if column else words["tables"][key]


def plan_section(plan: Plan, words: Words, template: Template, *, done: bool) -> RenderableType:
    """What was, or would be, written."""
    report = words["report"]
    title = report["changes"] if done else report["would_change"]
    if not len(plan):
        return section(title, Flowing(report["no_changes"], style="green"))
    return section(title, *(Flowing(line) for line in _plan_lines(plan, words, template)))


def busy_section(busy: BusyFault, words: Words) -> RenderableType:
    """Why nothing could be written."""
    said = busy.said(words.groups.get("faults", {}))
    return section(
        words["report"]["changes"], Flowing(words["report"]["not_written"].format(reason=said), style="red")
    )


def tabs_section(
    noted: Sequence[tuple[str, Note]], without: WorkbookFault | None, words: Words
) -> RenderableType | None:
    """What people wrote inside generated tabs, and why there are none."""
    report = words["report"]
    lines = [report["noted"].format(tab=tab, cell=note.cell, text=note.text) for tab, note in noted]
    if without:
        lines.append(report["no_tabs"].format(reason=without.said(words.groups.get("faults", {}))))
    return Group(*(Flowing(line, style="yellow") for line in lines)) if lines else None


def _plan_lines(plan: Plan, words: Words, template: Template) -> Iterator[str]:
    report = words["report"]
    columns = written_columns(template)
    if plan.columns:
        headings = dict.fromkeys(column.heading for column in plan.columns)
        yield report["new_columns"].format(columns=report["comma"].join(headings))
    if plan.cells:
        counts = Counter(cell.column for cell in plan.cells)
        changed = (f"{columns[key].heads[words.head]} {counts[key]}" for key in columns if counts[key])
        yield report["cells"].format(count=len(plan.cells), columns=report["comma"].join(changed))
    if plan.colours:
        tabs = report["comma"].join(colours.tab for colours in plan.colours)
        yield report["colours"].format(count=sum(len(colours.rules) for colours in plan.colours), tabs=tabs)
    if plan.tabs:
        yield report["tabs"].format(tabs=report["comma"].join(tab.content.name for tab in plan.tabs))


def every_change(plan: Plan, words: Words, template: Template) -> RenderableType:
    """Each cell that would be written, with what stands there now; but hidden columns, which say nothing to people."""
    columns, grid = written_columns(template), listing("", "", "", "", "")
    for cell in plan.cells:
        if columns[cell.column].hidden:
            continue
        heading = columns[cell.column].heads[words.head]
        was, now = map(text_of, (cell.was, cell.now))
        add_row(grid, f"{cell.tab}!{cell.row}", cell.row_id, heading, Flowing(was, style="dim"), now)
    return grid


def written_columns(template: Template) -> dict[str, Column]:
    """What the worker writes into tables, by key."""
    tables = template.tables.values()
    return {key: its for table in tables for key, its in table.columns.items() if its.owner != "people"}


def archive_section(
    filed: Filed, filing: Filing, book: Book, words: Words, *, done: bool
) -> RenderableType | None:
    """What went, or would go, to the archive, what has to stay and why, and what is left to the next pass."""
    texts, faults = words["archive"], words.groups.get("faults", {})
    lines = []
    if filed.rows:
        counts = [
            texts["count"].format(table=words["tables"][key], count=count)
            for key, count in filed.rows.items()
        ]
        what = words["report"]["comma"].join(counts)
        lines.append(Flowing(texts["moved" if done else "would_move"].format(what=what)))
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for each in filing.staying:
        by_reason[each.reason].append(book.tables[each.table].row_ids[each.row])
    for reason, ids in by_reason.items():
        shown = " ".join(ids[:_SHOWN_IDS]) + " …" * (len(ids) > _SHOWN_IDS)
        said = faults.get(reason, reason)
        lines.append(Flowing(texts["stays"].format(count=len(ids), reason=said, ids=shown), style="yellow"))
    if filed.later:
        lines.append(Flowing(texts["later"].format(reason=filed.later.said(faults)), style="red"))
    return section(texts["title"], *lines) if lines else None


def expired_section(found: Sequence[Found], years: int, words: Words) -> RenderableType:
    """Archived rows that have passed the years for which they are kept."""
    texts = words["archive"]
    if not found:
        return Flowing(texts["nothing_expired"], style="green")
    grid = listing(words["report"]["tab"], texts["archived_on"], "", "")
    for each in found:
        row = list(map(text_of, each.row.said.values()))
        add_row(grid, each.drawer.tab, str(archived_on(each.row) or ""), row[0], " ".join(row[1:4]))
    return section(texts["expired"].format(years=years), grid)


def files_section(files: Iterable[tuple[str, Path | str]], words: Words) -> RenderableType:
    """Where everything is."""
    grid = listing("", "")
    for name, place in files:
        add_row(grid, words["report"].get(name, name), _near(place))
    return section(words["report"]["files"], grid)


def next_section(program: str, path: Path, now: datetime, words: Words) -> RenderableType:
    """What to do with a demonstration: open it, ask why, begin a table of one's own."""
    texts = words["demo"]
    grid = listing("", "")
    add_row(grid, texts["open"].format(file=path), texts["opened"])
    add_row(grid, f"{program} why A005 {as_typed(path)} --now {now:%Y-%m-%dT%H:%M}", texts["why"])
    add_row(grid, f"{program} init {texts['file']}", texts["init"])
    add_row(grid, f"{program} adopt {texts['old_file']}", texts["adopt"])
    return section(texts["next"], grid)


def _near(place: Path | str) -> str:
    """A place as people would type it here."""
    here = Path.cwd()
    return (
        str(place.relative_to(here)) if isinstance(place, Path) and place.is_relative_to(here) else str(place)
    )


def backups_section(backups: Sequence[Backup], words: Words) -> RenderableType:
    """What a workbook can be put back to."""
    texts = words["report"]
    if not backups:
        return Flowing(texts["no_backups"])
    grid = listing("", texts["moment"], texts["size"], texts["backup"])
    for number, backup in enumerate(backups, start=1):
        size = f"{backup.size / 1024:,.0f} KiB"
        add_row(grid, str(number), f"{backup.moment:%Y-%m-%d %H:%M:%S}", size, backup.path.name)
    return grid
