"""Every sentence that a rule can say, as the failing cases bring it about: ``make messages`` writes them anew."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from rules.findings import Finding
from sheet_templates import LANGUAGES, template, words
from sync.sentences import sentence
from tests.rule_cases import Case, cases, cases_of, judged

FOLDER = Path(__file__).parent
_SHOWN = 3
"""How many values show what a sentence is like."""


@cache
def caught() -> tuple[Finding, ...]:
    """What each failing case is about, in the order of the cases."""
    return tuple(_caught(cases()))


def _caught(tried: Iterable[Case]) -> Iterator[Finding]:
    found = ((case, finding) for case in tried if case.fails for finding in judged(case))
    return (finding for case, finding in found if finding.code == case.code)


def every_message(language: str) -> str:
    """The text of a language's file: rule by rule, each kind of sentence with its first few values."""
    rules = groupby(caught(), key=lambda finding: finding.code)
    return "\n\n".join(_messages(code, found, language) for code, found in rules) + "\n"


def messages_of(code: str, language: str) -> str:
    """What a language's file says of one rule."""
    return _messages(code, _caught(cases_of(code)), language)


def _messages(code: str, found: Iterable[Finding], language: str) -> str:
    said: defaultdict[object, list[str]] = defaultdict(list)
    for finding in found:
        lines = said[finding.fields.get("variant")]
        text = sentence(finding, words(language), template())
        if len(lines) < _SHOWN and text not in lines:
            lines.append(text)
    return "\n".join(
        [f"{code} {words(language)['titles'][code]}", *(line for lines in said.values() for line in lines)]
    )


if __name__ == "__main__":
    for language in LANGUAGES:
        (FOLDER / f"{language}.txt").write_text(every_message(language), "utf-8")
