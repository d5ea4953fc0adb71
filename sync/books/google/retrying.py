"""When a call is tried again, and when not: within a deadline, with growing waits, as the service asks."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

_T = TypeVar("_T")


class TemporaryError(Exception):
    """A call failed for now. ``unsure``: it may have been carried out all the same. ``wait``: seconds asked for."""

    def __init__(self, detail: str, *, unsure: bool, wait: float = 0) -> None:
        super().__init__(detail)
        self.detail, self.unsure, self.wait = detail, unsure, wait


@dataclass(frozen=True)
class Patience:
    """How long is tried. A wait doubles from ``first`` to ``longest`` and is drawn between half and whole, so
    that several workers do not come back together; what the service asks for (Retry-After) is the least.

    ``deadline`` are the seconds after which a call is given up, ``timeout`` those for one answer.
    """

    deadline: float = 90
    timeout: float = 60
    first: float = 1
    longest: float = 20
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: random.Random = field(default_factory=random.Random)

    def until_done(self, call: Callable[[], _T], *, repeatable: bool) -> _T:
        """Call until it succeeds. Raises the last TemporaryError when the deadline is too near, and at once when
        it is unsure whether a call that is not ``repeatable`` was carried out."""
        end, wait = self.clock() + self.deadline, self.first
        while True:
            try:
                return call()
            except TemporaryError as error:
                pause = max(error.wait, wait * self.chance.uniform(0.5, 1))
                if (error.unsure and not repeatable) or self.clock() + pause > end:
                    raise
                self.sleep(pause)
                wait = min(wait * 2, self.longest)

    def rest(self, attempt: int) -> None:
        """Wait as before the nth repetition, counted from 0."""
        self.sleep(min(self.first * 2**attempt, self.longest) * self.chance.uniform(0.5, 1))
