"""What was typed wrongly on the command line, in the terminal's language."""

import re
from collections.abc import Mapping
from typing import Any

from sync.faults import UsageFault

_SAYS = {
    "no_command": r"No such command '(.+?)'",
    "no_option": r"No such option:? '?(-[\w-]+)",
    "missing": r"Missing \w+ '(.+?)'",
    "value": r"Invalid value for '(.+?)': (.+)",
    "extra": r"Got unexpected extra argument(?:\(?s\)?)? \((.+)\)",
    "needs_value": r"Option '(.+?)' requires an argument",
}
_REASONS = {
    "least": r"greater than or equal to (\S+)",
    "most": r"less than or equal to (\S+)",
    "whole": r"valid integer()",
}
_NEAR = re.compile(r"(?:Did you mean|Possible options:) (.+?)[?)]")


def misuse(error: Any, texts: Mapping[str, str]) -> UsageFault:
    """What typer found wrong, as a fault; what is not known here stays as typer says it."""
    said = error.format_message()
    for key, pattern in _SAYS.items():
        if found := re.match(pattern, said):
            detail = texts[key].format(found[1], *(_reason(text, texts) for text in found.groups()[1:]))
            break
    else:
        detail = said.rstrip(".")
    if near := _NEAR.search(said):
        detail += texts["near"].format(near=texts["comma"].join(re.findall(r"[\w-]+", near[1])))
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "closeloop"
    return UsageFault("{detail}; '{command} --help' shows how", detail=detail, command=command)


def _reason(said: str, texts: Mapping[str, str]) -> str:
    """Why a value cannot be taken."""
    for key, pattern in _REASONS.items():
        if found := re.search(pattern, said):
            return texts[key].format(found[1])
    return said
