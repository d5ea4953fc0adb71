"""Keeps below so many messages in a minute; a vendor that is asked more often shuts its door for ten."""

from collections import deque
from collections.abc import Callable

_WINDOW = 60.0


class Pace:
    """At most ``per_minute`` messages in any minute. ``clock`` counts seconds, ``sleep`` waits for so many."""

    def __init__(self, per_minute: int, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock, self._sleep = clock, sleep
        self._moments: deque[float] = deque(maxlen=per_minute)

    def wait(self) -> None:
        """Return once the next message may go."""
        if len(self._moments) == self._moments.maxlen:
            left = self._moments[0] + _WINDOW - self._clock()
            if left > 0:
                self._sleep(left)
        self._moments.append(self._clock())
