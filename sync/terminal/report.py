"""What a person at the terminal sees of a pass: tables in colour, plain text when piped."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rules.findings import Finding, Severity
from rules.judge import Judgement
from rules.table import Book
from sheet_templates import Template, Words
from sync.answering.standing import Proposal
from sync.answering.taking import Postbag
from sync.archiving.cabinet import archived_on
from sync.archiving.filing import Filed, Filing
from sync.archiving.reopening import Found
from sync.books.excel import Backup
from sync.changes import Plan
from sync.faults import BusyFault, WorkbookFault
from sync.ledger.notices import Entry
from sync.reports.past import Note
from sync.sentences import proposed, sentence
from sync.tell.channel import Delivery
from sync.tell.notice import Figures, Notice, Recipient
from sync.tell.recipients import Missed

_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
_SHOWN_IDS = 8


def console(*, width: int | None = None) -> Console:
    """Where reports go; as wide as the terminal, and wide enough to break no line when piped."""
    out = Console(width=width, highlight=False, soft_wrap=False)
    return out if out.is_terminal else Console(width=width or 140, highlight=False)


def heading(moment: datetime, words: Words) -> RenderableType:
    """The report's first line."""
    return Text(words["report"]["pass"].format(moment=f"{moment:%Y-%m-%d %H:%M}"), style="bold")


def unchanged(since: datetime, rows: int, findings: int, words: Words) -> RenderableType:
    """That there was nothing to judge anew."""
    texts = words["report"]
    return Text(
        texts["unchanged"].format(since=f"{since:%H:%M}", rows=rows, findings=findings), style="green"
    )


def read_section(judgement: Judgement, words: Words) -> RenderableType:
    """How many rows each table has, and what the action items come to."""
    grid = _grid(words["report"]["table"], words["report"]["tab"], words["report"]["rows"])
    for key, table in judgement.book.tables.items():
        grid.add_row(words["tables"][key], table.layout.tab, str(len(table.rows)))
    counts = Counter(judgement.book.tables["actions"].computed)
    line = "  ".join(f"{words['status'][name]} {counts[name]}" for name in words["status"] if counts[name])
    return _section(words["report"]["read"], grid, Text(line))


def findings_section(judgement: Judgement, words: Words, template: Template) -> RenderableType:
    """Findings by rule, with the first one as an example."""
    more = [*_old(judgement, words), *_waived(judgement, words)]
    if not judgement.findings:
        nothing = Text(words["report"]["no_findings"], style="green")
        return _section(words["report"]["findings"], nothing, *more)
    by_code: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in judgement.findings:
        by_code[finding.code].append(finding)
    report = words["report"]
    grid = _grid(report["code"], report["severity"], report["count"], report["title"], report["example"])
    for code, found in sorted(by_code.items()):
        first = found[0]
        example = f"{report['row'].format(row=first.row)} {sentence(first, words, template)}"
        severity = Text(words["severity"][first.severity], style=_STYLE[first.severity])
        grid.add_row(code, severity, str(len(found)), words["titles"][code], example)
    return _section(report["findings"], grid, *more)


def _old(judgement: Judgement, words: Words) -> Iterator[RenderableType]:
    """How many of the findings stood already when the tracker was adopted."""
    if count := sum(finding.old for finding in judgement.findings):
        yield Text(words["report"]["old"].format(count=count), style="dim")


def _waived(judgement: Judgement, words: Words) -> Iterator[RenderableType]:
    """How much was waived, by rule."""
    if judgement.waived:
        codes = Counter(finding.code for finding in judgement.waived)
        listed = words["report"]["comma"].join(f"{code} {count}" for code, count in sorted(codes.items()))
        yield Text(words["report"]["waived"].format(count=len(judgement.waived), codes=listed), style="dim")


def every_finding(judgement: Judgement, words: Words, template: Template) -> RenderableType:
    """Each finding on a line of its own: where, how bad, what to do."""
    grid = _grid(
        words["report"]["tab"],
        words["report"]["row"].format(row=""),
        words["report"]["code"],
        words["report"]["severity"],
        "",
    )
    for finding in judgement.findings:
        tab = judgement.book.tables[finding.table].layout.tab
        severity = Text(
            words["severity"][finding.severity], style="dim" if finding.old else _STYLE[finding.severity]
        )
        code = f"{finding.code} {words['report']['is_old']}" if finding.old else finding.code
        grid.add_row(tab, str(finding.row), code, severity, sentence(finding, words, template))
    return grid


def proposals_section(judgement: Judgement, words: Words, template: Template) -> RenderableType:
    """What could be typed instead: where, what stands there now, and what is proposed."""
    texts = words["proposals"]
    mended = [finding for finding in judgement.findings if "proposal" in finding.fields]
    if not mended:
        return _section(texts["title"], Text(texts["none"], style="green"))
    grid = _grid(words["report"]["tab"], words["report"]["row"].format(row=""), *_proposal_heads(words))
    for finding in mended:
        tab = judgement.book.tables[finding.table].layout.tab
        heading = template.tables[finding.table].columns[finding.columns[0]].heads[words.head]
        now, value = Text(str(finding.fields["value"]), style="dim"), finding.fields["proposal"]
        grid.add_row(tab, str(finding.row), finding.code, heading, now, proposed(value, words))
    return _section(texts["title"], grid)


