"""Minutes and notices of meetings: what they say, how Word, HTML and calendars get it, and who they go to."""

import io
import re
import stat
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from icalendar import Calendar

from rules.directory import Directory, Person, directory
from rules.handbook import RULES
from rules.judge import judge
from rules.table import Book
from rules.tuning import Tuning
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import LANGUAGES, template, words
from sheet_templates.demo import demo
from sync.cli import main
from sync.commands.beginning import write_new
from sync.faults import UsageFault
from sync.new_workbook import Content
from sync.reports.document import Document, Line, readable
from sync.reports.document_html import html_page
from sync.reports.invitation import invitation
from sync.reports.minutes import MeetingMinutes, minutes_of
from sync.reports.minutes_document import minutes_document
from sync.reports.minutes_recipients import invited, minutes_recipients
from sync.reports.notice_document import notice_document
from sync.snapshot import Snapshot, Tab
from sync.tables import read_tables
from sync.word import word_file

NOW = datetime(2024, 6, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
CHINESE = words("zh-CN")


@pytest.fixture(scope="module")
def book() -> Book:
    """The demonstration's tables, judged."""
    shown = demo()
    tabs = []
    for key, rows in shown.rows.items():
        table = template().tables[key]
        keys = [name for name, column in table.columns.items() if column.owner != "worker"]
        header = [table.columns[name].heads[0] for name in keys]
        tabs.append(Tab(table.heads[0], [header, *[[row.get(name) for name in keys] for row in rows]]))
    tables = read_tables(Snapshot(tuple(tabs), "f"), template(), {}, shown.now.date())
    days = calendar(today=shown.now.date())
    return judge(Book(tables, shown.now, days, word_lists()), RULES, Tuning()).book


@pytest.fixture(scope="module")
def minutes(book) -> MeetingMinutes:
    return minutes_of(book, "M11")


def text_of(word: bytes) -> str:
    """All that a Word document shows, in order."""
    found: list[str] = []
    for block in docx.Document(io.BytesIO(word)).iter_inner_content():
        if isinstance(block, WordTable):
            found += [cell.text for row in block.rows for cell in row.cells]
        else:
            found.append(block.text)
    return "\n".join(found)


def part(word: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        return package.read(f"word/{name}.xml").decode()


def visible(html: str) -> str:
    return re.sub(r"<!--.*?-->|<[^>]+>", "\n", "<body" + html.partition("<body")[2], flags=re.DOTALL)


def test_minutes_hold_all_that_the_rows_say(minutes):
    assert (minutes.name, minutes.host, minutes.recorder) == ("Q3产品规划会", "林晓东", minutes.recorder)
    assert minutes.starts == datetime(2024, 5, 20, 14)
    assert [topic.title for topic in minutes.topics] == ["功能优先级排序", "投诉流程二次优化", "资源分配协调"]
    assert minutes.topics[0].grounds == "客户需求评分与开发成本"
    assert [item.id for item in minutes.items] == [f"A0{number}" for number in range(60, 69)]
    assert {item.id: item.due for item in minutes.items}["A061"] == "尽快"
    assert {item.id: item.due for item in minutes.items}["A066"] == "2024-05-27"


def test_a_meeting_is_found_by_its_number_in_any_width_or_by_its_name(book):
    assert minutes_of(book, "ｍ11") == minutes_of(book, "M11") == minutes_of(book, "Q3产品规划会")


@pytest.mark.parametrize("name", ["M99", "", "  "])
def test_a_meeting_that_is_not_there_is_a_fault(book, name):
    with pytest.raises(UsageFault, match="there is no meeting"):
        minutes_of(book, name)


def test_what_is_open_says_who_follows_it_up_and_until_when(book):
    document = minutes_document(minutes_of(book, "M12"), CHINESE)
    decisions = next(each for each in document.parts if "决策结论" in each.heading)

    assert Line("2. 技术采购预算（未决）：", "需补充材料") in decisions.lines
    assert decisions.lines[-1].text == "依据：只有一家报价；跟进：周启明，截止：2024-06-14"


def test_minutes_are_a_draft_until_the_host_has_approved_them(minutes):
    draft, approved = (minutes_document(replace(minutes, approved=each), CHINESE) for each in (False, True))

    assert draft.state == "草稿，待主持人审核"
    assert approved.state == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lay_out", [minutes_document, notice_document])
def test_word_and_html_say_the_same(book, language, lay_out):
    document = lay_out(minutes_of(book, "M09"), words(language))
    shown, html = text_of(word_file(document)), visible(html_page(document))

    for fact in document.facts:
        assert fact.label in shown
        assert fact.text.splitlines()[0] in shown
        assert fact.label in html
    for each in document.parts:
        assert each.heading in shown
        assert each.heading in html
        for row in each.grid.rows if each.grid else ():
            for text in row:
                assert text in shown
                assert text in html


@pytest.mark.parametrize("lay_out", [minutes_document, notice_document])
def test_what_is_confidential_is_marked_at_the_top_of_every_page(book, lay_out):
    document = lay_out(minutes_of(book, "M12"), CHINESE)
    word = word_file(document)

    assert text_of(word).startswith("涉密")
    assert "涉密" in docx.Document(io.BytesIO(word)).sections[0].header.paragraphs[0].text
    assert visible(html_page(document)).split()[0] == "涉密"
    assert "涉密" not in text_of(word_file(lay_out(minutes_of(book, "M11"), CHINESE)))


@pytest.mark.parametrize(("language", "font"), [("zh-CN", "等线"), ("zh-TW", "微軟正黑體"), ("en", "等线")])
def test_every_text_names_its_east_asian_font(minutes, language, font):
    word = docx.Document(io.BytesIO(word_file(minutes_document(minutes, words(language)))))

    runs = word.element.body.findall(f".//{qn('w:r')}")
    fonts = [run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}").get(qn("w:eastAsia")) for run in runs]
    assert set(fonts) <= {font, "宋体", "新細明體"}
    assert fonts.count(font) > len(fonts) / 2
    assert word.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == font


def test_it_is_a4_and_tables_break_between_rows_with_their_headings_again(minutes):
    word = docx.Document(io.BytesIO(word_file(minutes_document(minutes, CHINESE))))

    section = word.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    for table in word.tables:
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert sum(cell.width.cm for cell in table.rows[0].cells) == pytest.approx(16.6, abs=0.1)
    assert word.tables[-1].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_elements_stand_in_the_order_that_word_insists_on(book):
    """Word refuses what LibreOffice forgives: borders after spacing in pPr, a hint before the fonts …"""
    xml = part(word_file(minutes_document(minutes_of(book, "M12"), CHINESE)), "document")

    for properties in re.findall(r"<w:pPr>(.*?)</w:pPr>", xml):
        order = ["pStyle", "keepNext", "pBdr", "spacing", "jc", "rPr"]
        found = [order.index(tag) for tag in re.findall(r"<w:(\w+)", properties) if tag in order]
        assert found == sorted(found), properties
    for properties in re.findall(r"<w:tblPr>(.*?)</w:tblPr>", xml):
        order = ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
        found = [order.index(tag) for tag in re.findall(r"<w:(\w+)", properties) if tag in order]
        assert found == sorted(found), properties
    for properties in re.findall(r"<w:trPr>(.*?)</w:trPr>", xml):
        assert re.findall(r"<w:(\w+)", properties) in (["cantSplit"], ["cantSplit", "tblHeader"])


HOSTILE = "<script>alert(1)</script>&\x00\x07\ufffe\ud800\u202e\n第二行"


def test_what_people_type_is_text_in_every_form(minutes):
    typed = replace(minutes, goal=readable(HOSTILE), name=readable(HOSTILE))
    document = minutes_document(typed, CHINESE)

    html = html_page(document)
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in html
    assert "<script>alert(1)</script>&\n第二行" in text_of(word_file(document))


def test_a_document_without_anything_is_one_too():
    empty = Document("zh-CN", "会议纪要", "", "", (), (), "", "{page}/{pages}")

    assert "会议纪要" in text_of(word_file(empty))
    assert "会议纪要" in html_page(empty)


def event(made: bytes):
    return next(iter(Calendar.from_ical(made).walk("VEVENT")))


def test_an_invitation_is_the_meeting_in_everybodys_calendar(minutes):
    people = (Person("周启明", "技术部", "zqm@example.com"),)
    made = invitation(minutes, people, "host@example.com", "tracker", NOW, CHINESE)

    assert made is not None
    its = event(made)
    assert Calendar.from_ical(made)["METHOD"] == "REQUEST"
    assert its.decoded("dtstart").isoformat() == "2024-05-20T06:00:00+00:00"
    assert (its["SUMMARY"], its["CLASS"]) == ("Q3产品规划会", "PUBLIC")
    assert str(its["ATTENDEE"]) == "mailto:zqm@example.com"


def test_a_moved_meeting_is_news_of_the_same_entry(minutes):
    first, second = (
        event(invitation(minutes, (), "h@example.com", "tracker", now, CHINESE) or b"")
        for now in (NOW, NOW.replace(hour=12))
    )

    assert first["UID"] == second["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"]


def test_a_meeting_without_a_time_takes_the_day_and_one_without_a_day_has_no_entry(minutes):
    day = replace(minutes, starts=None, ends=None)

    assert (
        event(invitation(day, (), "h@e.cn", "t", NOW, CHINESE) or b"").decoded("dtstart") == minutes.held_on
    )
    assert invitation(replace(day, held_on=None), (), "h@e.cn", "t", NOW, CHINESE) is None


def listed(book: Book) -> Directory:
    return directory(book.get("people"), book.words)


def test_minutes_go_to_attendees_owners_and_heads_with_leaders_in_copy(book, minutes):
    found = minutes_recipients(minutes, listed(book))

    names = {person.name for person in found.to}
    assert {"林晓东", "周启明", "唐雅文", "王芳", "罗敏"} <= names
    assert not set(found.to) & set(found.copy)


def test_what_is_confidential_goes_to_those_who_were_there_and_their_leaders_alone(book):
    secret = minutes_of(book, "M12")
    found = minutes_recipients(secret, listed(book))

    there = {person.name for person in invited(secret, listed(book))}
    assert {person.name for person in found.to} == there
    assert "马骏" not in there  # he has an item of it, and was not there
    assert {person.name for person in found.copy} <= {"沈国栋"}


def test_whoever_is_not_in_the_directory_is_missed_and_nobody_else_told(book, minutes):
    found = minutes_recipients(replace(minutes, attendees="外部顾问:钱多多", items=()), listed(book))

    assert "钱多多" in found.missed


@pytest.fixture
def tracker(tmp_path) -> Path:
    shown = demo()
    path = tmp_path / "tracker.xlsx"
    write_new(path, "zh-CN", Content(shown.rows, shown.merged, shown.without))
    return path


@pytest.fixture
def closeloop(monkeypatch, capsys):
    """Run the command line in this process: exit code and what it says."""

    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["closeloop", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out + shown.err

    return call


def test_the_command_writes_both_forms_and_overwrites_none(closeloop, tracker):
    for _ in range(2):
        assert closeloop("minutes", "M12", "-w", tracker)[0] == 0

    folder = tracker.parent / "tracker.closeloop" / "minutes"
    name = "下半年预算审批会-会议纪要-20240522"
    files = {file.name for file in folder.iterdir()}
    assert files == {f"{name}{end}{form}" for end in ("", " (2)") for form in (".docx", ".html")}
    assert {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in folder.iterdir()} == {0}
    for file in folder.glob("*.html"):
        assert "涉密" in file.read_text("utf-8")


def test_a_file_can_be_named_and_other_kinds_are_refused(closeloop, tracker, tmp_path):
    assert closeloop("minutes", "M11", "-w", tracker, "-o", tmp_path / "a.docx")[0] == 0
    assert closeloop("minutes", "M11", "-w", tracker, "-o", tmp_path / "a.docx")[0] == 2
    assert closeloop("minutes", "M11", "-w", tracker, "-o", tmp_path / "a.pdf")[0] == 2
    assert closeloop("minutes", "M99", "-w", tracker)[0] == 2


def test_a_notice_has_its_invitation_beside_it(closeloop, tracker):
    code, out = closeloop("notice", "M16", "-w", tracker)

    assert code == 0
    assert [line.rpartition(".")[2] for line in out.split()] == ["docx", "html", "ics"]


def test_rows_are_added_after_a_yes_once(closeloop, tracker, tmp_path):
    file = tmp_path / "纪要.md"
    file.write_text("待办：罗敏6月12日前补写投诉升级话术\n王芳5月27日前完成回访", "utf-8")
    call = ("import", file, "--meeting", "M11", "-w", tracker, "--now", "2024-06-03T10:00")
    before = tracker.read_bytes()

    code, said = closeloop(*call)
    assert (code, "没有终端可以确认；要执行请加 --yes" in said) == (2, True)
    assert tracker.read_bytes() == before
    assert closeloop(*call, "--yes")[0] == 0
    after = tracker.read_bytes()
    code, out = closeloop(*call, "--yes")
    assert (code, tracker.read_bytes()) == (0, after)
    assert "没有写入任何内容" in out
    assert out.count("表中已有") == 2


def test_minutes_without_any_item_are_no_error(closeloop, tracker, tmp_path):
    file = tmp_path / "纪要.md"
    file.write_text("会议讨论了天气。", "utf-8")

    code, out = closeloop("import", file, "--meeting", "M11", "-w", tracker, "--now", "2024-06-03T10:00")

    assert code == 0
    assert "没有找到行动项" in out
