"""When a meeting is, as people write it in a language."""

from datetime import date

from sheet_templates import Words
from sync.reports.minutes import MeetingMinutes


def shown_time(meeting: MeetingMinutes, words: Words) -> str:
    """Day, weekday and times; what was typed where the day could not be read."""
    if meeting.held_on is None:
        return meeting.when_typed
    day = shown_day(meeting.held_on, words)
    if meeting.starts is None:
        return day
    times = f"{meeting.starts:%H:%M}" + (f"–{meeting.ends:%H:%M}" if meeting.ends else "")
    return f"{day} {times}"


def shown_day(day: date, words: Words) -> str:
    """A day with its weekday."""
    weekday = words["mail_weekdays"][str(day.isoweekday())]
    return words["minutes"]["day"].format(year=day.year, month=day.month, day=day.day, weekday=weekday)
