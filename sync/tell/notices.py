"""Who has to be told what today (handbook §4): pure, from judged tables, working days, the directory and what is
remembered of each row."""

from collections.abc import Mapping
from itertools import chain

import pandas as pd

from rules.directory import directory
from rules.judge import Judgement
from sheet_templates import Template, Words
from sync.history import RowState
from sync.tell.item_notices import ItemNotices
from sync.tell.items import Items
from sync.tell.ladder import Ladder
from sync.tell.meeting_notices import MeetingNotices, meeting_facts
from sync.tell.notice import Notice
from sync.tell.paper_notices import PaperNotices
from sync.tell.periodic_notices import PeriodicNotices, unreachable
from sync.tell.recipients import Missed, Recipients


def due_notices(
    judgement: Judgement,
    ids: Mapping[int, str],
    risks: "pd.Series[str]",
    states: Mapping[str, RowState],
    ladder: Ladder,
    template: Template,
    words: Words,
) -> tuple[tuple[Notice, ...], tuple[Missed, ...]]:
    """All notices that are due by now, told before or not, and who could not be found.

    ``ids`` gives each row's number, ``states`` what is remembered of it. Whoever has two roles is told once.
    """
    book = judgement.book
    listed = directory(book.get("people"), book.words)
    recipients = Recipients(listed, book.today.date(), meeting_facts(book.get("meetings")))
    items = Items(judgement, template, words)
    found = chain(
        ItemNotices(judgement, ids, states, ladder, recipients, items, risks).all(),
        MeetingNotices(judgement, ladder, recipients, template, words).all(),
        PaperNotices(judgement, ladder, recipients).all(),
        PeriodicNotices(judgement, ids, risks, ladder, recipients, words).all(),
    )
    notices: dict[str, Notice] = {}
    missed: dict[Missed, None] = {}
    for each in found:
        if isinstance(each, Missed):
            missed.setdefault(each)
        else:
            notices.setdefault(each.key, each)
    for told in unreachable(missed, ladder, recipients, words):
        notices.setdefault(told.key, told)
    return tuple(notices.values()), tuple(missed)
