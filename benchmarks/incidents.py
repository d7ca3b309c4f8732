"""The score of anomaly detection on bills: incidents planted in carriers, and none.

    python -m benchmarks.incidents [--series 100] [--seed 1001] [--carriers DIR]
        [--publish]

A carrier is a year and two months of a service's daily costs in a bill beside small
steady ones. They are drawn from seeds, with weekdays, noise that clings, month ends and
slow growth; `--carriers` takes real daily series instead: the columns of numbers of
each CSV file in a folder. Into each carrier one incident of each kind is planted, and
each is judged without any too: alarms there are false. `--publish` writes the table
that the accuracy page shows. Limits were chosen on seeds below 1001.
"""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import numpy as np

from insights.anomalies.engine.anomaly_records import Direction, Finding
from insights.anomalies.engine.incidents import find_incidents
from insights.anomalies.published_score import (
    MOST_FALSE_A_YEAR,
    PATH,
    KindScore,
    PublishedScore,
)
from insights.arrays import FloatArray
from insights.bill_records import Bill, Scope

FIRST_DAY, DAYS, WARM_UP = date(2025, 1, 1), 425, 60
CARRIER, NEW = Scope("1", "carrier", "here"), Scope("1", "new", "here")
STEADY = [Scope("1", f"steady {at}", "here") for at in range(3)]
YEAR_DAYS = 365.0
# What drawn carriers cost a day, and their noise.
LEVELS, NOISE = (60.0, 6000.0), (0.02, 0.10)


@dataclass(frozen=True)
class Planted:
    """An incident: what it adds from its first day on, and when it must be found."""

    name: str
    in_time_days: int
    goal: float
    added: Callable[[FloatArray, int], FloatArray]
    part: Scope = CARRIER


@dataclass(frozen=True)
class Trial:
    """What was found of one planted incident in one carrier."""

    found_after: int | None
    others: int
    money: float
    money_found: float


def rises(share: float) -> Callable[[FloatArray, int], FloatArray]:
    def added(values: FloatArray, day: int) -> FloatArray:
        more = np.zeros(len(values))
        more[day:] = share * values[day:]
        return more

    return added


def surges(values: FloatArray, day: int) -> FloatArray:
    more = np.zeros(len(values))
    more[day : day + 3] = usual(values, day)
    return more


def grows(values: FloatArray, day: int) -> FloatArray:
    """To twice the level in 60 days, which it then keeps."""
    share = np.clip((np.arange(len(values)) - day) / 60, 0, 1)
    return share * values


def starts(share: float) -> Callable[[FloatArray, int], FloatArray]:
    def added(values: FloatArray, day: int) -> FloatArray:
        more = np.zeros(len(values))
        more[day:] = share * usual(values, day)
        return more

    return added


def usual(values: FloatArray, day: int) -> float:
    return float(np.median(values[day - 28 : day]))


KINDS = (
    Planted("20% more for good", 7, 0.45, rises(0.2)),
    Planted("30% more for good", 7, 0.75, rises(0.3)),
    Planted("50% more for good", 7, 0.85, rises(0.5)),
    Planted("twice as much for three days", 2, 0.85, surges),
    Planted("twice as much within 60 days", 60, 0.75, grows),
    Planted("a new service, 20% of the bill", 2, 0.95, starts(0.2), NEW),
    Planted("a new service, 40 times the bill", 2, 0.95, starts(40.0), NEW),
)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1001)
    asked.add_argument("--carriers", type=Path, help="a folder of CSV files")
    asked.add_argument("--publish", action="store_true")
    options = asked.parse_args()
    carriers = (
        list(read_carriers(options.carriers))
        if options.carriers
        else [
            drawn(seed) for seed in range(options.seed, options.seed + options.series)
        ]
    )
    score = score_of(carriers, options.seed)
    print(on_time(score))
    if options.publish:
        PATH.write_text(score.as_json())
    sys.exit(not score.reaches_goals)


def score_of(carriers: Sequence[FloatArray], seed: int) -> PublishedScore:
    chance = np.random.default_rng(seed)
    false, years = 0, 0.0
    trials: dict[str, list[Trial]] = {kind.name: [] for kind in KINDS}
    for values in carriers:
        alone = found_in(values)
        false += len(alone)
        years += (len(values) - WARM_UP) / YEAR_DAYS
        for kind in KINDS:
            day = int(chance.integers(120, len(values) - 65))
            trials[kind.name].append(tried(kind, values, day, alone))
    kinds = [kind_score(kind, trials[kind.name]) for kind in KINDS]
    return PublishedScore(
        date.today().isoformat(), len(carriers), round(false / years, 3), kinds
    )


