"""Grouping, order and words of a person's mail."""

import re
import string
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from tell_samples import ZHANG, item, notice

from sheet_templates import LANGUAGES, rungs, words
from sync.tell.digest import Letter, compose, digests, one_line
from sync.tell.notice import Digest, Figures, Kind, Meeting, Notice, Recipient

LI = Recipient("李四", "lisi@example.com")
MAIL_GROUPS = ("mail", "mail_counts", "mail_sections", "mail_item", "mail_weekdays", "mail_figures")
SNAPSHOT = Path(__file__).with_name("digest.zh-CN.txt")

WEEK = (
    notice(
        Kind.RISK,
        id="A-12",
        description="提交需求确认单并经双方签字",
        due=date(2026, 11, 12),
        days_left=-8,
        late_days=6,
        risk="风险预警",
        problems=("[A112] 缺少延期原因", "[A108] 缺少交付标准"),
    ),
    notice(Kind.OVERDUE, id="A-19"),
    notice(Kind.OVERDUE, id="A-15", due=date(2026, 11, 17), days_left=-3, late_days=3),
    notice(Kind.DUE_SOON, id="A-21", due=date(2026, 11, 20), days_left=0, late_days=0, risk="即将到期"),
    notice(Kind.DUE_SOON, id="A-23", due=date(2026, 11, 22), days_left=2, late_days=0, risk="即将到期"),
    notice(Kind.OVERDUE, copy=True, id="A-17", owner="李四", department="市场部", meeting=""),
)


def letter(*notices: Notice, language: str = "zh-CN", book: str = "客户会议跟踪表") -> Letter:
    (digest,) = digests(notices)
    return compose(digest, words(language), book)


def page_text(source: str) -> str:
    """What a reader of the HTML sees, with single spaces."""
    body = html.document_fromstring(source).find("body")
    return " ".join(" ".join(body.itertext()).split())


def test_the_chinese_text_is_the_snapshot():
    assert letter(*WEEK).text == SNAPSHOT.read_text("utf-8")


def test_one_mail_a_person_whatever_the_case_of_the_address():
    shouting = Recipient("张三", "ZhangSan@Example.com")
    made = digests([notice(id="A-1"), notice(to=LI, id="A-2"), notice(to=shouting, id="A-3")])
    assert [len(digest.notices) for digest in made] == [2, 1]


def test_people_who_share_an_address_get_one_mail_with_both_names():
    shared = Recipient("李四", ZHANG.email)
    (digest,) = digests([notice(id="A-1"), notice(to=shared, id="A-2", owner="李四")])
    assert digest.recipient.name == "张三 / 李四"


def test_the_most_urgent_comes_first():
    mixed = [
        notice(Kind.DUE_SOON, id="A-1", late_days=0),
        notice(Kind.OVERDUE, id="A-2", late_days=1),
        notice(Kind.OVERDUE, id="A-3", late_days=3),
        notice(Kind.OVERDUE, id="A-4", late_days=1, due=date(2026, 11, 18)),
        notice(Kind.OVERDUE, id="A-5", late_days=9, copy=True, owner="李四"),
        notice(Kind.RISK, id="A-6", late_days=4),
    ]
    (digest,) = digests(mixed)
    assert [told.subject.id for told in digest.notices] == ["A-6", "A-3", "A-4", "A-2", "A-5", "A-1"]


@given(st.permutations(WEEK))
@settings(deadline=None, max_examples=20)
def test_the_order_of_the_notices_does_not_matter(shuffled):
    assert digests(shuffled) == digests(WEEK)


def test_nothing_to_tell_is_no_digest():
    assert digests([]) == ()


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("zh-CN", "[闭环] 1 项风险预警、2 项逾期、2 项即将到期，另抄送 1 项 — 跟踪表"),
        ("zh-TW", "[閉環] 1 項風險預警、2 項逾期、2 項即將到期，另有副本 1 項 — 跟踪表"),
        ("en", "[closeloop] 1 at risk, 2 overdue, 2 due soon (+1 in copy) — 跟踪表"),
    ],
)
def test_the_subject_counts_what_is_in_the_mail(language, subject):
    assert letter(*WEEK, language=language, book="跟踪表").subject == subject


