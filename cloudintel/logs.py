"""Logs: one line per event, plain for a terminal or JSON for a log collector.

Account, dataset, run and window are bound once per run, and every line within carries
them. Possible secrets, by name or by pattern, are hidden.
"""

import re
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

SECRET_NAMES = (
    *("secret", "password", "passwd", "token", "external_id", "externalid"),
    *("authorization", "credential", "access_key", "accesskey", "api_key", "cookie"),
)
HIDDEN = "[hidden]"
# Each starts where a word does and never goes back, since whoever asks for an address
# decides how long a line is.
SECRET_PATTERNS = re.compile(
    # user:password@ in an address; a wall's link; what follows a name of a secret; an
    # AWS key's id.
    r"(?<=://)[^\s@:]*+:(?!//)(?:[^\s@:]|:(?!//))*+(?=@)"
    r"|(?<=/wall/)[\w-]{20,}+"
    r"|(?<=Bearer )\S+|(?<=Token )\S{20,}"
    rf"|(?<![\w-])(?=[\w-]*(?i:{'|'.join(SECRET_NAMES)}))[\w-]++"
    r"[\"']?\s*[=:]\s*[\"']?[^\s\"',;&)]+"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"
)


def hide_secrets(
    logger: WrappedLogger, method_name: str, event: EventDict
) -> EventDict:
    """Hide values with the name of a secret, and text that looks like one."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if any(part in name.lower() for part in SECRET_NAMES):
        return HIDDEN
    if isinstance(value, str):
        return SECRET_PATTERNS.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {key: _hidden(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden("", item) for item in value]
    if value is None or isinstance(value, int | float):
        return value
    return SECRET_PATTERNS.sub(HIDDEN, str(value))


def without_traceback_of_refusals(
    logger: WrappedLogger, method_name: str, event: EventDict
) -> EventDict:
    """Leave out where the code refused a request: that the user was, is no defect."""
    if 400 <= event.get("status_code", 0) < 500:
        event.pop("exc_info", None)
    return event


def own_packages() -> list[str]:
    """Return the names of our packages."""
    root = Path(__file__).resolve().parent.parent
    return sorted(path.parent.name for path in root.glob("*/__init__.py"))


def logging_settings(level: str, style: str) -> dict[str, Any]:
    """Return Django's LOGGING, with structlog as formatter."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        without_traceback_of_refusals,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Before secrets are hidden: the text of an error may hold one.
        structlog.processors.format_exc_info,
    ]
    ending: Any = structlog.processors.JSONRenderer()
    if style != "json":
        plain = structlog.dev.plain_traceback
        ending = structlog.dev.ConsoleRenderer(
            colors=False, sort_keys=False, exception_formatter=plain
        )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    hide_secrets,
                    ending,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {name: {"level": level} for name in own_packages()}
        # They log what they raise too, and what a retry mends: a role that can't be
        # assumed, a sign-in that was refused, an answer that was cut short.
        | {name: {"level": "CRITICAL"} for name in ("botocore.credentials", "azure")},
    }
