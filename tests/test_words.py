"""The words: every language has the same keys and fields, every rule its words, every column its headings."""

import string

import pytest

from rules.findings import Severity
from rules.handbook import RULES
from rules.risk import RAISED_BY
from sheet_templates import LANGUAGES, template, words
from sync.tell.notice import Kind

KEYS = {
    language: {
        (group, key)
        for group, texts in words(language).groups.items()
        if group not in {"faults", "documentation", "reasons"}  # where the code says it in English
        for key in texts
    }
    for language in LANGUAGES
}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_keys_and_fields(language):
    first = words(LANGUAGES[0])

    assert KEYS[language] == KEYS[LANGUAGES[0]]
    for group, key in KEYS[language]:
        assert fields(words(language)[group][key]) == fields(first[group][key]), (group, key)


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_every_rule_has_its_reason_in_chinese(language):
    assert set(words(language)["reasons"]) == {rule.code for rule in RULES}


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_chinese_sentences_use_chinese_punctuation(language):
    for text in words(language)["rules"].values():
        plain = "".join(part[0] for part in string.Formatter().parse(text))
        assert not set(",;:?!()") & set(plain), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_severity_kind_and_table_has_its_word(language):
    known = words(language)

    assert set(known["titles"]) == {rule.code for rule in RULES}
    assert set(known["severity"]) == {severity.value for severity in Severity}
    assert {kind.value for kind in Kind} <= set(known["kinds"])
    assert set(known["tables"]) == set(template().tables)
    assert set(known["risk"]) >= {"normal", "due_soon", "late", *RAISED_BY.values()}
    assert set(template().colours["status"]) == set(known["status"])


def test_no_heading_of_a_table_means_two_columns():
    for table in template().tables.values():
        names = [name for column in table.columns.values() for name in column.names]
        assert len(names) == len(set(names)), table.key


def test_every_column_has_a_heading_in_every_language():
    for table in template().tables.values():
        for column in table.columns.values():
            assert len(column.heads) == len(LANGUAGES)
            assert all(column.heads)
