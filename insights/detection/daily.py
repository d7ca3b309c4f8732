"""Anomalies of daily series: of costs, or of how hard machines work."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from insights.detection.baseline import Baseline
from insights.detection.findings import finding
from insights.detection.limits import DEFAULT, Limits
from insights.detection.numbers import row
from insights.detection.records import Finding, Measure, Series
from insights.detection.tails import Numbers
from insights.detection.watch import Flags, Lines, Watch


def find_anomalies(series: Iterable[Series], limits: Limits = DEFAULT) -> list[Finding]:
    """The anomalies of each series on its own, in the order of their days.

    Each day is judged by the days before it alone, so that an anomaly once found is
    found again when more days are known. Raises DetectionError for values that are no
    numbers. Give it many series at once: they are walked together.
    """
    batches: dict[Measure, list[Series]] = defaultdict(list)
    for one in series:
        batches[one.measure].append(one)
    found: list[Finding] = []
    for batch in batches.values():
        watch = walk(batch, limits)
        found += [
            finding(batch[alarm.row].key, batch[0].measure, [(watch, alarm)])
            for alarm in watch.alarms
            if alarm.is_told
        ]
    return sorted(found, key=in_order)


def find_cpu_anomalies(
    machines: Mapping[str, Sequence[Series]], limits: Limits = DEFAULT
) -> list[Finding]:
    """One finding per machine and incident, whichever of its series tell of it.

    A machine's series (average, p99, maximum of CPU) come in the order in which they
    are believed; a finding has the figures of the first that tells. Its key is the
    machine.
    """
    numbered = {
        (machine, rank): replace(one, key=f"{rank}/{machine}", measure=Measure.CPU)
        for machine, ranked in machines.items()
        for rank, one in enumerate(ranked)
    }
    told: dict[str, list[Finding]] = defaultdict(list)
    for one in find_anomalies(numbered.values(), limits):
        told[one.key].append(one)
    kept: dict[str, list[Finding]] = defaultdict(list)
    for (machine, _), series in numbered.items():
        for one in told[series.key]:
            if not any(overlap(one, other) for other in kept[machine]):
                kept[machine].append(replace(one, key=machine))
    return sorted((one for mine in kept.values() for one in mine), key=in_order)


def in_order(one: Finding) -> tuple[date, str]:
    return one.first_day, one.key


def overlap(one: Finding, other: Finding) -> bool:
    return one.first_day <= other.last_day and other.first_day <= one.last_day


def walk(batch: Sequence[Series], limits: Limits) -> Watch:
    """Judges each day of series of one measure by the days before it."""
    days = all_days(batch)
    values, estimated = aligned(batch, days)
    values = from_first_use(values)
    watch = Watch(len(batch), days, lines_of(batch[0].measure, limits), limits)
    memory = Baseline(*values.shape)
    for day in range(len(days)):
        step(watch, memory, day, values, estimated[:, day])
    return watch


def all_days(batch: Iterable[Series]) -> list[date]:
    """From the first day of any of them to the last day of any."""
    spans = [(one.first_day, len(one.values)) for one in batch if len(one.values)]
    if not spans:
        return []
    first = min(first for first, _ in spans)
    last = max(first + timedelta(days=count) for first, count in spans)
    return [first + timedelta(days=at) for at in range((last - first).days)]


def aligned(batch: Sequence[Series], days: Sequence[date]) -> tuple[Numbers, Flags]:
    """The values on those days, NaN where unknown, and which may still grow."""
    values = np.full((len(batch), len(days)), np.nan)
    estimated = np.zeros(values.shape, dtype=bool)
    for at, one in enumerate(batch):
        if not len(one.values):
            continue
        start = (one.first_day - days[0]).days
        values[at, start : start + len(one.values)] = row(one.key, one.values)
        columns = [(day - days[0]).days for day in one.estimated]
        estimated[at, [column for column in columns if 0 <= column < len(days)]] = True
    return values, estimated


def step(
    watch: Watch, memory: Baseline, day: int, values: Numbers, estimated: Flags
) -> Flags:
    """Judges one day and learns from it; which series are anomalous or odd that day."""
    today, expected = values[:, day], memory.expected(day)
    anomalous, odd = watch.judge(day, today, expected, memory, estimated)
    memory.learn(day, today, expected, anomalous | odd)
    for alarm in watch.mature(day):
        before = watch.expected[alarm.row, alarm.first : day + 1]
        latest = values[alarm.row, alarm.first : day + 1]
        ratio = float(np.nanmedian(latest)) / (float(np.nanmedian(before)) or np.inf)
        memory.restart(alarm.row, day, latest, ratio)
    return anomalous | odd


def lines_of(measure: Measure, limits: Limits) -> Lines:
    """From where on a deviation of such series matters."""
    if measure is Measure.CPU:
        return Lines(
            up=limits.least_busy,
            up_share=0.0,
            down=limits.least_idle,
            down_share=limits.least_idle_share,
            steadiest=limits.steadiest_points,
            steadiest_share=0.0,
        )
    return Lines(
        up=limits.least_cost,
        up_share=limits.least_cost_share,
        down=limits.least_saving,
        down_share=limits.least_saving_share,
        steadiest=limits.least_cost / limits.far / 2,
        steadiest_share=limits.steadiest_share,
    )


def from_first_use(values: Numbers) -> Numbers:
    """Unknown before the first value that is not 0: until then there was no service."""
    used = np.nan_to_num(values) != 0
    began = np.maximum.accumulate(used, axis=1)
    return np.where(began, values, np.nan)
