"""Who is told what, when (handbook §4): the ladder in working days, catch-up, deputies, heads, and who cannot be told."""

from datetime import datetime

import pytest

from sync.books.memory import MemoryBook
from sync.looking import look
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.notice import Notice

LADDER = {"due_soon", "overdue", "risk"}
CHASED = {*LADDER, "escalation", "acceptance", "problem"}
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态", "验收人"]
PEOPLE = [
    ["姓名", "部门", "邮箱", "角色", "请假至", "代理人"],
    ["王芳", "客服部", "wangfang@example.com", "专员"],
    ["李雷", "客服部", "lilei@example.com", "部门负责人"],
    ["赵敏", "运营部", "zhaomin@example.com", "协调人"],
    ["钱进", "技术部", "qianjin@example.com", "", "2024-06-30", "孙悦"],
    ["孙悦", "技术部", "sunyue@example.com", ""],
    ["周全", "技术部", "", ""],
]  # fmt: skip


def on_the_ladder(judged) -> list[Notice]:
    """Those of due soon, overdue and risk warning, which follow one another."""
    return [notice for notice in judged.notices if notice.kind.value in LADDER]


def told(
    now: str,
    owner="王芳",
    department="客服部",
    due="2024-06-12",
    status="进行中",
    verifier="",
    people=PEOPLE,
    **settings,
):
    row = ["A001", "输出《流程V2.0》", owner, department, due, status, verifier]
    book = MemoryBook({"t": Tab("t", [HEADER, row]), "通讯录": Tab("通讯录", people)})
    judged = look(book, Settings(**settings), datetime.fromisoformat(now))
    return [(each.kind.value, each.recipient.name, each.copy) for each in on_the_ladder(judged)], judged


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2024-06-06", []),
        (
            "2024-06-07",
            [("due_soon", "王芳", False)],
        ),  # two days before is the Dragon Boat holiday: the last working day counts
        ("2024-06-12", [("due_soon", "王芳", False)]),
        ("2024-06-13", [("overdue", "王芳", False), ("overdue", "赵敏", True)]),
        (
            "2024-06-16",
            [("overdue", "王芳", False), ("overdue", "赵敏", True)],
        ),  # a Sunday: still two working days late
        ("2024-06-17", [("overdue", "王芳", False), ("overdue", "赵敏", True)]),
        ("2024-06-18", [("risk", "李雷", False), ("risk", "王芳", False)]),
        ("2024-07-18", [("risk", "李雷", False), ("risk", "王芳", False)]),
    ],
)
def test_the_ladder(now, expected):
    assert told(now + "T10:00")[0] == expected


def keys(now: str) -> set[str]:
    return {notice.key for notice in on_the_ladder(told(now + "T10:00")[1])}


def test_a_rung_has_one_key_however_often_it_is_looked_at():
    assert keys("2024-06-07") == keys("2024-06-12")
    assert keys("2024-06-13").isdisjoint(keys("2024-06-14"))
    assert keys("2024-06-14") == keys("2024-06-16")  # the week-end adds no rung
    assert keys("2024-06-18") == keys("2024-06-21") == keys("2024-06-24")
    assert keys("2024-06-25").isdisjoint(keys("2024-06-24"))  # five working days later


def test_after_a_long_holiday_only_the_highest_rung_is_left():
    assert [each[0] for each in told("2024-10-08T10:00", due="2024-09-24")[0]] == ["risk", "risk"]


def test_what_is_done_or_handed_in_is_not_chased():
    def said_of(done: str) -> list[tuple[str, str]]:
        row = ["A1", "输出", "王芳", "客服部", "2024-06-12", "已完成", "", done]
        tab = Tab("t", [[*HEADER, "实际完成时间"], row])
        book = MemoryBook({"t": tab, "通讯录": Tab("通讯录", PEOPLE)})
        notices = look(book, Settings(), datetime(2024, 6, 20, 10)).notices
        return [(each.kind.value, each.recipient.name) for each in notices if each.kind.value in CHASED]

    assert said_of("") == [("problem", "王芳")]  # that the day is missing is for nobody but the owner
    assert said_of("2024-06-19") == [("acceptance", "赵敏")]
    assert told("2024-06-20T10:00", status="已完成")[0] == []  # the sheet has no place for the date


def test_what_is_said_to_be_done_is_accepted_where_no_column_tells_when():
    row = ["A1", "输出", "王芳", "客服部", "2024-06-12", "已完成", "孙悦", ""]
    tab = Tab("t", [[*HEADER, "验收结果"], row])
    book = MemoryBook({"t": tab, "通讯录": Tab("通讯录", PEOPLE)})
    notices = look(book, Settings(), datetime(2024, 6, 20, 10)).notices

    assert [(each.kind.value, each.recipient.name) for each in notices if each.kind.value in CHASED] == [
        ("acceptance", "孙悦")
    ]


def test_the_verifier_is_kept_informed_before_the_coordinator():
    assert told("2024-06-13T10:00", verifier="孙悦")[0][1] == ("overdue", "孙悦", True)


def test_a_deputy_stands_in_for_who_is_away():
    assert told("2024-06-12T10:00", owner="钱进", department="技术部")[0] == [("due_soon", "孙悦", False)]
    assert told("2024-07-12T10:00", owner="钱进", department="技术部", due="2024-07-12")[0] == [
        ("due_soon", "钱进", False)
    ]


