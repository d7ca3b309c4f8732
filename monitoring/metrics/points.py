"""One measured value as it is sent: checked, or refused by field with the reason."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings

from core.clocks import CLOCKS_DIFFER_BY
from core.windows import midnight, utc_day
from monitoring.metrics.models import LONGEST_NAME, LONGEST_UNIT
from monitoring.metrics.querysets import LABEL

NAME = re.compile(rf"[a-zA-Z_][a-zA-Z0-9_.:]{{0,{LONGEST_NAME - 1}}}")
MOST_LABELS, LONGEST_VALUE = 10, 100
# Beyond it sums of squares and buckets overflow.
LARGEST = 1e300
FIELDS = frozenset({"name", "value", "unit", "labels", "recorded_at"})
Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Point:
    """A value of one metric at one time; `labels` are JSON with sorted keys."""

    name: str
    labels: str
    recorded_at: datetime
    value: float
    unit: str = ""

    @property
    def labels_digest(self) -> str:
        return digest_of(self.labels)


class InvalidPoint(ValueError):
    """What is wrong, by field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(
            " ".join(f"{name}: {text[0]}" for name, text in errors.items())
        )
        self.errors = errors


@lru_cache(maxsize=10_000)
def digest_of(labels: str) -> str:
    return sha256(labels.encode()).hexdigest()


def labels_text(labels: Mapping[str, str]) -> str:
    """Return the labels as a text that is the same for the same labels."""
    return json.dumps(labels, sort_keys=True, separators=(",", ":"))


def oldest_accepted(now: datetime) -> datetime:
    """Return from when on points are kept, and so taken."""
    return midnight(utc_day(now) - timedelta(days=settings.SYSTEM_METRICS_DAYS))


def parse_point(raw: Any, now: datetime) -> Point:
    """Return the point that was sent. Raise InvalidPoint with every problem of it."""
    if not isinstance(raw, Mapping):
        raise InvalidPoint({"metric": ["Give an object with a name and a value."]})
    errors: dict[str, list[str]] = {}
    for name, reason in _problems(raw):
        errors.setdefault(name, []).append(reason)
    at = _moment(raw.get("recorded_at"), now)
    if at is None:
        reason = "Give a time such as 2026-01-31T08:00:00Z."
        errors["recorded_at"] = [reason]
    elif at > now + CLOCKS_DIFFER_BY:
        reason = f"{at:%Y-%m-%d %H:%M} UTC is in the future. Is that clock right?"
        errors["recorded_at"] = [reason]
    elif at < oldest_accepted(now):
        days = settings.SYSTEM_METRICS_DAYS
        reason = f"{at:%Y-%m-%d} is older than points are kept, which is {days} days."
        errors["recorded_at"] = [reason]
    if errors or at is None:
        raise InvalidPoint(errors)
    labels = labels_text(raw.get("labels") or {})
    return Point(raw["name"], labels, at, float(raw["value"]), raw.get("unit") or "")


def _problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    for unknown in sorted(set(raw) - FIELDS):
        yield unknown, f"Unknown field. Valid fields: {', '.join(sorted(FIELDS))}."
    name, value, unit = raw.get("name"), raw.get("value"), raw.get("unit")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield "name", "Give letters, digits and _ . : only, a letter first."
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or abs(value) > LARGEST:  # type: ignore[arg-type]
        yield "value", "Give a finite number."
    if unit is not None and not _is_text(unit, LONGEST_UNIT):
        yield "unit", f"Give a text of at most {LONGEST_UNIT} characters."
    labels = raw.get("labels")
    if labels is not None and not are_labels(labels):
        yield (
            "labels",
            f"Give at most {MOST_LABELS} labels: keys of letters, digits, _ and ., and "
            f"texts of at most {LONGEST_VALUE} characters.",
        )


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and value.isprintable()


def are_labels(labels: object) -> bool:
    return (
        isinstance(labels, Mapping)
        and len(labels) <= MOST_LABELS
        and all(isinstance(key, str) and LABEL.fullmatch(key) for key in labels)
        and all(_is_text(value, LONGEST_VALUE) for value in labels.values())
    )


def _moment(given: object, now: datetime) -> datetime | None:
    """Return the time that was given, UTC by default; now where none was."""
    if given is None:
        return now
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) else None
        if at is None or len(str(given)) <= 10:
            return None
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