def _proposal_heads(words: Words) -> tuple[str, ...]:
    texts = words["proposals"]
    return words["report"]["code"], texts["column"], texts["now"], texts["proposed"]


def silent_section(judgement: Judgement, words: Words, template: Template) -> RenderableType | None:
    """Which rules had to keep silent, by what they lack."""
    if not judgement.silent:
        return None
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for silence in judgement.silent:
        lines["、".join(_lacking(key, silence.table, words, template) for key in silence.lacks)].append(
            silence.code
        )
    grid = _grid("", "")
    for lacks_text, codes in lines.items():
        grid.add_row(", ".join(sorted(set(codes))), Text(lacks_text, style="dim"))
    return _section(words["report"]["silent"], grid)


def _lacking(key: str, table: str, words: Words, template: Template) -> str:
    """A column's heading or a table's name; when a row was touched is what 最近更新 would say."""
    column = template.tables[table].columns.get("updated" if key == "touched" else key)
    return column.heads[words.head] if column else words["tables"][key]


def plan_section(plan: Plan, words: Words, template: Template, *, done: bool) -> RenderableType:
    """What was, or would be, written."""
    report = words["report"]
    title = report["changes"] if done else report["would_change"]
    if not len(plan):
        return _section(title, Text(report["no_changes"], style="green"))
    return _section(title, *(Text(line) for line in _plan_lines(plan, words, template)))


def busy_section(busy: BusyFault, words: Words) -> RenderableType:
    """Why nothing could be written."""
    said = busy.said(words.groups.get("faults", {}))
    return _section(
        words["report"]["changes"], Text(words["report"]["not_written"].format(reason=said), style="red")
    )


def tabs_section(
    noted: Sequence[tuple[str, Note]], without: WorkbookFault | None, words: Words
) -> RenderableType | None:
    """What people wrote inside generated tabs, and why there are none."""
    report = words["report"]
    lines = [report["noted"].format(tab=tab, cell=note.cell, text=note.text) for tab, note in noted]
    if without:
        lines.append(report["no_tabs"].format(reason=without.said(words.groups.get("faults", {}))))
    return Group(*(Text(line, style="yellow") for line in lines)) if lines else None


def _plan_lines(plan: Plan, words: Words, template: Template) -> Iterator[str]:
    report = words["report"]
    tables = template.tables.values()
    columns = {key: its for table in tables for key, its in table.columns.items() if its.owner != "people"}
    if plan.columns:
        headings = dict.fromkeys(column.heading for column in plan.columns)
        yield report["new_columns"].format(columns="、".join(headings))
    if plan.cells:
        counts = Counter(cell.column for cell in plan.cells)
        shown = "、".join(f"{columns[key].heads[words.head]} {counts[key]}" for key in columns if counts[key])
        yield report["cells"].format(count=len(plan.cells), columns=shown)
    if plan.colours:
        tabs = report["comma"].join(colours.tab for colours in plan.colours)
        yield report["colours"].format(count=sum(len(colours.rules) for colours in plan.colours), tabs=tabs)
    if plan.tabs:
        yield report["tabs"].format(tabs=report["comma"].join(tab.content.name for tab in plan.tabs))


def every_change(plan: Plan) -> RenderableType:
    """Each cell that would be written, with what stands there now."""
    grid = _grid("", "", "", "", "")
    for cell in plan.cells:
        was, now = ("" if value is None else str(value) for value in (cell.was, cell.now))
        grid.add_row(f"{cell.tab}!{cell.row}", cell.row_id, cell.column, Text(was, style="dim"), now)
    return grid


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
        lines.append(Text(texts["moved" if done else "would_move"].format(what=what)))
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for each in filing.staying:
        by_reason[each.reason].append(book.tables[each.table].row_ids[each.row])
    for reason, ids in by_reason.items():
        shown = " ".join(ids[:_SHOWN_IDS]) + " …" * (len(ids) > _SHOWN_IDS)
        said = faults.get(reason, reason)
        lines.append(Text(texts["stays"].format(count=len(ids), reason=said, ids=shown), style="yellow"))
    if filed.later:
        lines.append(Text(texts["later"].format(reason=filed.later.said(faults)), style="red"))
    return _section(texts["title"], *lines) if lines else None


def expired_section(found: Sequence[Found], years: int, words: Words) -> RenderableType:
    """Archived rows that have passed the years for which they are kept."""
    texts = words["archive"]
    if not found:
        return Text(texts["nothing_expired"], style="green")
    grid = _grid(words["report"]["tab"], texts["archived_on"], "", "")
    for each in found:
        row = list(map(str, each.row.said.values()))
        grid.add_row(each.drawer.tab, str(archived_on(each.row) or ""), row[0], " ".join(row[1:4]))
    return _section(texts["expired"].format(years=years), grid)


