"""Lists of people, of who has confirmed and of who is absent are read as a person reads them (lists_of_people.yml)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.absences import read_absences
from rules.attendance import PeopleReader
from rules.wordlists import word_lists

READ: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "lists_of_people.yml").read_text("utf-8")
)
WORDS = PeopleReader(word_lists())
LISTED = PeopleReader(word_lists(), frozenset({"卓玛"}), frozenset({"产品中心", "大客户"}))
SAID = {(True, True): "both", (True, False): "reason", (False, True): "delegate", (False, False): "neither"}


def entries(text: str, reader: PeopleReader) -> list[Any]:
    """The entries of a list as lists_of_people.yml writes them."""
    return [
        (one.name if not one.department else [one.department, one.name])
        if one.name
        else [one.department, one.heads]
        for one in reader.attendees(text)
    ]


@pytest.mark.parametrize("text", READ["attendees"])
def test_attendees(text) -> None:
    assert entries(text, WORDS) == READ["attendees"][text]


@pytest.mark.parametrize("text", READ["listed"])
def test_attendees_whom_the_directory_has(text) -> None:
    assert entries(text, LISTED) == READ["listed"][text]


@pytest.mark.parametrize(
    ("invited", "confirmed"),
    [(asked, text) for asked, texts in READ["confirmations"].items() for text in texts],
)
def test_who_has_yet_to_answer(invited, confirmed) -> None:
    assert list(WORDS.unconfirmed(invited, confirmed)) == READ["confirmations"][invited][confirmed]


def test_whoever_is_excused_by_another_cell_need_not_answer() -> None:
    assert WORDS.awaited("林晓东、王 芳、张伟", "", "林晓东", "王芳(出差)") == ("张伟",)


@pytest.mark.parametrize("text", READ["absences"])
def test_absences(text) -> None:
    read = {one.who: SAID[one.has_reason, one.has_delegate] for one in read_absences(text, WORDS)}

    assert read == READ["absences"][text]
