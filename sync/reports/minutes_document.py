"""The minutes of a meeting laid out, in the order of 001 模板2: facts, goal, topics, decisions, open points, items, next."""

from sheet_templates import Words
from sync.reports.document import Document, Grid, Line, Part, given, lines
from sync.reports.meeting_day import shown_time
from sync.reports.minutes import MeetingItem, MeetingMinutes, MeetingTopic

_ITEM_WIDTHS = (0.07, 0.3, 0.11, 0.12, 0.16, 0.24)


def minutes_document(minutes: MeetingMinutes, words: Words) -> Document:
    """The minutes as a document in the language of ``words``."""
    texts = words["minutes"]
    parts = [
        Part(texts["goal"], lines("", minutes.goal) or (Line("", texts["nothing"]),)),
        Part(texts["topics"], () if minutes.topics else (Line("", texts["nothing"]),)),
        *(_topic(topic, words) for topic in minutes.topics),
        Part(texts["decisions"], _decisions(minutes, words)),
        Part(texts["items"], *_items(minutes.items, words)),
        Part(texts["next_meeting"], lines("", minutes.next_meeting) or (Line("", texts["nothing"]),)),
    ]
    return Document(
        language=words.language,
        title=texts["title"],
        mark=texts["confidential"] if minutes.confidential else "",
        state="" if minutes.approved else texts["draft"],
        facts=_facts(minutes, words),
        parts=tuple(_numbered(parts, words)),
        closing=texts["closing"],
        page=texts["page"],
    )


def _numbered(parts: list[Part], words: Words) -> list[Part]:
    """一、二、三 before the headings of the first level."""
    signs = iter(words["minutes"]["numerals"].split())
    form = words["minutes"]["numbered"]
    return [
        Part(form.format(number=next(signs), heading=part.heading), part.lines, part.grid)
        if part.level == 1
        else part
        for part in parts
    ]


def _facts(minutes: MeetingMinutes, words: Words) -> tuple[Line, ...]:
    texts = words["minutes"]
    facts = {
        "name": minutes.name,
        "id": minutes.id,
        "time": shown_time(minutes, words),
        "place": minutes.place,
        "host": minutes.host,
        "recorder": minutes.recorder,
        "attendees": minutes.attendees,
        "absentees": minutes.absentees or texts["nobody"],
        "delegates": minutes.delegates,
        "reviewer": minutes.reviewer,
    }
    return given([Line(texts[key], text) for key, text in facts.items()])


def _topic(topic: MeetingTopic, words: Words) -> Part:
    texts = words["minutes"]
    heading = texts["topic"].format(no=topic.no, title=topic.title)
    said = lines(texts["about"], topic.description) + lines(texts["discussion"], topic.discussion)
    presented = lines(texts["presenter"], topic.presenter)
    return Part(heading, presented + (said or (Line("", texts["nothing"]),)), level=2)


def _decisions(minutes: MeetingMinutes, words: Words) -> tuple[Line, ...]:
    """What came of each topic, with its grounds and votes; of what is open who follows it up and until when."""
    texts = words["minutes"]
    found = tuple(line for topic in minutes.topics if topic.conclusion for line in _decision(topic, words))
    return found or (Line("", texts["nothing"]),)


def _decision(topic: MeetingTopic, words: Words) -> tuple[Line, ...]:
    texts = words["minutes"]
    label = texts["open_topic"] if topic.open else texts["decided_topic"]
    first = lines(label.format(no=topic.no, title=topic.title), topic.conclusion)
    more = [
        texts["grounds"].format(grounds=" ".join(topic.grounds.split())) if topic.grounds else "",
        texts["votes"].format(votes=topic.votes) if topic.votes else "",
        texts["follow_up"].format(by=topic.follow_up_by or "—", due=topic.follow_up_due or "—")
        if topic.follow_up_by or topic.follow_up_due
        else "",
    ]
    said = texts["between"].join(filter(None, more))
    return (*first, Line("", said)) if said else first


def _items(items: tuple[MeetingItem, ...], words: Words) -> tuple[tuple[Line, ...], Grid | None]:
    texts = words["minutes"]
    if not items:
        return (Line("", texts["no_items"]),), None
    keys = ("no", "item", "owner", "department", "due", "standard")
    rows = tuple(
        (
            str(place),
            item.description,
            item.owner,
            _departments(item, texts["assisted"]),
            item.due,
            item.standard,
        )
        for place, item in enumerate(items, start=1)
    )
    return (), Grid(tuple(texts[f"item_{key}"] for key in keys), rows, _ITEM_WIDTHS)


def _departments(item: MeetingItem, form: str) -> str:
    return form.format(lead=item.department, assisting=item.assisting) if item.assisting else item.department
