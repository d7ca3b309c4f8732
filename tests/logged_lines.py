"""What rooms log, as text, without the times."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from tests.source_files import ROOMS


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        bound = structlog.contextvars.get_contextvars()
        context = "".join(f" {name}={one}" for name, one in sorted(bound.items()))
        message = " / ".join(record.getMessage().splitlines())
        self.lines.append(f"{record.levelname} {record.name}: {message}{context}")


@contextmanager
def logged_lines() -> Iterator[list[str]]:
    """Yield what is logged meanwhile, of INFO and above."""
    handler = _Lines()
    loggers = [logging.getLogger(room) for room in ROOMS]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.INFO)
        one.addHandler(handler)
    try:
        yield handler.lines
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
            one.removeHandler(handler)
