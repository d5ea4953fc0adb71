"""Every sentence that a rule can say, as the failing cases bring it about: ``make messages`` writes them anew."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from rules.findings import Finding
from rules.handbook import RULES
from sheet_templates import LANGUAGES, template, words
from sync.sentences import sentence
from tests.rule_cases import cases_of, judged

FOLDER = Path(__file__).parent
_SHOWN = 3
"""How many values show what a sentence is like."""


def every_message(language: str) -> str:
    """The text of a language's file: rule by rule, each kind of sentence with its first few values."""
    return "\n\n".join(messages_of(rule.code, language) for rule in RULES) + "\n"


def messages_of(code: str, language: str) -> str:
    """What a language's file says of one rule."""
    return _messages(code, caught_of(code), language)


def caught_of(code: str) -> Iterator[Finding]:
    """What the failing cases of a rule are about, in the order of the cases."""
    found = (finding for case in cases_of(code) if case.fails for finding in judged(case))
    return (finding for finding in found if finding.code == code)


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
