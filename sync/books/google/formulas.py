"""Formulas as the file's locale writes them: where the comma is the decimal sign, arguments part at a semicolon."""

import re

_DECIMAL_COMMA = frozenset(
    re.findall(
        r"\w+",
        "be bg bs ca cs da de el es et eu fi fr gl hr hu hy id is it ka kk lt lv mk nb nl nn no pl pt ro ru sk sl "
        "sq sr sv tr uk uz vi",
    )
)
_DECIMAL_POINT = frozenset(["es_MX", "es_US", "es_PR", "de_CH", "it_CH", "fr_CH"])
_PARTS = re.compile(r"\"[^\"]*\"|'[^']*'|[,;]|[^,;\"']+|[\"']")


def localised(formula: str, locale: str) -> str:
    """A formula with commas between arguments, in the words of a locale such as ``de_DE``."""
    return _parted(formula, ",", ";") if _takes_semicolons(locale) else formula


def neutral(formula: str, locale: str) -> str:
    """The contrary of ``localised``."""
    return _parted(formula, ";", ",") if _takes_semicolons(locale) else formula


def _takes_semicolons(locale: str) -> bool:
    return locale.partition("_")[0] in _DECIMAL_COMMA and locale not in _DECIMAL_POINT


def _parted(formula: str, old: str, new: str) -> str:
    return "".join(new if part == old else part for part in _PARTS.findall(formula))
