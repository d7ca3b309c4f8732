"""What any scanner found, as one record."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Severity(StrEnum):
    """The worst last."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class ScannerFailed(Exception):
    """It says what could not be scanned, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Issue:
    rule: str
    severity: Severity
    message: str
    path: str = ""
    line: int | None = None
    url: str = ""
    text: str = ""
    """What it was found in, by which it is known again when its line moves."""


def fingerprints(issues: Iterable[Issue]) -> Iterator[tuple[str, Issue]]:
    """Yield each with what tells it from all others, in this scan and in the next."""
    seen: Counter[tuple[str, ...]] = Counter()
    for issue in issues:
        key = (issue.rule, issue.path, issue.text or issue.message)
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        yield sha256(text.encode(errors="replace")).hexdigest(), issue
