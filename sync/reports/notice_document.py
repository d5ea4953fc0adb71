"""The notice of a meeting (000 §三(一) 会议通知表), laid out."""

from sheet_templates import Words
from sync.reports.document import Document, Grid, Line, Part, given
from sync.reports.meeting_day import shown_time
from sync.reports.minutes import MeetingMinutes, MeetingTopic

_WIDTHS = (0.07, 0.27, 0.38, 0.14, 0.14)


def notice_document(meeting: MeetingMinutes, words: Words) -> Document:
    """The notice as a document in the language of ``words``."""
    texts = words["minutes"]
    facts = {
        "subject": meeting.name,
        "id": meeting.id,
        "time": shown_time(meeting, words),
        "place": meeting.place,
        "host": meeting.host,
        "recorder": meeting.recorder,
        "attendees": meeting.attendees,
        "meeting_goal": meeting.goal,
        "material": meeting.material or texts["nothing"],
        "confirm_by": _confirm(meeting, words),
    }
    return Document(
        language=words.language,
        title=texts["notice_title"],
        mark=texts["confidential"] if meeting.confidential else "",
        state="",
        facts=given([Line(texts[key], text) for key, text in facts.items()]),
        parts=(Part(texts["agenda"], *_agenda(meeting.topics, words)),),
        closing=texts["notice_closing"],
        page=texts["page"],
    )


def _confirm(meeting: MeetingMinutes, words: Words) -> str:
    return words["minutes"]["confirm"].format(moment=meeting.confirm_by) if meeting.confirm_by else ""


def _agenda(topics: tuple[MeetingTopic, ...], words: Words) -> tuple[tuple[Line, ...], Grid | None]:
    texts = words["minutes"]
    if not topics:
        return (Line("", texts["nothing"]),), None
    rows = tuple(
        (
            topic.no,
            topic.title,
            topic.description,
            "" if topic.planned is None else texts["planned"].format(minutes=topic.planned),
            topic.presenter,
        )
        for topic in topics
    )
    keys = ("no", "topic", "about", "planned", "presenter")
    return (), Grid(tuple(texts[f"agenda_{key}"] for key in keys), rows, _WIDTHS)
