"""Which incoming mails answer a tracker's reminders, and what they say; the others are counted by reason. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sync.answering.answer import Answer
from sync.answering.reading import Incoming, passed_checks
from sync.answering.understanding import said_in
from sync.tell.letter import thread_root


@dataclass(frozen=True)
class Sorted:
    """``answers`` is what was said, ``ours`` whether each mail answers one of the tracker's, ``ignored`` counts the
    others by reason: foreign, automatic, unverified, not_understood."""

    answers: tuple[Answer, ...] = ()
    ours: tuple[bool, ...] = ()
    ignored: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sorter:
    """A tracker's mails: its name, the domain that its mails come from, the items that each was about, by Message-ID.

    ``server`` is the name by which the receiving server signs what it has checked, '' where that is not asked for.
    """

    tracker: str
    domain: str
    sent: Mapping[str, Sequence[str]]
    server: str

    def sort(self, incoming: Sequence[Incoming], now: datetime) -> Sorted:
        """Look at each mail."""
        answers: list[Answer] = []
        ignored: Counter[str] = Counter()
        ours = [self._is_ours(each) for each in incoming]
        for each, answers_us in zip(incoming, ours, strict=True):
            reason = self._against(each) if answers_us else "foreign"
            said = [] if reason else self._answers(each, now)
            if reason or not said:
                ignored[reason or "not_understood"] += 1
            answers += said
        return Sorted(tuple(answers), tuple(ours), dict(ignored))

    def _is_ours(self, mail: Incoming) -> bool:
        """Whether it refers to a mail of this tracker's to its sender."""
        root = thread_root(self.tracker, mail.sender, self.domain)
        return bool(mail.sender) and (root in mail.answers or any(each in self.sent for each in mail.answers))

    def _against(self, mail: Incoming) -> str:
        if mail.automatic:
            return "automatic"
        return "unverified" if self.server and not passed_checks(mail, self.server) else ""

    def _answers(self, mail: Incoming, now: datetime) -> list[Answer]:
        told = {number for each in mail.answers[:1] for number in self.sent.get(each, ())}
        sole = next(iter(told)) if len(told) == 1 else ""
        return [
            Answer(
                mail.message,
                place,
                mail.sender,
                "\n".join(said.names),
                sole,
                said.verb.value,
                said.day.isoformat() if said.day else "",
                said.reason,
                now,
            )
            for place, said in enumerate(said_in(mail.text, now.date()))
        ]
