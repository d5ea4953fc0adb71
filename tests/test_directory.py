"""Who is found in the directory, who heads a department and who leads it from above, by what people write there."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from rules.directory import Directory, Person, Unreachable, directory, names_and_departments
from rules.table import Layout, Table
from rules.wordlists import word_lists
from sheet_templates import LANGUAGES, words


def listed(*rows: str) -> Directory:
    """A directory of lines such as ``王芳 客服部 客服主管``."""
    people = [row.split(" ", 2) for row in rows]
    return Directory(
        tuple(Person(name, where, f"{name}@example.com", role) for name, where, role in people), word_lists()
    )


def names(people) -> list[str]:
    return [person.name for person in people]


@pytest.mark.parametrize(
    "role",
    [
        *("部门负责人", "客服部负责人", "部门经理", "客服部经理", "部长", "客服部部长", "部门主管", "客服部主管", "处长", "科长"),
        *("客服部部长/工会主席", "党委委员、客服部部长", "部門經理", "客服部經理", "部門主管", "課長", "Head", "Department head"),
        *("主管", "经理", "主任", "负责人", "客服主管", "客服经理", "经理（客服部）", "Manager", "Supervisor"),
        *("总监", "客服总监", "Director"),
    ],
)  # fmt: skip
def test_whoever_stands_highest_in_a_department_heads_it(role):
    people = listed("王芳 客服部 专员", f"李雷 客服部 {role}", "赵敏 市场部 专员")

    assert names(people.heads("客服部")) == ["李雷"]
    assert people.heads("市场部") == ()
    assert names(people.every_head) == ["李雷"]


@pytest.mark.parametrize(
    "role",
    ["专员", "", "副总监", "客服部副部长", "副经理", "客服部副经理", "副主管", "Deputy head", "产品经理", "项目经理", "大客户经理", "项目主管", "工会负责人代表", "前部长", "原部长", "代部长", "Former head", "客服专员", "市场部经理助理", "Project manager", "Account manager"],
)  # fmt: skip
def test_a_post_that_heads_no_department(role):
    assert listed(f"李雷 客服部 {role}").heads("客服部") == ()


@pytest.mark.parametrize(
    ("head", "other"),
    [
        ("部门负责人", "主管"), ("客服部经理", "主管"), ("部长", "副部长"), ("部长", "总监"), ("主管", "总监"), ("总监", "副总监"),
        ("经理", "副经理"), ("部门负责人", "客服部副部长"), ("Head", "Supervisor"), ("主管", "副总监"),
    ],
)  # fmt: skip
def test_of_two_the_one_who_surely_heads_it(head, other):
    assert names(listed(f"王芳 客服部 {other}", f"李雷 客服部 {head}").heads("客服部")) == ["李雷"]


def test_two_of_the_same_rank_are_both_asked():
    assert names(listed("王芳 客服部 主管", "李雷 客服部 主管").heads("客服部")) == ["王芳", "李雷"]


def test_only_who_can_be_written_to_heads_a_department():
    people = Directory(
        (Person("王芳", "客服部", "", "部长"), Person("李雷", "客服部", "li@example.com", "主管")),
        word_lists(),
    )

    assert names(people.heads("客服部")) == ["李雷"]


def test_a_director_leads_from_above_where_somebody_else_heads_the_department():
    people = listed("王芳 客服部 主管", "李雷 客服部 客服总监", "钱进 总经办 总经理")

    assert names(people.leaders("客服部")) == ["李雷"]


def test_above_a_director_who_heads_the_department_is_who_leads_them_all():
    people = listed("李雷 客服部 客服总监", "韩梅 技术部 技术总监", "钱进 总经办 总经理")

    assert names(people.heads("客服部")) == ["李雷"]
    assert names(people.leaders("客服部")) == ["钱进"]
    assert names(people.leaders("市场部")) == ["钱进"]


@pytest.mark.parametrize("role", ["部长、分管副总", "部门负责人/上级领导", "客服总监"])
def test_whoever_heads_a_department_is_not_their_own_leader(role):
    people = listed(f"李雷 客服部 {role}", "钱进 总经办 总经理")

    assert names(people.heads("客服部")) == ["李雷"]
    assert names(people.leaders("客服部")) in (["钱进"], [])
    assert listed(f"李雷 客服部 {role}").leaders("客服部") == ()


def test_nobody_knows_which_of_two_leads_a_department():
    people = listed("李雷 总经办 总经理", "钱进 总经办 董事长")

    assert people.leaders("客服部") == ()


@pytest.mark.parametrize("role", ["部长", "总经理", "分管副总", "主管", "客服总监"])
def test_heads_and_leaders_may_know_what_is_confidential(role):
    assert listed(f"李雷 客服部 {role}").leads("李雷")


@pytest.mark.parametrize("role", ["专员", "产品经理", ""])
def test_others_may_not(role):
    assert not listed(f"李雷 客服部 {role}", "王芳 客服部 部长").leads("李雷")


NAMESAKES = Directory(
    (
        Person("张 伟", "技术部", "zhangwei@example.com", robot="技术群"),
        Person("张伟", "市场部", "zw@example.com", "部长", robot="市场群"),
        Person("Ann Chan", "市场部", "ann@example.com"),
        Person("何静", "运营部", "", deputy="张伟"),
        Person("罗敏", "运营部", "罗敏", robot="运营群"),
    ),
    word_lists(),
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("张伟", "技术部"), "zhangwei@example.com"),
        (("张伟", "市场部"), "zw@example.com"),
        (("张　伟", "产品部", "市场部"), "zw@example.com"),
        (("张伟", "市场部", "技术部"), "zw@example.com"),
        (("ann chan",), "ann@example.com"),
        (("Ann Chan", "技术部"), "ann@example.com"),
        (("ANN@example.com",), "ann@example.com"),
        (("张伟",), Unreachable.AMBIGUOUS),
        (("张伟", "产品部"), Unreachable.AMBIGUOUS),
        (("AnnChan",), Unreachable.UNKNOWN),
        (("李雷", "技术部"), Unreachable.UNKNOWN),
        (("other@example.com",), Unreachable.UNKNOWN),
        (("何静",), Unreachable.NO_MAIL),
        (("罗敏",), Unreachable.BAD_MAIL),
    ],
)
def test_somebody_is_found_by_name_and_department_or_by_address(asked, found):
    for _ in range(2):  # what was found is kept in mind
        person = NAMESAKES.find(*asked)

        assert (person.email if isinstance(person, Person) else person) == found


def test_a_deputy_stands_in_until_the_last_day_of_an_absence():
    away = Person("王芳", "市场部", "wf@example.com", away=date(2024, 5, 28), deputy="张伟")

    assert NAMESAKES.present(away, date(2024, 5, 28)).email == "zw@example.com"
    assert NAMESAKES.present(away, date(2024, 5, 29)) is away
    for alone in (replace(away, deputy=""), replace(away, deputy="李雷"), replace(away, away=None)):
        assert NAMESAKES.present(alone, date(2024, 5, 28)) is alone


def test_a_robot_is_the_persons_own_or_else_the_departments():
    assert NAMESAKES.robot("张伟", "技术部") == "技术群"
    assert NAMESAKES.robot("Ann Chan", "市场部") == "市场群"
    assert NAMESAKES.robot("李雷", "运营部（二组）") == "运营群"
    assert NAMESAKES.robot("李雷", "产品部") == ""


def test_the_robot_of_a_department_is_its_heads_where_several_have_one():
    people = [
        Person("王芳", "客服部", "wf@example.com", "专员", robot="一组群"),
        Person("李雷", "客服部", "ll@example.com", "部长", robot="部门群"),
        Person("赵敏", "客服部", "zm@example.com", "专员", robot="二组群"),
    ]

    assert Directory(tuple(people), word_lists()).robot("", "客服部") == "部门群"
    assert Directory((people[0], people[2]), word_lists()).robot("", "客服部") == "一组群"


def test_a_department_is_known_without_remarks_in_brackets():
    assert NAMESAKES.has_department("技术部（牵头）")
    assert NAMESAKES.has_department("技术部[主]")
    assert not NAMESAKES.has_department("产品部")
    assert NAMESAKES.departments == {"技术部", "市场部", "运营部"}
    assert NAMESAKES.names == {"张 伟", "张伟", "Ann Chan", "何静", "罗敏"}


def test_coordinators_are_told_by_their_role_and_can_be_written_to():
    people = (Person("何静", "运营部", "hj@example.com", "协调人"), Person("罗敏", "运营部", "", "协调人"))

    assert names(Directory(people, word_lists()).coordinators) == ["何静"]


def test_somebody_of_the_department_beside_its_head_leads_it():
    people = listed("李雷 客服部 部长", "赵敏 客服部 分管副总", "钱进 总经办 总经理")

    assert names(people.leaders("客服部")) == ["赵敏"]
    assert people.leaders("总经办") != people.leaders("客服部")


def test_there_may_be_no_directory():
    nobody = directory(None, word_lists())

    assert nobody.people == ()
    assert names_and_departments(None) == (frozenset(), frozenset())


def test_a_directory_is_read_from_its_tab():
    tab = {
        "name": ["王芳", "", "李雷"],
        "department": ["客服部", "客服部", ""],
        "email": ["wf@example.com", "", "ll@example.com"],
        "role": ["部长", "", ""],
        "away": [pd.Timestamp("2024-05-28"), pd.NaT, pd.NaT],
        "deputy": ["李雷", "", ""],
        "robot": ["客服群", "", ""],
    }
    people = Table("people", pd.DataFrame(tab, index=[2, 3, 4]), Layout("通讯录", 1, {}))

    assert directory(people, word_lists()).people == (
        Person("王芳", "客服部", "wf@example.com", "部长", date(2024, 5, 28), "李雷", "客服群"),
        Person("李雷", "", "ll@example.com"),
    )
    assert names_and_departments(people) == ({"王芳", "李雷"}, {"客服部"})


def test_an_address_with_more_beside_it_is_none():
    people = Directory((Person("罗敏", "运营部", "lm@example.com（备用）"),), word_lists())

    assert people.find("罗敏") is Unreachable.BAD_MAIL


def test_there_are_words_for_everybody_who_cannot_be_written_to():
    for language in LANGUAGES:
        assert {f"missed_{reason}" for reason in Unreachable} <= set(words(language)["report"])