def test_a_mail_of_copies_only_says_so():
    copied = letter(notice(copy=True, owner="李四"), book="跟踪表")
    assert copied.subject == "[闭环] 抄送：1 项逾期 — 跟踪表"
    assert "由他人负责" in copied.text


def test_an_owner_in_copy_of_a_risk_warning_still_has_to_act():
    warned = letter(notice(Kind.RISK, copy=True, owner="张三（产品部）", late_days=5))
    assert "由他人负责" not in warned.text
    assert "需要您处理" in warned.text
    assert "负责人：张三" not in warned.text


def test_a_head_of_department_sees_whose_item_it_is():
    assert "负责人：李四（市场部）" in letter(notice(Kind.RISK, owner="李四", department="市场部")).text


def test_an_item_of_several_notices_is_shown_once_as_one_s_own():
    made = letter(notice(Kind.RISK, copy=True, owner="李四"), notice(Kind.OVERDUE, owner="李四"))
    assert made.text.count("提交需求确认单") == 1
    assert "1 项逾期" in made.subject


@pytest.mark.parametrize(
    ("late_days", "days_left", "shown"),
    [
        (6, -8, ("逾期 6 个工作日", "6 working days late")),
        (1, -1, ("逾期 1 个工作日", "1 working day late")),
        (0, -1, ("已过计划完成时间", "Past its due date")),
        (0, 0, ("今天到期", "Due today")),
        (0, 1, ("明天到期", "Due tomorrow")),
        (0, 2, ("还剩 2 天", "2 days left")),
    ],
)
def test_how_late_or_how_long(late_days, days_left, shown):
    told = notice(late_days=late_days, days_left=days_left)
    assert tuple(shown[at] in letter(told, language=name).text for at, name in enumerate(("zh-CN", "en")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_say_the_same(language):
    made = letter(*WEEK, language=language)
    seen = page_text(made.html)
    for line in made.text.splitlines():
        said = re.sub(r"^(\d+\. |■ |- )", "", line.strip())
        parts = [part for part in re.split(r"：|: |:$|  ", said) if part.strip("- ")]
        assert all(" ".join(part.split()) in seen for part in parts), line


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "told", [(WEEK[0],), (WEEK[3],), (WEEK[5],), WEEK], ids=["risk", "soon", "copy", "all"]
)
def test_no_field_is_left_unfilled(language, told):
    made = letter(*told, language=language)
    assert not re.search(r"[{}]", made.subject + made.text)


@pytest.mark.parametrize(
    "cell",
    [
        "<script>alert(1)</script>",
        "</td></tr></table><h1>付款</h1>",
        '" onmouseover="alert(1)',
        "<!--",
        "<![endif]-->",
        "{{ 7 * 7 }} {% for %} {count} {0}",
        "<style>td{display:none}</style>",
        "&lt;b&gt; &amp;",
        "\u202egnp.exe\u2066",
        "一行\r\n■ 已逾期（9 项）\n\n1. 假的",
        "=HYPERLINK(1)",
        "张三\x00\x1b[31m",
    ],
)
def test_a_cell_is_shown_and_never_acts(cell):
    fields = ("description", "meeting", "owner", "department", "status", "risk", "place")
    hostile = notice(copy=True, problems=(cell,), **dict.fromkeys(fields, cell))
    made = letter(hostile, book=cell)
    harmless = letter(notice(copy=True, problems=("甲",), **dict.fromkeys(fields, "甲")), book="甲")
    tags = [
        [node.tag for node in html.document_fromstring(page).iter()] for page in (made.html, harmless.html)
    ]
    assert tags[0] == tags[1]
    assert one_line(cell) in " ".join(html.document_fromstring(made.html).itertext())
    assert one_line(cell) in made.text
    assert len(made.text.splitlines()) == len(harmless.text.splitlines())
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", made.subject + made.text + made.html
    )


def test_a_row_with_empty_cells_has_no_empty_lines():
    bare = item(description="", meeting="", owner="", department="", status="", risk="", place="")
    (digest,) = digests([Notice(Kind.OVERDUE, "k", ZHANG, False, bare.due, bare)])
    made = compose(digest, words("zh-CN"), "跟踪表")
    assert "会议：" not in made.text
    assert "1. A-1\n" in made.text


