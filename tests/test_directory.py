"""Who heads a department and who leads it from above, by what people write as their role."""

import pytest

from rules.directory import Directory, Person
from rules.wordlists import word_lists


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
    ["专员", "", "副总监", "客服部副部长", "副经理", "客服部副经理", "副主管", "Deputy head", "产品经理", "项目经理", "大客户经理", "项目主管", "工会负责人代表", "前部长", "原部长", "客服专员", "市场部经理助理", "Project manager", "Account manager"],
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


def test_nobody_knows_which_of_two_leads_a_department():
    people = listed("李雷 总经办 总经理", "钱进 总经办 董事长")

    assert people.leaders("客服部") == ()


@pytest.mark.parametrize("role", ["部长", "总经理", "分管副总", "主管", "客服总监"])
def test_heads_and_leaders_may_know_what_is_confidential(role):
    assert listed(f"李雷 客服部 {role}").leads("李雷")


@pytest.mark.parametrize("role", ["专员", "产品经理", ""])
def test_others_may_not(role):
    assert not listed(f"李雷 客服部 {role}", "王芳 客服部 部长").leads("李雷")
