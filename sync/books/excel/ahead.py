"""Items made one ahead of their use, in a thread: packing and unpacking leave the interpreter to others."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


def ahead(items: Iterable[_T]) -> Iterator[_T]:
    """The same items; what making one raises is raised where it would have been used."""
    rest, none = iter(items), object()
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, rest, none)
        while (item := coming.result()) is not none:
            coming = thread.submit(next, rest, none)
            yield item  # type: ignore[misc]  # it is none of ours but the last