def tried(
    kind: Planted, values: FloatArray, day: int, alone: Sequence[Finding]
) -> Trial:
    """Plant one incident and look for it: any alarm upward from its first day on."""
    more = kind.added(values, day)
    planted, until = FIRST_DAY + timedelta(days=day), max(kind.in_time_days, 14)
    hits, others = [], 0
    known = {one.first_day for one in alone}
    for one in found_in(values, more, kind.part):
        after = (one.seen_on - planted).days
        if one.direction is Direction.UP and 0 <= after <= until:
            hits.append((after, one))
        elif one.first_day not in known:
            others += 1
    in_time = [one for after, one in hits if after <= kind.in_time_days]
    found_after = min(
        (after for after, _ in hits if after <= kind.in_time_days), default=None
    )
    money = float(more[day : day + 7].sum())
    found = sum(one.impact for one in in_time)
    return Trial(found_after, others, money, min(max(found, 0.0), money))


def found_in(
    values: FloatArray, more: FloatArray | None = None, part: Scope = CARRIER
) -> list[Finding]:
    """Judge the bill of a carrier with what is planted; without its first days."""
    usage = {CARRIER: values.copy()}
    for at, scope in enumerate(STEADY):
        noise = 0.02 * np.random.default_rng(at).standard_normal(len(values))
        usage[scope] = float(np.median(values)) * 0.02 * np.exp(noise)
    if more is not None:
        usage[part] = usage.get(part, np.zeros(len(values))) + more
    bill = Bill("USD", FIRST_DAY, {scope: row.tolist() for scope, row in usage.items()})
    first = FIRST_DAY + timedelta(days=WARM_UP)
    return [one for one in find_incidents(bill) if one.seen_on >= first]


def kind_score(kind: Planted, trials: Sequence[Trial]) -> KindScore:
    on_time = [one.found_after for one in trials if one.found_after is not None]
    others = sum(one.others for one in trials)
    money = sum(one.money for one in trials)
    return KindScore(
        name=kind.name,
        in_time_days=kind.in_time_days,
        goal=kind.goal,
        recall=round(len(on_time) / len(trials), 3),
        precision=round(len(on_time) / (len(on_time) + others), 3) if on_time else None,
        days=float(median(on_time)) if on_time else None,
        money_found=round(sum(one.money_found for one in trials) / money, 3),
    )


def drawn(seed: int) -> FloatArray:
    """Draw a carrier: a level, a week, noise that clings, month ends, slow growth."""
    chance = np.random.default_rng(seed)
    days = np.arange(DAYS)
    level = np.exp(chance.uniform(*np.log(LEVELS)))
    week = np.abs(1 + chance.choice([0.0, 0.05, 0.2]) * chance.standard_normal(7))
    values = level * week[days % 7]
    size, clings = chance.uniform(*NOISE), chance.choice([0.0, 0.0, 0.3, 0.5])
    noise = np.zeros(DAYS)
    for day in range(DAYS):
        before = noise[day - 1] if day else 0.0
        noise[day] = clings * before + chance.standard_normal() * (1 - clings**2) ** 0.5
    values *= np.exp(size * noise)
    values *= np.exp(chance.uniform(-0.0005, 0.001) * days)
    if chance.random() < 0.2:
        month_days = [(FIRST_DAY + timedelta(days=int(at))).day for at in days]
        values[np.array(month_days) == 1] += chance.uniform(0.1, 0.5) * level
    return values


def read_carriers(folder: Path) -> Iterator[FloatArray]:
    """Read pieces of real daily series: what is positive, and long enough."""
    for path in sorted(folder.glob("*.csv")):
        with path.open() as lines:
            rows = list(csv.DictReader(lines))
        for column in rows[0]:
            numbers = [number_of(row[column]) for row in rows]
            whole = np.array([one for one in numbers if one is not None])
            if len(whole) < max(0.9 * len(rows), DAYS) or whole.min() < 0:
                continue
            for begin in range(0, len(whole) - DAYS + 1, DAYS):
                piece = whole[begin : begin + DAYS]
                if np.ptp(piece) and np.median(piece) > 0:
                    yield piece * (500.0 / np.median(piece))


def number_of(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def on_time(score: PublishedScore) -> str:
    lines = [f"{'planted':34} found in time  goal  precision  days  money found"]
    lines += [
        f"{one.name:34} {one.recall:11.0%} {one.goal:6.0%} "
        f"{one.precision or 0:9.0%} {one.days if one.days is not None else '-':>6} "
        f"{one.money_found:11.0%}"
        for one in score.kinds
    ]
    lines.append(
        f"false alarms a series and year: {score.false_a_year:.3f} "
        f"(goal {MOST_FALSE_A_YEAR}), of {score.carriers} carriers"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
