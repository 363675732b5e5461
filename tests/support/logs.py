"""What Freshet logs, as data."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.log import logger


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        line: dict[str, Any] = {"event": record.getMessage(), "level": record.levelname}
        if record.exc_info:
            line["error"] = record.exc_info[1]
        self.lines.append(line | getattr(record, "fields", {}))


@contextmanager
def recorded_lines() -> Iterator[list[dict[str, Any]]]:
    """Every line that Freshet logs meanwhile: `event`, `level`, its fields, and `error` where it carries a trace."""
    keeper, level = _Keeper(), logger.level
    logger.addHandler(keeper)
    logger.setLevel(logging.INFO)
    try:
        yield keeper.lines
    finally:
        logger.removeHandler(keeper)
        logger.setLevel(level)


@contextmanager
def logging_kept() -> Iterator[None]:
    """What the command line does to logging meanwhile is undone: its streams are the test's, and closed after it."""
    loggers = [logging.getLogger(), logger]
    before = [(each, list(each.handlers), each.level) for each in loggers]
    try:
        yield
    finally:
        for each, handlers, level in before:
            each.handlers = handlers
            each.setLevel(level)
