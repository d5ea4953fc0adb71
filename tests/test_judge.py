"""How rules are applied: in which order findings stand, what they show of their cells, which rules had to keep silent."""

from rules.findings import Severity
from rules.handbook import RULES
from rules.judge import Judgement, judge
from rules.tuning import RuleTuning, Tuning
from tests.rule_cases import Case, book


def judged(tuning: Tuning | None = None, **given) -> Judgement:
    return judge(book(Case("A101", "pass_", given)), RULES, tuning or Tuning())


def test_findings_stand_by_table_and_row_the_worst_first() -> None:
    rows = [{"owner": "", "confirmed": "", "standard": ""}, {"description": "", "due": ""}]

    found = judged(actions=rows, meetings=[{"date": "", "id": "M01"}, {"id": "M01"}]).findings

    order = {"error": 0, "warning": 1, "advice": 2}
    places = [(each.table, each.row, order[each.severity], each.code) for each in found]
    tables = list(dict.fromkeys(each.table for each in found))
    assert places == sorted(places, key=lambda each: (tables.index(each[0]), *each[1:]))
    assert len(tables) == 2
    assert {each.row for each in found if each.table == "actions"} == {2, 3}


def test_a_finding_shows_what_was_typed_in_its_cell() -> None:
    found = judged(actions=[{"id": "A7", "due": "下周三前", "owner": "张三、李四"}]).findings

    shown = {each.code: (each.row_id, each.columns, each.fields["value"]) for each in found}
    assert shown == {"A106": ("A7", ("due",), "下周三前"), "A102": ("A7", ("owner",), "张三、李四")}
    assert not any(each.old for each in found)


def test_a_rule_keeps_silent_without_its_columns_or_tables() -> None:
    silent = judged(without=["standard"]).silent

    lacks = {each.code: (each.table, each.lacks) for each in silent}
    assert lacks["A108"] == ("actions", ("standard",))
    assert lacks["A118"] == ("actions", ("meetings",))
    assert "A101" not in lacks


def test_a_rule_that_is_off_is_not_applied_and_another_severity_is_shown() -> None:
    rows = [{"due": "", "owner": ""}]
    tuning = Tuning(rules={"A106": RuleTuning(off=True), "A102": RuleTuning(severity=Severity.ADVICE)})

    assert {each.code for each in judged(actions=rows).findings} == {"A102", "A106"}
    assert [(each.code, each.severity) for each in judged(tuning, actions=rows).findings] == [
        ("A102", Severity.ADVICE)
    ]


def test_what_is_over_is_left_alone_but_for_rules_that_look_at_it() -> None:
    done = {"status": "已完成", "done": "2024-05-24", "deliverable": "会议纪要", "verdict": "通过"}

    assert judged(actions=[{**done, "description": "", "owner": ""}]).findings == ()
    assert {each.code for each in judged(actions=[{**done, "due": "1924-05-24"}]).findings} == {"A107"}


def test_waived_findings_are_kept_apart() -> None:
    judgement = judged(actions=[{"standard": "", "waiver": "A108 至2024-12-31 客户未定稿"}, {"standard": ""}])

    assert [(each.code, each.row) for each in judgement.findings] == [("A108", 3)]
    assert [(each.code, each.row) for each in judgement.waived] == [("A108", 2)]
