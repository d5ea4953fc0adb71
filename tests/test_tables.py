"""Reading real sheets: headers anywhere, columns in any order and language, human mess; what cannot be read is a finding."""

from copy import copy
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.table import Layout, Table
from sheet_templates import LANGUAGES, normalise, template
from sync.faults import WorkbookFault
from sync.finding_tables import TablePlace, find_layouts
from sync.history import RowState
from sync.snapshot import Area, Snapshot, Tab
from sync.tables import own_days, read_tables, with_history

TODAY = date(2024, 5, 28)
HEADER = ["编号", "行动项描述", "负责人", "计划完成时间", "状态"]
ROW = ["A001", "输出流程V2.0", "王芳", "2024-06-14", "进行中"]


def actions(*rows, name="行动项跟踪表", **around):
    return read_tables(Snapshot((Tab(name, rows, **around),), "f"), template(), {}, TODAY)["actions"]


def test_the_header_need_not_be_the_first_row_nor_columns_in_order():
    table = actions(
        ["2024年行动项跟踪表", None, None, None, None, None],
        [],
        ["制表:协调组", None, None],
        ["状态", "心情", "计划完成时间", " 责任人 ", "行动项\n描述(必填)*", "编号"],
        ["进行中", "好", "2024-06-14", "王芳", "输出流程V2.0", "A001"],
        merged=(Area(1, 1, 1, 6),),
    )

    assert table.layout.header_row == 4
    assert dict(table.layout.columns) == {"status": 1, "due": 3, "owner": 4, "description": 5, "id": 6}
    assert table.frame.loc[5, ["id", "owner", "status"]].tolist() == ["A001", "王芳", "in_progress"]
    assert table.merged_columns.tolist() == [()]


def test_what_a_former_pass_has_left_makes_a_row_no_less_blank():
    left = [None] * 5 + ["未开始"]
    other_table = [None, "联系人", "王芳"]

    with_leftover = actions([*HEADER, "系统状态"], ROW, left, other_table)
    without = actions([*HEADER, "系统状态"], ROW, [], other_table)

    assert list(with_leftover.rows) == list(without.rows) == [2]


@pytest.mark.parametrize("language", range(len(LANGUAGES)), ids=LANGUAGES)
def test_headings_of_every_language_are_known(language):
    for key, table in template().tables.items():
        header = [column.heads[language] for column in table.columns.values()]
        tabs = (Tab(template().tables["actions"].heads[language], [HEADER]),) if key != "actions" else ()

        layouts = find_layouts(Snapshot((*tabs, Tab(table.heads[language], [header])), "f"), template(), {})

        assert list(layouts[key].columns) == list(table.columns)


def test_blank_rows_notes_prepared_numbers_and_repeated_headers_are_no_rows():
    table = actions(
        HEADER,
        ROW,
        [None] * 5,
        ["A002", None, None, None, None],
        *[[]] * 30,
        HEADER,
        ["  ", " ", "　", None, ""],
        ["A003", "部署3家门店", "李雷", "2024-06-14", None],
        [],
        [None, "统计", "部门", None, None],
        ["说明:每周五更新", None, None, None, None],
        [None, "", "注:红色为逾期", None, None],
    )

    assert list(table.rows) == [2, 37]


@pytest.mark.parametrize("total", ["合计", "总 计：", "小計", "Total", "Grand total:"])
def test_a_total_is_no_row_wherever_it_is_called_so_and_whatever_it_counts(total):
    numbered = [["序号", *HEADER[1:]], [1, *ROW[1:]], [total, 1, None, None, 0]]

    assert list(actions(*numbered).rows) == [2]
    assert list(actions(HEADER, ROW, [None, total, 6, None, None]).rows) == [2]
    assert list(actions(HEADER, ROW, ["A002", f"核对{total}", "王芳", None, None]).rows) == [2, 3]