def notices_section(notices: Sequence[Notice], words: Words, *, done: bool) -> RenderableType:
    """Who was, or would be, told what."""
    report = words["report"]
    title = report["told"] if done else report["would_tell"]
    if not notices:
        return _section(title, Text(report["nobody"], style="green"))
    by_person: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_person[_named(notice.recipient)].append(notice)
    grid = _grid(report["to"], report["about"])
    for person, mine in by_person.items():
        grid.add_row(person, "\n".join(_about(mine, words)))
    return _section(title, grid)


def _named(recipient: Recipient) -> str:
    """A person with the address, a group by its robot's name."""
    return f"{recipient.name} <{recipient.email}>" if recipient.email else recipient.name


def _about(notices: Iterable[Notice], words: Words) -> Iterator[str]:
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for notice in notices:
        copy = words["kinds"]["copy"] if notice.copy else ""
        subject = notice.subject
        name = subject.title if isinstance(subject, Figures) else subject.id
        ids[words["kinds"][notice.kind] + copy].append(name)
    for kind, mine in ids.items():
        more = " " + words["report"]["more"].format(count=len(mine)) if len(mine) > _SHOWN_IDS else ""
        yield f"{kind} {len(mine)}: {' '.join(mine[:_SHOWN_IDS])}{more}"


def missed_section(missed: Sequence[Missed], words: Words) -> RenderableType | None:
    """Who could not be told, and why."""
    if not missed:
        return None
    ids: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for miss in missed:
        ids[miss.name, miss.reason].append(miss.id)
    grid = _grid(words["report"]["person"], words["report"]["reason"], words["report"]["about"])
    for (name, reason), mine in ids.items():
        grid.add_row(name, words["report"][f"missed_{reason}"], " ".join(mine))
    return _section(words["report"]["missed"], grid)


def failed_section(failed: Sequence[tuple[Recipient, Delivery]], words: Words) -> RenderableType | None:
    """Whose mail could not be handed over."""
    if not failed:
        return None
    grid = _grid(words["report"]["to"], words["report"]["reason"], "")
    for recipient, delivery in failed:
        again = words["report"]["given_up" if delivery.permanent or delivery.unsure else "try_again"]
        grid.add_row(recipient.email, Text(delivery.detail, style="red"), again)
    return _section(words["report"]["failed"], grid)


def answers_section(bag: Postbag, proposals: Sequence[Proposal], words: Words) -> RenderableType | None:
    """What was answered by mail: what stands beside rows now, and how many mails were left aside."""
    texts, new = words["answers"], set(bag.new)
    lines = [
        texts["standing"].format(count=len(proposals), new=sum(each.answer in new for each in proposals))
    ]
    meant = {each.answer for each in proposals}
    reasons = dict(bag.ignored)
    if not_meant := len({each.message for each in bag.new} - {each.message for each in meant}):
        reasons["not_theirs"] = not_meant
    if reasons:
        shown = (f"{texts[reason]} {count}" for reason, count in sorted(reasons.items()))
        lines.append(texts["ignored"].format(counts=words["report"]["comma"].join(shown)))
    if not (proposals or reasons):
        return None
    return _section(texts["title"], *(Text(line) for line in lines))


def entries_section(entries: Sequence[Entry], words: Words) -> RenderableType:
    """What the ledger says of notices."""
    texts = words["notices"]
    if not entries:
        return Text(texts["none"])
    heads = ("state", "moment", "to", "kind", "about", "key", "detail")
    grid = _grid(*(texts[head] for head in heads))
    for each in entries:
        to, moment = _named(Recipient(each.name, each.email)), f"{each.moment:%Y-%m-%d %H:%M}"
        row = (
            texts[each.state],
            moment,
            to,
            words["kinds"][each.kind],
            each.row_id,
            each.key,
            each.detail or "",
        )
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def files_section(files: Iterable[tuple[str, Path | str]], words: Words) -> RenderableType:
    """Where everything is."""
    grid = _grid("", "")
    for name, place in files:
        grid.add_row(words["report"].get(name, name), str(place))
    return _section(words["report"]["files"], grid)


def backups_section(backups: Sequence[Backup], words: Words) -> RenderableType:
    """What a workbook can be put back to."""
    texts = words["report"]
    if not backups:
        return Text(texts["no_backups"])
    grid = _grid("", texts["moment"], texts["size"], texts["backup"])
    for number, backup in enumerate(backups, start=1):
        size = f"{backup.size / 1024:,.0f} KiB"
        grid.add_row(str(number), f"{backup.moment:%Y-%m-%d %H:%M:%S}", size, backup.path.name)
    return grid


def _grid(*heads: str) -> Table:
    grid = Table(box=None, pad_edge=False, show_header=any(heads), header_style="dim", padding=(0, 2, 0, 0))
    for head in heads:
        grid.add_column(head, overflow="fold")
    return grid


def _section(title: str, *parts: RenderableType) -> RenderableType:
    return Group(
        Text(f"\n{title}", style="bold blue"), *(Padding(part, (0, 0, 0, 2), expand=False) for part in parts)
    )
