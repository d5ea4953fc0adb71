"""What holds for every test."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _garbage_is_collected() -> Iterator[None]:
    """The command line ends soon and does without; a process that runs thousands of tests must not."""
    yield
    gc.enable()
