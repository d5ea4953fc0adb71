"""How well action items are found in free sentences: precision and recall over labelled sentences, in three scripts."""

import sys

import pytest

from tests.import_scores import PARTS, SCRIPTS, of, score, sentences, table, wrong

PRECISION, RECALL = 0.95, 0.85


def test_there_are_enough_sentences_of_every_kind() -> None:
    assert len(sentences()) >= 200
    assert len(of("held_out")) + len(of("later")) >= len(sentences()) / 3
    for part in PARTS:
        for script in SCRIPTS:
            telling = [bool(one.wanted) for one in of(part, script)]
            assert 0.3 <= sum(telling) / len(telling) <= 0.8, (part, script)


def test_no_sentence_stands_twice() -> None:
    texts = [one.text for one in sentences()]

    assert sorted({text for text in texts if texts.count(text) > 1}) == []


def test_the_figures_are_shown(capsys) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{table()}\n")


@pytest.mark.parametrize("part", PARTS)
def test_what_is_found_is_what_a_person_would_find(part) -> None:
    precision, recall = score(of(part))

    assert precision >= PRECISION, wrong(of(part))
    assert recall >= RECALL, wrong(of(part))


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_is_read_as_well(script) -> None:
    chosen = [one for one in sentences() if one.script == script]
    precision, recall = score(chosen)

    assert precision >= PRECISION, wrong(chosen)
    assert recall >= RECALL, wrong(chosen)
