"""What was found in minutes: action items as they are said, before anything is looked up or judged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FoundItem:
    """One action item in the words of its source. ``owner`` is whoever is named, a department alone included;
    ``due`` what is said of the day, which may name none. ``source`` is the text that it was found in."""

    description: str
    owner: str = ""
    due: str = ""
    department: str = ""
    assisting: str = ""
    standard: str = ""
    source: str = ""