def test_full_width_signs_spaces_and_text_dates_are_read():
    table = actions(HEADER, ["Ａ００１ ", " 输出流程 ", "　王芳\u200b", "２０２４－０６－１４", "已完成 "])

    row = table.frame.loc[2]
    assert (row["id"], row["description"], row["owner"], row["status"]) == (
        "A001",
        "输出流程",
        "王芳",
        "done",
    )
    assert row["due"] == datetime(2024, 6, 14)


def test_whole_numbers_lose_their_point_and_days_their_midnight():
    table = actions(HEADER, [7.0, 2024.0, "王芳", datetime(2024, 6, 14), "进行中"])

    assert (table.id[2], table.description[2], table.due_typed[2]) == ("7", "2024", "2024-06-14")


def test_a_year_that_is_not_typed_is_that_of_the_meeting():
    meetings = Tab("会议登记", [["会议编号", "会议名称", "会议日期"], ["M1", "规划会", "2022-11-20"]])
    rows = Tab(
        "行动项跟踪表",
        [["会议编号", *HEADER[1:]], ["M1", *ROW[1:3], "1月5日", "进行中"], ["", *ROW[1:3], "6.14", "进行中"]],
    )

    table = read_tables(Snapshot((rows, meetings), "f"), template(), {}, TODAY)["actions"]

    assert table.due.dt.strftime("%Y-%m-%d").tolist() == ["2023-01-05", "2024-06-14"]


def test_errors_and_merged_cells_are_named_by_their_keys():
    table = actions(
        HEADER, ROW, ROW, ROW, errors={(2, 4): "#N/A"}, merged=(Area(3, 3, 4, 3), Area(2, 2, 2, 3))
    )

    assert table.error_columns.tolist() == [("due",), (), ()]
    assert table.error_value.tolist() == ["#N/A", "", ""]
    assert table.merged_columns.tolist() == [("owner",), (), ("owner",)]


def test_the_settings_can_say_where_a_table_is():
    snapshot = Snapshot(
        (Tab("甲", [HEADER, ROW]), Tab("乙", [HEADER, ROW, ["号", "要办的事", "谁", "何时", "怎样"]])), "f"
    )
    own = {"description": "要办的事", "owner": "谁", "due": "何时", "status": "怎样"}

    by_tab = find_layouts(snapshot, template(), {"actions": TablePlace(tab="甲")})["actions"]
    by_row = find_layouts(snapshot, template(), {"actions": TablePlace("乙", 3, own)})["actions"]

    assert (by_tab.tab, by_tab.header_row) == ("甲", 1)
    assert (by_row.tab, by_row.header_row, by_row.columns["owner"]) == ("乙", 3, 3)


@pytest.mark.parametrize(
    "tabs",
    [
        [],
        [Tab("x", [])],
        [Tab("x", [["日期", "金额"]])],
        [Tab("x", [HEADER, ROW]), Tab("y", [HEADER, ROW])],
        [Tab("x", [HEADER, ROW, HEADER])],
    ],
)
def test_no_table_or_several_are_a_fault(tabs):
    with pytest.raises(WorkbookFault):
        find_layouts(Snapshot(tuple(tabs), "f"), template(), {})


def test_a_register_of_meetings_is_no_second_action_table():
    register = ["编号", "会议名称", "会议类型", "负责部门", "会议日期", "状态", "备注"]
    tabs = (Tab("会议登记", [register]), Tab("跟踪", [HEADER, ROW]))

    assert find_layouts(Snapshot(tabs, "f"), template(), {})["actions"].tab == "跟踪"


def test_a_header_with_all_that_is_needed_comes_before_one_with_less():
    tabs = (Tab("统计", [["编号", "负责人", "状态"]]), Tab("跟踪", [HEADER, ROW]))

    assert find_layouts(Snapshot(tabs, "f"), template(), {})["actions"].tab == "跟踪"


