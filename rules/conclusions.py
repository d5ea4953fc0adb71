"""What a conclusion cell says came of a topic (001 二(二), 四(一)), in the words that people really use."""

from enum import StrEnum

from rules.wordlists import WordLists, without_place


class Conclusion(StrEnum):
    """What came of a topic."""

    NONE = "none"
    UNCLEAR = "unclear"  # 已讨论, 见纪要: leaves open what came of it
    STATED = "stated"  # 9月15日上线: the outcome itself, without one of the words
    AGREED = "agreed"  # 同意
    REJECTED = "rejected"  # 不同意, 否决
    NOTED = "noted"  # 知悉, 无需决策: a report
    SUSPENDED = "suspended"  # 暂缓
    MATERIAL = "material"  # 需补充材料
    NO_CONSENSUS = "no_consensus"  # 未达成共识, 待定, 下次再议


DECIDED = frozenset({Conclusion.AGREED, Conclusion.REJECTED, Conclusion.STATED})
"""A decision was taken."""

UNRESOLVED = frozenset({Conclusion.SUSPENDED, Conclusion.MATERIAL, Conclusion.NO_CONSENSUS})
"""The topic has to come back."""

_BY_LIST = {
    "agreed": Conclusion.AGREED,
    "rejected": Conclusion.REJECTED,
    "noted": Conclusion.NOTED,
    "suspended": Conclusion.SUSPENDED,
    "needs_material": Conclusion.MATERIAL,
    "no_consensus": Conclusion.NO_CONSENSUS,
}


def read_conclusion(text: str, words: WordLists) -> Conclusion:
    """Tell what a conclusion says. Of several words the first counts (同意A类，暂缓B类 is a decision), and
    the longest that begins there (不同意 is not 同意)."""
    if found := words.first_of(text, *_BY_LIST):
        return _BY_LIST[found]
    if not text or words.is_placeholder(text):
        return Conclusion.NONE
    if words.is_made_of(text, "suspended_alone"):
        return Conclusion.SUSPENDED
    unclear = words.is_made_of(without_place(text), "no_outcome", "empty_deeds")
    return Conclusion.UNCLEAR if unclear else Conclusion.STATED
