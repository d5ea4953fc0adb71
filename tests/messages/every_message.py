"""Every sentence that a rule can say, as the failing cases bring it about: ``make messages`` writes them anew."""

from collections import defaultdict
from functools import cache
from pathlib import Path

from rules.findings import Finding
from sheet_templates import LANGUAGES, template, words
from sync.sentences import sentence
from tests.rule_cases import cases, judged

FOLDER = Path(__file__).parent
_SHOWN = 3
"""How many values show what a sentence is like."""


@cache
def caught() -> tuple[Finding, ...]:
    """What each failing case is about, in the order of the cases."""
    found = ((case, finding) for case in cases() if case.fails for finding in judged(case))
    return tuple(finding for case, finding in found if finding.code == case.code)


def every_message(language: str) -> str:
    """The text of a language's file: rule by rule, each kind of sentence with its first few values."""
    said: defaultdict[str, defaultdict[object, list[str]]] = defaultdict(lambda: defaultdict(list))
    for finding in caught():
        lines = said[finding.code][finding.fields.get("variant")]
        text = sentence(finding, words(language), template())
        if len(lines) < _SHOWN and text not in lines:
            lines.append(text)
    rules = (
        "\n".join(
            [
                f"{code} {words(language)['titles'][code]}",
                *(line for lines in kinds.values() for line in lines),
            ]
        )
        for code, kinds in said.items()
    )
    return "\n\n".join(rules) + "\n"


if __name__ == "__main__":
    for language in LANGUAGES:
        (FOLDER / f"{language}.txt").write_text(every_message(language), "utf-8")