def test_the_greeting_of_someone_without_a_name_is_the_address():
    nameless = Recipient("", "x@example.com")
    assert compose(Digest(nameless, WEEK), words("en"), "b").text.startswith("Hello x@example.com,")


def test_an_english_one_is_singular():
    assert "1 action item in" in letter(notice(), language="en").text


@given(st.text(alphabet=st.characters(), max_size=400), st.integers(1, 60))
@settings(deadline=None)
def test_one_line_is_short_and_harmless(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(line) & set(
        "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )
    line.encode("utf-8")


def test_a_cut_leaves_no_half_letter():
    assert one_line("abcde\u0301f", 6) == "abcd…"
    assert one_line("ab👩\u200d👩\u200d👧", 5) == "ab…"


def test_every_language_has_the_same_mail_words():
    shapes = [
        {
            (group, key): sorted(filter(None, (field for _, field, _, _ in string.Formatter().parse(text))))
            for group in MAIL_GROUPS
            for key, text in words(language)[group].items()
        }
        for language in LANGUAGES
    ]
    assert shapes[0] == shapes[1] == shapes[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_singular_has_its_plural(language):
    for group in MAIL_GROUPS:
        texts = words(language)[group]
        assert all(key.removesuffix("_one") in texts for key in texts)


def meeting(cell: str = "产品评审会") -> Meeting:
    day = date(2026, 11, 19)
    return Meeting("M03", cell, day, cell, cell, day, 1, "会议登记!B4", (cell, "王芳"), (cell,))


def figures(cell: str = "客服部") -> Figures:
    return Figures("w", cell, date(2026, 11, 20), (("未完成", cell), ("已逾期", "1")), (cell, "A-1 · 王芳"))


def of_each_kind(cell: str = "甲") -> tuple[Notice, ...]:
    """One notice of every kind, about what such notices are about."""
    about = {
        "item": item(description=cell, owner="李四"),
        "meeting": meeting(cell),
        "paper": meeting(cell),
        "figures": figures(cell),
    }
    return tuple(
        Notice(
            kind,
            f"{kind}:k",
            ZHANG,
            False,
            date(2026, 11, 20),
            replace(about[rungs()[kind].about], id=kind.value),
        )
        for kind in Kind
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_section_in_its_order_and_nothing_is_left_unfilled(language):
    made = letter(*of_each_kind(), language=language)
    titles = [line.removeprefix("■ ") for line in made.text.splitlines() if line.startswith("■ ")]
    texts = words(language)["mail_sections"]
    assert titles == [texts["title"].format(title=texts[kind], count=1) for kind in Kind]
    assert not re.search(r"[{}]", made.subject + made.text)
    assert len(made.subject) < 120
    seen = page_text(made.html)
    for line in made.text.splitlines():
        said = re.sub(r"^(\d+\. |■ |- )", "", line.strip())
        parts = [part for part in re.split(r"：|: |:$|  ", said) if part.strip("- ")]
        assert all(" ".join(part.split()) in seen for part in parts), line


def test_a_subject_counts_the_most_urgent_kinds_and_sums_up_the_rest():
    assert (
        letter(*of_each_kind(), book="表").subject
        == "[闭环] 1 项升级、1 项风险预警、1 项受阻、1 项逾期、其他 16 项 — 表"
    )


def test_copies_stand_before_accounts():
    made = letter(notice(copy=True, owner="李四"), *of_each_kind()[-3:])
    titles = [line for line in made.text.splitlines() if line.startswith("■ ")]
    assert titles[0].startswith("■ 抄送")


def test_a_mail_of_accounts_only_asks_for_nothing():
    assert "供您了解" in letter(*of_each_kind()[-3:]).text


@pytest.mark.parametrize(
    "cell", ["<script>alert(1)</script>", "一行\r\n■ 假的", "{count} {{ 7 }}", "\u202egnp.exe"]
)
def test_a_cell_of_a_meeting_or_an_account_is_shown_and_never_acts(cell):
    made, harmless = letter(*of_each_kind(cell)), letter(*of_each_kind("甲"))
    tags = [[node.tag for node in html.document_fromstring(page.html).iter()] for page in (made, harmless)]
    assert tags[0] == tags[1]
    assert len(made.text.splitlines()) == len(harmless.text.splitlines())
    assert one_line(cell) in made.text
