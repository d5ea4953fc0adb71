"""Whether two cells may name the same person: 产品部 王芳 and 王芳, 王经理 and 王芳."""

from rules.owners import OwnerKind, read_owner
from rules.wordlists import WordLists, fold


def may_be_same(one: str, other: str, words: WordLists) -> bool:
    """Whether two cells may name the same person; False only where they surely name two."""
    if not one or not other or _alike(one) in _alike(other) or _alike(other) in _alike(one):
        return True
    first, second = read_owner(one, words), read_owner(other, words)
    if OwnerKind.POST in {first.kind, second.kind} or "*" in one + other:
        return True
    names = [_alike(owner.name) for owner in (first, second)]
    if any(name and name in _alike(cell) for name, cell in zip(names, (other, one), strict=True)):
        return True
    titled = any(name.endswith(words["posts"]) for name in names)
    return titled and names[0][:1] == names[1][:1]


def _alike(text: str) -> str:
    """Without what people vary: width, case and spaces."""
    return "".join(fold(text).split())
