"""What is computed of rows before any rule looks at them, and the risk after they have, as data (computed.yml)."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from rules.handbook import RULES
from rules.judge import judge
from rules.risk import risks
from rules.tuning import Tuning
from tests.rule_cases import Case, book

GIVEN: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "computed.yml").read_text("utf-8"))


def shown(value: Any) -> Any:
    """A value as computed.yml writes it."""
    if pd.isna(value):
        return None
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_computed(name: str) -> None:
    given = GIVEN[name]
    like = "M101" if given.get("sound") == "meetings" else "A101"
    judgement = judge(book(Case(like, name, given)), RULES, Tuning())
    levels = risks(judgement.book, judgement.findings)

    computed = {
        key: {
            column: [
                shown(value)
                for value in (levels if column == "risk" else judgement.book.tables[key].frame[column])
            ]
            for column in columns
        }
        for key, columns in given["computed"].items()
    }
    assert computed == given["computed"]
