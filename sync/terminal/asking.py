"""A question to the person at the terminal, which is answered with yes or no."""

import sys

from sheet_templates import Words
from sync.faults import UsageFault

_YES = {"y", "yes", "是", "好", "对", "對", "要", "可以", "确认", "確認"}
_NO = {"", "n", "no", "否", "不", "不要", "不是", "不对", "不對", "算了"}


def agreed_here(question: str, words: Words) -> bool:
    """As ``agreed``. Raises UsageFault where nobody sits at the terminal."""
    if not sys.stdin.isatty():
        raise UsageFault("nobody is there to be asked; add --yes to do it")
    return agreed(question, words)


def agreed(question: str, words: Words) -> bool:
    """Whether the answer is yes; no answer is a no, and what is neither is asked again."""
    texts = words["asking"]
    shown = f"{question} {texts['choice']} "
    while True:
        try:
            answer = input(shown).strip().casefold().rstrip("。.!！")
        except EOFError:
            return False
        if answer in _YES | _NO:
            return answer in _YES
        shown = f"{texts['again']} {texts['choice']} "
