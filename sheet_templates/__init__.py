"""What the tabs look like, as data: columns, choices, colours, layouts and the words of each language.

The data stand in TOML files beside this module; ``template()`` and ``words()`` load them. Nothing
here knows what a rule is or how a workbook is written.
"""

from sheet_templates.ladder import Rung, rungs
from sheet_templates.template import Column, Template, TemplateTable, normalise, template
from sheet_templates.wording import LANGUAGES, Words, words

__all__ = [
    "LANGUAGES",
    "Column",
    "Rung",
    "Template",
    "TemplateTable",
    "Words",
    "normalise",
    "rungs",
    "template",
    "words",
]
