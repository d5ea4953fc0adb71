"""Questions at the terminal take a yes or a no in either language; no answer is a no."""

import io

import pytest

from sheet_templates import LANGUAGES, words
from sync.terminal.asking import agreed


@pytest.mark.parametrize(
    ("typed", "answer", "questions"),
    [("y\n", True, 1), ("是\n", True, 1), ("好。\n", True, 1), ("YES\n", True, 1), ("\n", False, 1), ("否\n", False, 1), ("", False, 1), ("?\n1\n对\n", True, 3), ("嗯\n", False, 2)],
)  # fmt: skip
def test_what_an_answer_means(monkeypatch, capsys, typed, answer, questions):
    for language in LANGUAGES:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))

        assert agreed("写入吗？", words(language)) is answer
        assert capsys.readouterr().out.count(words(language)["asking"]["choice"]) == questions