@pytest.mark.parametrize(
    ("owner", "reason"),
    [
        ("张三", "unknown"),
        ("周全", "no_mail"),
        ("相关部门", "group"),
        ("王芳、李雷", "several"),
        ("待定", "placeholder"),
    ],
)
def test_who_cannot_be_told_is_reported_and_never_guessed(owner, reason):
    shown, judged = told("2024-06-12T10:00", owner=owner)

    assert shown == []
    assert [(each.id, each.reason) for each in judged.missed] == [("A001", reason)]


def test_namesakes_are_told_apart_by_department_only():
    people = [*PEOPLE, ["王芳", "技术部", "wangfang2@example.com", ""]]

    assert told("2024-06-12T10:00", people=people)[1].notices[0].recipient.email == "wangfang@example.com"
    assert told("2024-06-12T10:00", department="运营部", people=people)[1].missed[0].reason == "ambiguous"


def test_without_a_head_the_coordinator_is_told_and_it_is_said():
    shown, judged = told("2024-06-18T10:00", department="技术部")

    assert ("risk", "赵敏", False) in shown
    assert ("技术部", "no_head") in [(each.name, each.reason) for each in judged.missed]


def test_reminders_can_be_tuned():
    assert told("2024-06-04T10:00", reminders={"due_soon_days": 8})[0] == [("due_soon", "王芳", False)]
    assert told("2024-06-18T10:00", rules={"A116": {"working_days": 10}})[0][0][0] == "overdue"
    assert told("2024-06-18T10:00", rules={"A116": {"off": True}})[0][0][0] == "overdue"


def test_a_mail_says_where_the_row_is():
    item = told("2024-06-12T10:00")[1].notices[0].subject

    assert (item.place, item.days_left, item.late_days, item.status) == ("t!B2", 0, 0, "进行中")


def test_a_replanned_item_is_left_in_peace_until_its_new_date():
    header = [*HEADER, "延期原因", "预计完成时间"]
    row = [
        "A001",
        "输出《流程V2.0》",
        "王芳",
        "客服部",
        "2024-06-12",
        "延期",
        "",
        "等供应商样品",
        "2024-06-20",
    ]

    def key_on(now: str) -> set[str]:
        book = MemoryBook({"t": Tab("t", [header, row]), "通讯录": Tab("通讯录", PEOPLE)})
        judged = look(book, Settings(), datetime.fromisoformat(now + "T10:00"))
        return {notice.key for notice in on_the_ladder(judged)}

    assert key_on("2024-06-13") == key_on("2024-06-14") == key_on("2024-06-17")


def test_what_was_sent_back_is_chased_again():
    header = [*HEADER, "实际完成时间", "验收结果"]
    row = ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-06-12", "已完成", "", "2024-06-12", "不通过"]
    book = MemoryBook({"t": Tab("t", [header, row]), "通讯录": Tab("通讯录", PEOPLE)})

    kinds = {notice.kind.value for notice in on_the_ladder(look(book, Settings(), datetime(2024, 6, 13, 10)))}

    assert kinds == {"overdue"}


def test_two_rows_of_one_number_are_both_told():
    rows = [
        ["7", text, "王芳", "客服部", "2024-06-12", "进行中", ""]
        for text in ("输出《甲方案》", "输出《乙方案》")
    ]
    book = MemoryBook({"t": Tab("t", [HEADER, *rows]), "通讯录": Tab("通讯录", PEOPLE)})

    notices = on_the_ladder(look(book, Settings(), datetime(2024, 6, 12, 10)))

    assert [notice.subject.description for notice in notices] == ["输出《甲方案》", "输出《乙方案》"]


def test_what_is_confidential_goes_to_nobody_in_copy():
    meetings = Tab(
        "会议登记", [["会议编号", "会议名称", "会议日期", "涉密"], ["M1", "战略会", "2024-06-03", "是"]]
    )
    rows = Tab(
        "t",
        [
            [*HEADER, "会议编号"],
            ["A1", "输出《薪酬方案》", "王芳", "客服部", "2024-06-12", "进行中", "", "M1"],
        ],
    )
    book = MemoryBook({"t": rows, "通讯录": Tab("通讯录", PEOPLE), "会议登记": meetings})

    notices = on_the_ladder(look(book, Settings(), datetime(2024, 6, 13, 10)))

    assert [notice.recipient.name for notice in notices] == ["王芳"]


@pytest.mark.parametrize(("department", "head"), [("客服部（牵头）", "李雷"), ("客服", "李雷"), ("", "李雷")])
def test_the_head_is_found_though_the_department_is_spelt_otherwise(department, head):
    assert ("risk", head, False) in told("2024-06-18T10:00", department=department)[0]


@pytest.mark.parametrize("role", ["副部长", "非部门负责人", "部门负责人助理", "原部门负责人"])
def test_who_is_not_the_head_is_not_told_as_one(role):
    people = [PEOPLE[0], PEOPLE[1], ["李雷", "客服部", "lilei@example.com", role], PEOPLE[3]]

    assert ("risk", "李雷", False) not in told("2024-06-18T10:00", people=people)[0]
