"""Keeps libraries from logging what is secret: addresses with tokens, answers with access tokens."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unlogged(*names: str) -> Iterator[None]:
    """Let the loggers of these names say nothing for a while."""
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addFilter(_nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(_nothing)


def _nothing(_record: logging.LogRecord) -> bool:
    return False