def test_a_tab_of_the_tables_name_comes_before_one_that_only_looks_like_it():
    snapshot = Snapshot(
        (Tab("2024年产品会议", [HEADER, ROW]), Tab("行动项跟踪表", [HEADER]), Tab("备份", [HEADER])), "f"
    )

    assert find_layouts(snapshot, template(), {})["actions"].tab == "行动项跟踪表"


def test_own_days_are_read():
    days = Tab(
        "工作日历",
        [
            ["日期", "休/班", "说明"],
            ["2024-06-03", "休", "司庆"],
            [datetime(2024, 6, 8), "补班", ""],
            ["?", "休", ""],
        ],
    )

    tables = read_tables(Snapshot((Tab("a", [HEADER]), days), "f"), template(), {}, TODAY)

    assert own_days(tables) == {date(2024, 6, 3): False, date(2024, 6, 8): True}


CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.floats(),
    st.booleans(),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
    st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    st.times(),
    st.timedeltas(),
    st.sampled_from(["尽快", "5.27", "2024-02-30", "张三、李四", "=1+1", "#N/A", "９９９９", "٣"]),
)


@given(st.lists(st.lists(CELLS, max_size=24), max_size=6))
def test_no_cell_whatsoever_is_an_exception(rows):
    columns = [column.heads[0] for column in template().tables["actions"].columns.values()]

    table = actions(columns, *rows)

    assert len(table.rows) <= len(rows)


def test_folding_keeps_what_is_only_punctuation():
    assert normalise(" Due-Date (必填) * ") == "duedate"
    assert normalise("√") == "√"
    assert normalise("(编号)") == "编号"


def test_the_day_on_which_a_row_was_typed_is_known_of_rows_met_later_and_left_as_they_are():
    first, later, now = (datetime(2024, 5, day, 9) for day in (6, 20, 28))
    rows = Tab("行动项跟踪表", [HEADER, *([f"A{number}", *ROW[1:]] for number in range(1, 4))])
    tables = read_tables(Snapshot((rows,), "f"), template(), {}, TODAY)
    states = {
        "A1": RowState("", first, first),
        "A2": RowState("", later, later),
        "A3": RowState("", later, now),
    }

    met = with_history(tables, {2: "A1", 3: "A2", 4: "A3"}, states)["actions"].met

    assert met.isna().tolist() == [True, False, True]
    assert met[3].date() == later.date()


def test_a_name_that_meetings_of_different_days_share_gives_no_year():
    held = ["2022-11-20", "2021-11-20"]
    meetings = Tab("会议登记", [["会议编号", "会议名称", "会议日期"], *([day, "周会", day] for day in held)])
    rows = Tab("行动项跟踪表", [["会议编号", *HEADER[1:]], ["周会", *ROW[1:3], "1月5日", "进行中"]])

    table = read_tables(Snapshot((rows, meetings), "f"), template(), {}, date(2024, 1, 2))["actions"]

    assert table.due.dt.strftime("%Y-%m-%d").tolist() == ["2024-01-05"]


def frame(**columns) -> Table:
    return Table(
        "t", pd.DataFrame(columns, index=[2, 3, 4]), Layout("t", 1, {"name": 1}), frozenset({"touched"})
    )


def test_what_rows_are_called():
    topics = frame(meeting_id=["M3", "M3", ""], no=["2", "", "2"])

    assert frame(id=["A1", "", "A3"], no=["1", "2", "3"]).row_ids.tolist() == ["A1", "", "A3"]
    assert topics.row_ids.tolist() == ["M3/2", "M3", "2"]
    assert frame(no=["1", "2", "3"]).row_ids.tolist() == ["", "", ""]


def test_columns_that_a_table_has():
    people = frame(name=["王芳", "李娜", "张伟"])

    assert [people.has(column) for column in ("name", "touched", "email")] == [True, True, False]
    assert people.name.tolist() == ["王芳", "李娜", "张伟"]
    assert people.none().tolist() == [False] * 3
    with pytest.raises(AttributeError):
        people.email  # noqa: B018
    assert copy(people).rows.tolist() == [2, 3, 4]
