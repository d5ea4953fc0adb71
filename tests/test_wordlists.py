"""How texts are compared with word lists: width, case, script, whole words in Latin letters, the plural."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.wordlists import WordLists, fold, plain, simplified, without_place, word_lists

LISTS = WordLists(
    {
        "placeholder": ("待定", "tbd", "--"),
        "empty_deeds": ("优化", "完成", "finish"),
        "fruit": ("apple", "苹果", "pie", "apple pie", "r+", "专案"),
        "praise": ("好苹果", "good"),
        "adverbs": ("尽快",),
    }
)


@pytest.mark.parametrize(
    "text", ["待定", " 待定 ", "TBD", "ｔｂｄ", "（待定）", "待定。", "TBD!", "tbd?", "--"]
)
def test_what_only_fills_a_cell(text):
    assert LISTS.is_placeholder(text)
    assert LISTS.placeholders(["苹果", text, "待定项"]) == {text}
    assert LISTS.may_say_nothing(["苹果", text, "待定项"]) == {text}


@pytest.mark.parametrize("text", ["", "待定项", "苹果", "tbds", "不 待定", "A\0B"])
def test_what_says_something(text):
    assert not LISTS.is_placeholder(text)
    assert LISTS.placeholders([text, "待定"]) == {"待定"}


@pytest.mark.parametrize(("text", "nothing"), [("优化", True), ("完成优化", True), ("Finish, finish!", True), ("优化苹果", False), ("尽快优化", False)])  # fmt: skip
def test_deeds_that_say_nothing(text, nothing):
    assert (text in LISTS.may_say_nothing([text])) is nothing
    assert LISTS.is_made_of(text, "empty_deeds") is nothing
    assert LISTS.may_say_nothing(["尽快优化"], "adverbs") == {"尽快优化"}


_PARTS = [
    "待定",
    "優化",
    "优化",
    "完成",
    "finish",
    "Ｆ",
    "İ",
    "é",
    "e\u0301",
    "ﬁ",
    "nish",
    "s",
    "ß",
    "客",
    "7",
    "_",
    "。",
    " ",
    "\0",
]


@given(st.lists(st.lists(st.sampled_from(_PARTS) | st.characters(), max_size=5).map("".join), max_size=6))
@example(["ﬁnish", "ｆｉｎｉｓｈ", "cafe\u0301", "café"])
def test_many_texts_are_looked_at_as_each_alone(texts):
    lists = WordLists({**LISTS.lists, "empty_deeds": (*LISTS["empty_deeds"], fold("café"))})
    alone = {
        text
        for text in texts
        if lists.is_placeholder(text)
        or any(lists.says_nothing(each, "adverbs") for each in (text, without_place(plain(text))))
    }
    assert lists.may_say_nothing(texts, "adverbs") == alone


@pytest.mark.parametrize(
    "text",
    ["apple", "Apples", "an apple a day", "專案", "一个苹果", "apple、pear", "ＡＰＰＬＥ", "r+", "pies"],
)
def test_words_anywhere(text):
    assert LISTS.has_any(text, "fruit")


@pytest.mark.parametrize("text", ["pineapple", "applet", "果", "", "apple2", "r"])
def test_parts_of_words_are_none(text):
    assert not LISTS.has_any(text, "fruit")
    assert not LISTS.opens_with(text, "fruit")


def test_words_at_the_beginning():
    assert [LISTS.opens_with(text, "fruit") for text in ("apple a day", "applet", "an apple", "專案組")] == [
        True,
        False,
        False,
        True,
    ]
    assert [LISTS.starts_with(text, "fruit") for text in ("Apple a day", "applet", "an apple")] == [
        True,
        True,
        False,
    ]


def test_the_first_word_counts_and_of_several_there_the_longest():
    first = {
        text: LISTS.first_of(text, "fruit", "praise")
        for text in ("good apples", "apples are good", "好苹果", "一個專案", "none", "pies")
    }

    assert first == {"good apples": "praise", "apples are good": "fruit", "好苹果": "praise", "一個專案": "fruit", "none": "", "pies": "fruit"}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "made"),
    [("苹果", True), ("苹果、 apple!", True), ("", True), ("苹果树", False), ("树苹果", False)],
)
def test_texts_made_of_a_lists_words(text, made):
    assert LISTS.is_made_of(text, "fruit") is made


def test_texts_are_compared_in_one_width_case_and_script():
    assert fold(" ＡbＣ ") == "abc"
    assert simplified("專案ABC") == "专案ABC"
    assert plain("　專案Ａ") == "专案a"
    assert (plain(1), plain(True), plain(1.0)) == ("1", "true", "1.0")


def test_an_organisations_own_words_count_in_both_scripts():
    own = word_lists({"placeholder": ["押後", "N.N."]})

    assert [own.is_placeholder(text) for text in ("押後", "押后", "n.n.", "待定")] == [True] * 4
    assert not word_lists().is_placeholder("押后")
    assert set("張张") <= set(own["surnames"])
    assert any("\\d" in pattern for pattern in own["carried_patterns"])
    with pytest.raises(KeyError):
        word_lists({"unheard_of": ["x"]})
