"""The score of detection on bills that this version was published with.

`benchmarks/incidents.py` measures it on planted incidents and writes it here.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("published_score.json")
MOST_FALSE_A_YEAR = 0.1


@dataclass(frozen=True)
class KindScore:
    """How one kind of planted incident was found; shares are 0 to 1."""

    name: str
    in_time_days: int
    goal: float
    recall: float
    # Of all alarms on carriers with it; None without any alarm.
    precision: float | None
    # The median of days until it was reported.
    days: float | None
    # Of what it cost in its first week, the share in alarms that were in time.
    money_found: float


@dataclass(frozen=True)
class PublishedScore:
    measured_on: str
    carriers: int
    false_a_year: float
    kinds: Sequence[KindScore]

    @property
    def reaches_goals(self) -> bool:
        return self.false_a_year <= MOST_FALSE_A_YEAR and all(
            one.recall >= one.goal for one in self.kinds
        )

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


@cache
def published_score() -> PublishedScore:
    stored = json.loads(PATH.read_text())
    kinds = [KindScore(**one) for one in stored.pop("kinds")]
    return PublishedScore(kinds=kinds, **stored)
