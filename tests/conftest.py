"""What holds for every test."""

import gc
from collections.abc import Iterator

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so that in the end no process waits long for another."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def _garbage_is_collected() -> Iterator[None]:
    """The command line ends soon and does without; a process that runs thousands of tests must not."""
    yield
    gc.enable()
