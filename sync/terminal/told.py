"""What a person at the terminal sees of reminders and answers: who was told what, who could not be, and what came back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from sheet_templates import Words
from sync.answering.standing import Proposal
from sync.answering.taking import Postbag
from sync.faults import DeliveryFault, in_words
from sync.ledger.notices import SENT, Entry
from sync.tell.channel import Delivery
from sync.tell.notice import Figures, Notice, Recipient
from sync.tell.recipients import Missed
from sync.terminal.flowing import Flowing, add_row, listing, section

_SHOWN_IDS = 8


def notices_section(notices: Sequence[Notice], words: Words, *, done: bool) -> RenderableType:
    """Who was, or would be, told what."""
    report = words["report"]
    title = report["told"] if done else report["would_tell"]
    if not notices:
        return section(title, Flowing(report["nobody"], style="green"))
    by_person: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_person[_named(notice.recipient)].append(notice)
    grid = listing(report["to"], report["about"])
    for person, mine in by_person.items():
        add_row(grid, person, "\n".join(_about(mine, words)))
    return section(title, grid)


def _named(recipient: Recipient) -> str:
    """A person with the address, a group by its robot's name."""
    return f"{recipient.name} <{recipient.email}>" if recipient.email else recipient.name


def _about(notices: Iterable[Notice], words: Words) -> Iterator[str]:
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for notice in notices:
        copy = words["kinds"]["copy"] if notice.copy else ""
        subject = notice.subject
        name = subject.title if isinstance(subject, Figures) else subject.id
        ids[words["kinds"][notice.kind] + copy].append(name)
    for kind, mine in ids.items():
        more = " " + words["report"]["more"].format(count=len(mine)) if len(mine) > _SHOWN_IDS else ""
        yield f"{kind} {len(mine)}: {' '.join(mine[:_SHOWN_IDS])}{more}"


def missed_section(missed: Sequence[Missed], words: Words) -> RenderableType | None:
    """Who could not be told, and why."""
    if not missed:
        return None
    ids: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for miss in missed:
        ids[miss.name, miss.reason].append(miss.id)
    grid = listing(words["report"]["person"], words["report"]["reason"], words["report"]["about"])
    for (name, reason), mine in ids.items():
        add_row(
            grid,
            name or words["report"]["no_department"],
            words["report"][f"missed_{reason}"],
            " ".join(mine),
        )
    return section(words["report"]["missed"], grid)


def failed_section(
    failed: Sequence[tuple[Recipient, Delivery]], unreachable: DeliveryFault | None, words: Words
) -> RenderableType | None:
    """Whose mail could not be handed over, or why nobody's could."""
    if unreachable:
        said = unreachable.said(words.groups.get("faults", {}))
        return section(words["report"]["failed"], Flowing(said, style="red"))
    if not failed:
        return None
    grid = listing(words["report"]["to"], words["report"]["reason"], "")
    for recipient, delivery in failed:
        again = words["report"]["given_up" if delivery.permanent or delivery.unsure else "try_again"]
        add_row(
            grid,
            recipient.email,
            Flowing(in_words(delivery.detail, words.groups.get("faults", {})), style="red"),
            again,
        )
    return section(words["report"]["failed"], grid)


def answers_section(bag: Postbag, proposals: Sequence[Proposal], words: Words) -> RenderableType | None:
    """What was answered by mail: what stands beside rows now, and how many mails were left aside."""
    texts, new = words["answers"], set(bag.new)
    lines = [
        texts["standing"].format(count=len(proposals), new=sum(each.answer in new for each in proposals))
    ]
    meant = {each.answer for each in proposals}
    reasons = dict(bag.ignored)
    if not_meant := len({each.message for each in bag.new} - {each.message for each in meant}):
        reasons["not_theirs"] = not_meant
    if reasons:
        shown = (f"{texts[reason]} {count}" for reason, count in sorted(reasons.items()))
        lines.append(texts["ignored"].format(counts=words["report"]["comma"].join(shown)))
    if not (proposals or reasons):
        return None
    return section(texts["title"], *(Flowing(line) for line in lines))


def entries_section(entries: Sequence[Entry], words: Words) -> RenderableType:
    """What the ledger says of notices; below one that is not sent its key, unbroken for copying, and why."""
    texts = words["notices"]
    if not entries:
        return Flowing(texts["none"])
    lines: list[RenderableType] = []
    for each in entries:
        to = _named(Recipient(each.name, each.email))
        about = f"{words['kinds'][each.kind]} {each.row_id}"
        lines.append(Flowing(f"{texts[each.state]}  {each.moment:%Y-%m-%d %H:%M}  {about}  {to}"))
        if each.state != SENT:
            lines.append(Text(f"    {each.key}", no_wrap=True, overflow="ignore"))
        if each.state != SENT and each.detail:
            why = Flowing(in_words(each.detail, words.groups.get("faults", {})), style="dim")
            lines.append(Padding(why, (0, 0, 0, 4)))
    return Group(*lines)
