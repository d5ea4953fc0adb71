"""What can go wrong is said in every language: each sentence in the code stands in the catalogues, with the same fields."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import sync
from sheet_templates import words
from sync.books.excel.refusal import BusyError, ChangedError, RefusalError, refusing
from sync.faults import FAULTS, BusyFault, ChangedFault, Fault, WorkbookFault

SOURCES = Path(sync.__file__).parent
CHINESE = ("zh-CN", "zh-TW")
CATALOGUES = {language: words(language)["faults"] for language in CHINESE}

BEGINNINGS = {
    "RefusalError": "{name} ",
    "BusyError": "{name} ",
    "ChangedError": "{name} ",
    "UnfitError": "{file}: {key}: ",
} | {fault.__name__: "" for fault in (Fault, ChangedFault, *FAULTS)}
"""What raises a sentence, and what is put before it where it becomes a fault."""

PASSED_ON = {"settings/reading.py": 2, "tell/smtp.py": 1}
"""Where a fault is made with a sentence from elsewhere: one of these errors, or one of the file's _SENTENCES."""


class Call(NamedTuple):
    """Where the source makes a fault."""

    place: str
    beginning: str
    sentence: ast.expr
    fields: set[str | None]


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCES.rglob("*.py")):
        yield path.relative_to(SOURCES).as_posix(), ast.parse(path.read_text("utf-8"))


def calls() -> Iterator[Call]:
    for place, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if name in BEGINNINGS:
                    yield Call(place, BEGINNINGS[name], node.args[0], {key.arg for key in node.keywords})


def tabled() -> Iterator[str]:
    """The sentences in tables named _SENTENCES, by kind of error: the texts, not the kinds, which are single words."""
    for _, tree in trees():
        for node in tree.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            if any(isinstance(name, ast.Name) and name.id.endswith("_SENTENCES") for name in targets):
                texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
                yield from (text for text in texts if isinstance(text, str) and " " in text)


def details() -> Iterator[str]:
    """What ways out say of a message: the plain texts."""
    for _, tree in trees():
        for node in ast.walk(tree):
            match node:
                case ast.Call(ast.Name("Delivery"), [_, ast.Constant(str(text))]):
                    yield text


def literal(sentence: ast.expr) -> bool:
    return isinstance(sentence, ast.Constant) and isinstance(sentence.value, str)


def fields(template: str) -> set[str]:
    """The fields' names; ``headings[2]`` and ``headings[0]`` are both ``headings``, one text a language."""
    names = (name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
    return {name.partition("[")[0] for name in names}


CALLS = list(calls())
SENTENCES = (
    {call.beginning + call.sentence.value for call in CALLS if literal(call.sentence)}
    | set(tabled())
    | set(details())
)


def test_the_source_was_read():
    assert len(SENTENCES) > 120
    assert "{name} is empty; restore it from a backup" in SENTENCES
    assert any("takes no connections" in sentence for sentence in SENTENCES)


def test_every_sentence_is_a_plain_literal():
    others = [call.place for call in CALLS if not literal(call.sentence)]

    assert {place: others.count(place) for place in others} == PASSED_ON


@pytest.mark.parametrize("language", CHINESE)
def test_every_sentence_is_in_the_catalogue_and_none_is_unused(language):
    assert set(CATALOGUES[language]) == SENTENCES


def test_every_sentence_is_given_its_fields():
    for call in CALLS:
        if literal(call.sentence) and None not in call.fields:
            assert call.fields == fields(call.sentence.value), (call.place, call.sentence.value)
        assert not (call.beginning and call.fields & fields(call.beginning)), call.place


@pytest.mark.parametrize("language", CHINESE)
def test_translations_have_the_same_fields(language):
    for sentence, said in CATALOGUES[language].items():
        assert fields(said) == fields(sentence), said


@pytest.mark.parametrize("language", CHINESE)
def test_translations_use_chinese_punctuation(language):
    for said in CATALOGUES[language].values():
        plain = "".join(
            "\0" * (name is not None) + text for text, name, _, _ in string.Formatter().parse(said)
        )
        without_quoted = re.sub("“[^”]*”|「[^」]*」", "", plain)
        assert not set(",;:?!()'\"") & set(without_quoted), said
        assert not said.endswith(("。", ".", " ")), said
        assert ("“" if language == "zh-TW" else "「") not in said


HOSTILE = "a\r\nb{name}{0}{}{\u2028}%s\x1b[31m\x00\ud800 {detail!r}"


@pytest.mark.parametrize("language", ["en", *CHINESE])
def test_hostile_values_make_one_line_that_can_be_printed(language):
    sentences = words(language).groups.get("faults", {})
    for sentence in SENTENCES - {each for each in SENTENCES if "{date:" in each or "[" in each}:
        fault = Fault(sentence, **dict.fromkeys(fields(sentence), HOSTILE))

        said = fault.said(sentences)

        assert said.isprintable()
        assert said.encode()
        assert "{name}{0}{}" in said or not fault.fields


@pytest.mark.parametrize(
    ("error", "fault"), [(RefusalError, WorkbookFault), (BusyError, BusyFault), (ChangedError, ChangedFault)]
)
def test_a_reason_becomes_a_fault_that_names_the_file(error, fault):
    with pytest.raises(fault) as caught, refusing("{a}\n.xlsx"):
        raise error("lacks its part {part}; open it in Excel and save it anew", part="{b}")

    assert str(caught.value) == "{a} .xlsx lacks its part {b}; open it in Excel and save it anew"
    assert caught.value.said(CATALOGUES["zh-CN"]) == "{a} .xlsx 缺少 {b}；请用 Excel 打开后重新保存"


def test_anything_else_becomes_a_fault_that_names_the_file():
    with (
        pytest.raises(WorkbookFault, match=r"^T\.xlsx cannot be read as a workbook \(\{odd\}\)"),
        refusing("T.xlsx"),
    ):
        raise ValueError("{odd}")
