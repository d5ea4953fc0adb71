"""Action items in free sentences: 客服部5月27日前输出《客户投诉处理流程V2.0》; Anna Lee will send the budget by May 31.

A sentence is taken for one only where it says who, and until when or that they have to; what people report,
suggest or have done already is none. A clause with a deadline of its own is an item of its own; clauses
without one go on with the item before them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from rules.wordlists import plain
from sync.importing.deadlines import Deadline, find_deadline, without
from sync.importing.items import FoundItem
from sync.importing.names import NameReader

_NUMBERED = re.compile(r"\s*(?:[(]?\d{1,2}[).、:](?!\d)|[-*•·▪◦]|[①-⑳]|\[[ xX]?\])\s*")
_SENTENCES = re.compile(r"[。;!\n]+|(?<!\bDr)(?<!\bM[rs])(?<!\bMrs)(?<!\bProf)\.(?=\s+[A-Z])")
_CLAUSES = re.compile(r",(?!\s*\d{4}\b)(?![^(《“\"]*[)》”])")
_NESTED = re.compile(r"[《(“][^》)”]*[》)”]")
_BY = re.compile(r"由(?P<who>.+)\Z")
_ASSIST = re.compile(r"(?:由|请)?(?P<who>[^,]{2,12}?)\s*(?:积极|積極)?(?:配合|协助|協助)")
_HELPED = re.compile(r"、(?=[^,、]{2,12}(?:配合|协助|協助))")
_BRACKETED = re.compile(r"(?P<what>[^()]+)\((?P<inside>[^()]+)\)\s*\.?\s*")
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]")
_PAST = re.compile(r"已经?|已經|(?<!为)了(?!解)")
_FRONT = re.compile(r"(?:please note that|action(?: item)?:|ai:|todo:|to do:)\s*", re.IGNORECASE)
_WILL = re.compile(
    r"\s+(?:will|shall|must|should|to|is to|are to|needs? to|has to|have to|is going to|agreed to)\s+(?!be\b)"
)
_AND_WILL = re.compile(
    r"\s*,?\s+and\s+(?=(?:the\s+)?[A-Z][\w'-]*(?:\s[A-Z][\w'-]*)?\s+(?:will|shall|must|to)\s)"
)
_GIVEN = re.compile(r"[给給至到为為入]")
_ONLY_DONE = re.compile(r"(?:全部|按时|按期)?(?:完成|落实|办结|做好)")
_OBJECT = ("将", "將")
_DASHED = re.compile(r"\s+[-–—]\s+")


@dataclass
class _Draft:
    """An item while its clauses are read."""

    owner: str = ""
    deadline: Deadline | None = None
    bound: bool = False
    what: list[str] = field(default_factory=list)
    assisting: str = ""


def usual_width(text: str) -> str:
    """A text as sentences are read: full-width signs as usual ones, quotation marks kept."""
    return unicodedata.normalize("NFKC", text).replace("【", "[").replace("】", "]").strip()


def without_number(text: str) -> str:
    """A line without the number or mark before it."""
    return _NUMBERED.sub("", text, count=1) if _NUMBERED.match(text) else text


@dataclass(frozen=True)
class SentenceReader:
    """Reads sentences by the word lists and the directory."""

    names: NameReader

    def items(self, text: str, *, listed: bool = False) -> Iterator[FoundItem]:
        """The action items of a text, in order.

        ``listed`` is for an entry of a list of tasks: there a sentence without a name or deadline is one too.
        """
        for sentence in _SENTENCES.split(usual_width(text)):
            line = _FRONT.sub("", without_number(sentence).strip())
            if line and not self._is_none(line):
                yield from self._of_sentence(line, listed)

    def _is_none(self, line: str) -> bool:
        """What is supposed, thanked for or suggested; facts of the meeting (会议地点：…); and that there is nothing."""
        nothing = self.names.words.has_any(line, "no_action_items") and find_deadline(line) is None
        return nothing or self.names.opens(line, "no_task")

    def _of_sentence(self, line: str, listed: bool) -> Iterator[FoundItem]:
        reading = self._bracketed(line) or self._dashed(line)
        if reading is None and re.match(r"[\x00-\x7f–—’]+\Z", line):
            parts = _AND_WILL.split(line)
            found = [each for part in parts if (each := self._english(part))]
            yield from found or ([FoundItem(line.rstrip("."), source=line)] if listed else [])
            return
        if reading is not None:
            yield reading
            return
        drafts = self._drafts(line)
        for draft in drafts:
            if item := self._finished(draft, line, listed):
                yield item
        if listed and not drafts:
            deadline = find_deadline(line)
            what = _tidy(without(line, deadline) if deadline else line)
            yield FoundItem(what, due=deadline.said if deadline else "", source=line)

    def _bracketed(self, line: str) -> FoundItem | None:
        """接入支付备用通道(赵磊,6月21日前); Renew the licence (Paul Brown, by June 14)."""
        found = _BRACKETED.fullmatch(line)
        pieces = [piece.strip() for piece in re.split(r"[,;]", found["inside"])] if found else []
        if not found or len(pieces) != 2:
            return None
        deadline = find_deadline(pieces[1])
        if deadline is None or without(pieces[1], deadline).strip() or not self.names.is_who(pieces[0]):
            return None
        return FoundItem(_tidy(found["what"]), pieces[0], deadline.said, source=line)

    def _dashed(self, line: str) -> FoundItem | None:
        """Mary Jones - update the risk register - 2024-06-05."""
        pieces = _DASHED.split(line)
        deadline = find_deadline(pieces[-1]) if len(pieces) == 3 else None
        if deadline is None or without(pieces[-1], deadline).strip():
            return None
        first, second = pieces[:2] if self.names.is_who(pieces[0]) else reversed(pieces[:2])
        return (
            FoundItem(_tidy(second), first, deadline.said, source=line) if self.names.is_who(first) else None
        )

    def _english(self, sentence: str) -> FoundItem | None:
        deadline = find_deadline(sentence)
        if deadline is None or not deadline.firm:
            return None
        rest = without(sentence, deadline).strip(" ,.")
        who, _, what = rest.partition(":")
        if not what:
            found = _WILL.search(rest)
            who, what = (rest[: found.start()], rest[found.end() :]) if found else ("", "")
        if not what.strip() or not self.names.is_who(who):
            return None
        return FoundItem(
            _tidy(what), who.removeprefix("The ").removeprefix("the "), deadline.said, source=sentence
        )

    def _drafts(self, line: str) -> list[_Draft]:
        drafts: list[_Draft] = []
        waiting = _Draft()
        for clause in _CLAUSES.split(_HELPED.sub(",", line)):
            said = self._without_lead(clause.strip())
            if drafts and (helper := _ASSIST.match(said)) and self.names.is_who(helper["who"]):
                drafts[-1].assisting = helper["who"]
                continue
            draft = self._read(said)
            if draft.owner:
                if not (waiting.what and draft.what):  # a clause of its own keeps its day to itself
                    draft.what = draft.what or waiting.what
                    draft.deadline = draft.deadline or waiting.deadline
                waiting = _Draft()
                drafts.append(draft)
            elif not drafts:
                waiting.deadline = draft.deadline or waiting.deadline
                waiting.what = draft.what or waiting.what
            elif draft.deadline and drafts[-1].deadline:
                draft.owner = drafts[-1].owner
                drafts.append(draft)
            else:
                drafts[-1].deadline = drafts[-1].deadline or draft.deadline
                drafts[-1].what += draft.what
        return drafts

    def _read(self, clause: str) -> _Draft:
        """A clause taken apart into who, until when and what."""
        early = find_deadline(clause)
        if early and early.start == 0:
            clause = self._without_lead(without(clause, early).strip())
        else:
            early = None
        who, rest = self._who(clause)
        if not who and (by := _BY.search(clause)):
            who = self.names.at_start(by["who"])
            rest = by["who"][len(who) :]
            if who and clause[: by.start()].strip():
                if not self.names.opens(rest.strip(), "modals"):
                    return _Draft(deadline=early, what=[clause])
                given = self._what(self._without_modals(self._without_day(rest)))
                return _Draft(
                    who, early or find_deadline(clause), True, given or self._what(clause[: by.start()])
                )
        if not who:
            rest = clause
        deadline = early or self._deadline(rest)
        bound = self.names.opens(rest.strip(" :"), "modals")
        if deadline and deadline is not early:
            rest = without(rest, deadline)
        if bound or deadline:
            rest = self._without_modals(rest)
        return _Draft(who, deadline, bound, self._what(rest))

    def _who(self, clause: str) -> tuple[str, str]:
        before, colon, after = clause.partition(":")
        if colon and after.strip() and self.names.is_who(before.strip()):
            return before.strip(), after
        by = clause.removeprefix("由")
        who = self.names.at_start(by)
        if not who and colon and after.strip():
            return self._who(after.strip())  # 流程优化:客服部…
        return who, re.sub(r"^(?:负责人|負責人)", "", by[len(who) :]) if who else clause

    def _deadline(self, rest: str) -> Deadline | None:
        """A deadline in what is said of somebody; a mere day counts only right behind the name."""
        found = find_deadline(rest)
        return found if found and (found.firm or not rest[: found.start].strip(" :")) else None

    def _without_lead(self, clause: str) -> str:
        former = ""
        while clause != former:
            former = clause
            for lead in sorted(self.names.words["who_leads"], key=len, reverse=True):
                if plain(clause).startswith(lead):
                    clause = clause[len(lead) :].lstrip(" :,")
                    break
        return self._behind_asking(clause)

    def _behind_asking(self, clause: str) -> str:
        """陈总要求李娜…: it is 李娜 who has to."""
        before, asked, after = clause.partition("要求")
        return after if asked and self.names.is_who(before) and self.names.at_start(after) else clause

    def _without_modals(self, text: str) -> str:
        former = ""
        text = text.strip(" :,")
        while text != former:
            former = text
            for word in sorted(self.names.words["modals"], key=len, reverse=True):
                if plain(text).startswith(word) and (word not in _OBJECT or self._is_deed(text[1:])):
                    text = text[len(word) :].strip(" :,")
                    break
        return text

    def _is_deed(self, text: str) -> bool:
        """Whether 将 before it says that it will be done, and not what is done it to (将合同发给法务部)."""
        done_to = _GIVEN.search(text)
        return not done_to and (self.names.opens(text, "deeds") or self.names.opens(text, "modals"))

    def _without_day(self, text: str) -> str:
        deadline = find_deadline(text)
        return without(text, deadline) if deadline else text

    def _what(self, text: str) -> list[str]:
        said = _tidy(text)
        empty = not said or _ONLY_DONE.fullmatch(plain(said)) or plain(said) in self.names.words["modals"]
        return [] if empty else [said]

    def _finished(self, draft: _Draft, line: str, listed: bool) -> FoundItem | None:
        what = "，".join(draft.what)
        limit = draft.deadline
        if not what or _PAST.search(_NESTED.sub("", what)) or self.names.words.has_any(what, "not_to_do"):
            return None
        if not (limit or draft.bound or listed):
            return None
        return FoundItem(
            what, draft.owner, limit.said if limit else "", assisting=draft.assisting, source=line
        )


def _tidy(text: str) -> str:
    """What is to be done, without the punctuation around it."""
    said = " ".join(_EMPTY.sub("", text).split()).strip(" ,.;:、。!-")
    return said[1:-1] if said[:1] == "[" and said[-1:] == "]" else said
