"""Logs: one line an event, plain for a terminal or JSON for a collector.

What a line is about (account, dataset, run, window) is bound once per run, and every
line within it carries it. Names that may hold a secret are never written.
"""

from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

SECRET_NAMES = ("secret", "password", "token", "external_id", "authorization")
HIDDEN = "[hidden]"


def hide_secrets(
    logger: WrappedLogger, method_name: str, event: EventDict
) -> EventDict:
    """Hides the value of every field whose name speaks of a secret."""
    for name in event:
        if any(part in name.lower() for part in SECRET_NAMES):
            event[name] = HIDDEN
    return event


def logging_settings(level: str, style: str) -> dict[str, Any]:
    """Django's LOGGING: the standard library's loggers, written by structlog."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    if style == "json":
        ending: list[Any] = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    else:
        # Without the local variables of each frame, which may hold a secret.
        plain = structlog.dev.plain_traceback
        ending = [
            structlog.dev.ConsoleRenderer(
                colors=False, sort_keys=False, exception_formatter=plain
            )
        ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *ending,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            name: {"level": level}
            for name in (
                "cloudintel",
                "costs",
                "inventory",
                "metrics",
                "providers",
                "syncs",
            )
        },
    }
