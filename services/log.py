"""Structured logs: one line per event, as text for people or JSON for machines."""

from __future__ import annotations

import json
import logging
import secrets
from datetime import UTC, datetime
from typing import Any

from services.settings import LogFormat

logger = logging.getLogger("freshet")


def configure_logging(style: LogFormat) -> None:
    """Send Freshet's own lines to standard error in `style`; keep libraries to warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonFormatter() if style == "json" else _TextFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logger.setLevel(logging.INFO)


def log_event(event: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log `event` (dotted, such as `library.refresh`) with its fields."""
    logger.log(level, event, extra={"fields": fields})


def log_failure(event: str, error: BaseException, **fields: Any) -> str:
    """Log `error` with its trace under a short id and return the id, which is all that a person is shown."""
    error_id = secrets.token_hex(4)
    logger.error(event, exc_info=error, extra={"fields": {"error_id": error_id, **fields}})
    return error_id


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        fields = "".join(f" {key}={value}" for key, value in getattr(record, "fields", {}).items())
        trace = "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        return f"{stamp} {record.levelname.lower():7} {record.getMessage()}{fields}{trace}"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "severity": record.levelname,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
