"""A meeting whose minutes have still to go out waits for them before it leaves for the archive."""

from datetime import date, datetime, time, timedelta

import pytest
from archive_tables import ITEMS, in_memory, item, one_pass, standing

from sheet_templates import template

_MEETING = template().tables["meetings"].columns
HEADS = [
    _MEETING[key].heads[0]
    for key in (
        "id",
        "name",
        "date",
        "host",
        "recorder",
        "attendees",
        "minutes_done",
        "approved",
        "distributed",
    )
]
PEOPLE = [["姓名", "部门", "邮箱"], ["张三", "产品部", "z@example.com"], ["王芳", "产品部", "w@example.com"]]
DONE, DUE = date(2024, 5, 20), date(2024, 5, 27)
"""When the meeting's last item was done, and when it is due for the archive."""


def register(approved: date | None) -> list[list[object]]:
    held = date(2024, 5, 17)
    people = ["张三", "王芳", "张三、王芳"]
    other = date(2024, 5, 24)
    return [
        HEADS,
        ["M1", "产品规划会", held, *people, date(2024, 5, 18), approved, None],
        ["M2", "周会", other, *people, other, other, other],
    ]


def tracker():
    items = {"行动项跟踪表": [ITEMS, item("A1", done=DONE), item("A2", "M2", None)]}
    return in_memory(items | {"会议登记": register(None), "人员": PEOPLE})


@pytest.mark.parametrize(
    ("approved", "passes"),
    [
        (DUE, [datetime.combine(DUE, time(10))]),
        (
            date(2024, 5, 24),
            [datetime(2024, 5, 24, 20), datetime(2024, 5, 27, 0, 30), datetime(2024, 5, 27, 10)],
        ),
    ],
    ids=["approved on the day", "held over a weekend"],
)
def test_minutes_go_out_before_their_meeting_leaves(tmp_path, approved, passes):
    book = tracker()
    one_pass(book, tmp_path, now=datetime(2024, 5, 24, 10))
    book.tabs["会议登记"].rows[1][HEADS.index(_MEETING["approved"].heads[0])] = approved

    told = []
    for now in passes:
        done = one_pass(book, tmp_path, now=now)
        told += done.told
        assert "M1" in standing(book, "会议登记")
        assert done.judged.filing.leaving == ()
    said = [(each.table, each.reason) for each in done.judged.filing.staying]
    assert said == [("meetings", "its minutes or invitation have still to go out")]
    day_after = one_pass(book, tmp_path, now=passes[-1] + timedelta(days=1))

    assert sorted(each.recipient.name for each in told if each.kind.value == "minutes") == ["张三", "王芳"]
    assert day_after.filed.rows == {"meetings": 1}
    assert standing(book, "会议登记") == ["M2"]
    assert standing(book) == ["A2"]
