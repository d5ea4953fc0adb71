"""How well the rules judge what people really type: precision and recall over labelled phrases, field by field."""

import sys

import pytest

from tests.phrase_scores import FIELDS, PARTS, SCRIPTS, Measured, Phrase, measured, phrases, score, table

ENOUGH = 0.97
JUDGED_OTHERWISE = ["相关部门和人员"]  # a group, taken for several people


def of(part: str, field: str = "", script: str = "") -> list[Measured]:
    return [
        each
        for each in measured()
        if each.phrase.part == part
        and field in {"", each.phrase.field}
        and script in {"", each.phrase.script}
    ]


def wrong(results: list[Measured]) -> list[tuple[Phrase, str, str]]:
    return [(each.phrase, each.found, each.read) for each in results if not each.right]


def test_there_are_enough_phrases_of_every_kind() -> None:
    assert len(phrases()) >= 450
    assert len(of("held_out")) + len(of("later")) >= len(phrases()) / 3
    for part in PARTS:
        for field in FIELDS:
            for script in SCRIPTS:
                faulty = [each.faulty for each in of(part, field, script)]
                assert 0.3 <= sum(faulty) / len(faulty) <= 0.8, (part, field, script)


def test_no_phrase_stands_twice() -> None:
    typed = [(phrase.field, phrase.script, repr(phrase.typed)) for phrase in phrases()]

    assert len(typed) == len(set(typed)), sorted(each for each in typed if typed.count(each) > 1)


def test_the_figures_are_shown(capsys) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{table(measured())}\n")


def test_just_these_are_judged_otherwise_than_people_would() -> None:
    assert [phrase.typed for phrase, _, _ in wrong(list(measured()))] == JUDGED_OTHERWISE


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_judged_as_people_would(part, field) -> None:
    its = score(of(part, field))

    assert min(its.precision, its.recall, its.read) >= ENOUGH, wrong(of(part, field))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_is_judged_as_people_would(part, script) -> None:
    its = score(of(part, script=script))

    assert min(its.precision, its.recall, its.read) >= ENOUGH, wrong(of(part, script=script))
