"""What a cell of a choice column means; the texts stand in ``tests/choices.yml``."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from sheet_templates import template
from sync.choices import choices_meant

GIVEN: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "choices.yml").read_text("utf-8")
)


@pytest.mark.parametrize("place", GIVEN)
def test_what_is_typed_means_one_choice_or_none(place):
    table, column = place.split(".")
    choices = template().tables[table].columns[column].choices
    texts = {text: value for value, its in GIVEN[place].items() for text in its}

    assert choices_meant(texts, choices) == texts


def test_each_way_of_writing_means_its_choice():
    for table in template().tables.values():
        for column in table.columns.values():
            assert choices_meant([*column.choices], column.choices) == dict(column.choices)
