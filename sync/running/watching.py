"""A pass is watched where it meets the world: how far it is, and whether its time is up."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum

from sync.books.book import Book
from sync.changes import Plan
from sync.faults import LateFault
from sync.snapshot import Snapshot
from sync.tell.channel import Channel, Delivery, Post
from sync.tell.group_message import GroupMessage
from sync.tell.robots.robot import Robot

GRACE = 60.0
"""Seconds that a pass whose time is up has for ending by itself, before it is ended."""


class Stage(StrEnum):
    """What a pass does at one time, in this order."""

    READING = "reading"
    JUDGING = "judging"
    WRITING = "writing"
    SENDING = "sending"


def _unseen(_stage: Stage) -> None:
    pass


@dataclass
class Watch:
    """One pass being watched: from now on it has so many ``seconds``; ``tell`` hears of each stage that it enters."""

    seconds: float
    tell: Callable[[Stage], None] = _unseen
    clock: Callable[[], float] = time.monotonic
    writing: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._begun = self.clock()

    @property
    def used(self) -> float:
        """Seconds since the pass began."""
        return self.clock() - self._begun

    @property
    def is_late(self) -> bool:
        """Whether the time is up."""
        return self.used > self.seconds

    def enter(self, stage: Stage) -> None:
        """Go on to a stage. Raises LateFault when the time is up: between two stages nothing is half-done."""
        if self.is_late:
            raise late(self.seconds)
        self.tell(stage)

    @contextmanager
    def ended(self, end: Callable[[], None], grace: float = GRACE) -> Iterator[None]:
        """Have a pass that hangs within a stage (a share or server that does not answer) ended from outside by ``end``.

        A write that goes on then is given as long once more. What ends it after that is no worse than a power cut:
        the workbook's file is replaced whole or not at all, and a notice that was claimed is never sent twice.
        """

        def watch() -> None:
            if over.wait(self.seconds + grace):
                return
            self.writing.acquire(timeout=grace)
            if not over.is_set():
                end()

        over = threading.Event()
        threading.Thread(target=watch, name="watch", daemon=True).start()
        try:
            yield
        finally:
            over.set()


def late(seconds: float) -> LateFault:
    """What is said of a pass whose time is up."""
    return LateFault(
        "the pass took longer than {minutes} minutes and was ended; nothing is half-written, and the next pass goes on",
        minutes=f"{seconds / 60:g}",
    )


@dataclass(frozen=True)
class WatchedBook:
    """A workbook whose reading and writing are stages of a pass."""

    book: Book
    watch: Watch

    def read(self) -> Snapshot:
        """As the book does."""
        self.watch.enter(Stage.READING)
        snapshot = self.book.read()
        self.watch.enter(Stage.JUDGING)
        return snapshot

    def fingerprint(self) -> str:
        """As the book does."""
        return self.book.fingerprint()

    def obstacles(self, tab: str, rows: Sequence[int]) -> Mapping[int, str]:
        """As the book does."""
        return self.book.obstacles(tab, rows)

    def check_writable(self) -> tuple[str, ...]:
        """As the book does."""
        return self.book.check_writable()

    def apply(self, plan: Plan) -> str:
        """As the book does; nothing ends it once it has begun."""
        self.watch.enter(Stage.WRITING)
        with self.watch.writing:
            return self.book.apply(plan)


@dataclass(frozen=True)
class WatchedChannel:
    """A way out that hands nothing over once the time is up: what waits is tried by the next pass."""

    channel: Channel
    watch: Watch

    def open(self) -> AbstractContextManager[Post]:
        """As the channel does."""
        self.watch.enter(Stage.SENDING)
        return self._opened()

    @contextmanager
    def _opened(self) -> Iterator[Post]:
        with self.channel.open() as post:
            yield _WatchedPost(post, self.watch)


@dataclass(frozen=True)
class _WatchedPost:
    post: Post
    watch: Watch

    def send(self, message: EmailMessage) -> Delivery:
        if self.watch.is_late:
            return Delivery(False, str(late(self.watch.seconds)))
        return self.post.send(message)


@dataclass(frozen=True)
class WatchedRobot:
    """A group robot that posts nothing once the time is up."""

    robot: Robot
    watch: Watch

    def fits(self, message: GroupMessage) -> bool:
        """As the robot does."""
        return self.robot.fits(message)

    def send(self, message: GroupMessage) -> Delivery:
        """As the robot does, in time."""
        if self.watch.is_late:
            return Delivery(False, str(late(self.watch.seconds)))
        return self.robot.send(message)
