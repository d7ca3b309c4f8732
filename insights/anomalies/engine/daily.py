"""Anomalies of daily series: of costs, or of CPU utilization."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from insights.anomalies.engine.anomaly_records import (
    DetectionError,
    Direction,
    Finding,
    Kind,
    Measure,
    Series,
)
from insights.anomalies.engine.baseline import Baseline
from insights.anomalies.engine.detector import Alarm, Detector, Materiality
from insights.anomalies.engine.lasting import (
    GOES_ON_DAYS,
    WINDOW_DAYS,
    LastingChanges,
    nine_weeks,
)
from insights.anomalies.engine.limits import DEFAULT, Limits, severity
from insights.arrays import BoolArray, FloatArray, InvalidValue, Values, float_array

DetectedAlarm = tuple[Detector, Alarm]


def find_anomalies(series: Iterable[Series], limits: Limits = DEFAULT) -> list[Finding]:
    """Find the anomalies of each series on its own, in the order of their days.

    Each day is judged by the days before it alone, so that an anomaly once found is
    found again when more days are known. Raises DetectionError for values that are no
    numbers. Give it many series at once: they are walked together.
    """
    batches: dict[Measure, list[Series]] = defaultdict(list)
    for one in series:
        batches[one.measure].append(one)
    found: list[Finding] = []
    for batch in batches.values():
        detector = run_detector(batch, limits)
        found += [
            summarize(batch[alarm.row].key, batch[0].measure, [(detector, alarm)])
            for alarm in detector.alarms
            if alarm.is_reported
        ]
    return sorted(found, key=by_day)


def find_cpu_anomalies(
    machines: Mapping[str, Sequence[Series]], limits: Limits = DEFAULT
) -> list[Finding]:
    """Find one anomaly per machine and incident, whichever of its series show it.

    A machine's series (average, p99, maximum of CPU) come in the order in which they
    are believed; a finding has the figures of the first that shows it. Its key is the
    machine.
    """
    numbered = {
        (machine, rank): replace(one, key=f"{rank}/{machine}", measure=Measure.CPU)
        for machine, ranked in machines.items()
        for rank, one in enumerate(ranked)
    }
    found: dict[str, list[Finding]] = defaultdict(list)
    for one in find_anomalies(numbered.values(), limits):
        found[one.key].append(one)
    chosen: dict[str, list[Finding]] = defaultdict(list)
    for (machine, _), series in numbered.items():
        for one in found[series.key]:
            if not any(overlaps(one, other) for other in chosen[machine]):
                chosen[machine].append(replace(one, key=machine))
    return sorted((one for mine in chosen.values() for one in mine), key=by_day)


def by_day(one: Finding) -> tuple[date, str]:
    return one.first_day, one.key


def overlaps(one: Finding, other: Finding) -> bool:
    return one.first_day <= other.last_day and other.first_day <= one.last_day


def run_detector(batch: Sequence[Series], limits: Limits) -> Detector:
    """Judge each day of series of one measure by the days before it."""
    days = all_days(batch)
    given, estimated = aligned(batch, days)
    values = from_first_use(given)
    measure = batch[0].measure
    detector = Detector(len(batch), days, materiality_of(measure, limits), limits)
    baseline, lasting = Baseline(*values.shape), LastingChanges(detector)
    for day in range(len(days)):
        judge_day(detector, baseline, lasting, day, values, estimated[:, day])
        if measure is Measure.COST and day + 1 >= WINDOW_DAYS:
            window = nine_weeks(baseline.clean, day)
            levels = baseline.clean[:, : day + 1]
            lasting.judge(day, window, baseline, estimated[:, day], levels)
    return detector


def all_days(batch: Iterable[Series]) -> list[date]:
    """Return the days from the first of any series to the last of any."""
    spans = [(one.first_day, len(one.values)) for one in batch if len(one.values)]
    if not spans:
        return []
    first = min(first for first, _ in spans)
    last = max(first + timedelta(days=count) for first, count in spans)
    return [first + timedelta(days=at) for at in range((last - first).days)]


def aligned(
    batch: Sequence[Series], days: Sequence[date]
) -> tuple[FloatArray, BoolArray]:
    """Return the values on those days, NaN where unknown, and which may still grow."""
    values = np.full((len(batch), len(days)), np.nan)
    estimated = np.zeros(values.shape, dtype=bool)
    for at, one in enumerate(batch):
        if not len(one.values):
            continue
        start = (one.first_day - days[0]).days
        values[at, start : start + len(one.values)] = checked(one.key, one.values)
        columns = [(day - days[0]).days for day in one.estimated]
        estimated[at, [column for column in columns if 0 <= column < len(days)]] = True
    return values, estimated


def judge_day(
    detector: Detector,
    baseline: Baseline,
    lasting: LastingChanges,
    day: int,
    values: FloatArray,
    estimated: BoolArray,
) -> BoolArray:
    """Judge one day and learn from it; return which series deviate that day."""
    today, expected = values[:, day], baseline.expected(day)
    expected = np.where(baseline.was_below, expected, np.maximum(expected, 0.0))
    anomalous, recurring = detector.judge(day, today, expected, baseline, estimated)
    baseline.learn(day, today, expected, anomalous | recurring)
    for alarm in detector.close_lasting(day):
        before, gap = detector.move_of(alarm)
        latest = values[alarm.row, alarm.first : day + 1]
        ratio = float(np.nanmedian(latest)) / (before or np.inf)
        baseline.restart(alarm.row, day, latest, ratio)
        lasting.record(alarm.row, alarm.first, day, before, gap)
    return anomalous | recurring


def materiality_of(measure: Measure, limits: Limits) -> Materiality:
    """Return from where on a deviation of such series matters."""
    if measure is Measure.CPU:
        return Materiality(
            up=limits.least_busy,
            up_share=0.0,
            down=limits.least_idle,
            down_share=limits.least_idle_share,
            steadiest=limits.steadiest_points,
            steadiest_share=0.0,
        )
    return Materiality(
        up=limits.least_cost,
        up_share=limits.least_cost_share,
        down=limits.least_saving,
        down_share=limits.least_saving_share,
        steadiest=limits.least_cost / limits.far / 2,
        steadiest_share=limits.steadiest_share,
        lasting_share=limits.least_lasting_share,
    )


def from_first_use(values: FloatArray, *, together: bool = False) -> FloatArray:
    """Blank all before the first value that is not 0: until then nothing was used.

    Of each row on its own, or of all rows `together`.
    """
    used = np.nan_to_num(values) != 0
    if together:
        used = used.any(axis=0, keepdims=True)
    began = np.maximum.accumulate(used, axis=1)
    return np.where(began, values, np.nan)


def checked(key: str, values: Values) -> FloatArray:
    """Return the values as floats; raise DetectionError that names the series."""
    try:
        return float_array(values)
    except InvalidValue as error:
        raise DetectionError(
            f"{key}: the value of day {error.index + 1} is {error.size}, which no "
            "amount is. Correct it, or give None for unknown."
        ) from None
    except (TypeError, ValueError):
        raise DetectionError(
            f"{key}: a value is not a number. Give None for unknown."
        ) from None


def summarize(key: str, measure: Measure, alarms: Sequence[DetectedAlarm]) -> Finding:
    """Make one finding of the alarms of one or several rows; figures are added up."""
    days = alarms[0][0].days
    first = min(alarm.first for _, alarm in alarms)
    last = max(alarm.last for _, alarm in alarms)
    expected, deviation, spread = sum_alarms(alarms, first, last)
    peak = int(np.argmax(np.abs(deviation)))
    usual, gap = float(expected[peak]), float(deviation[peak])
    margin = alarms[0][0].limits.far * float(spread[peak])
    low, high = expected_range(measure, usual - margin, usual + margin, usual)
    kind = kind_of([alarm for _, alarm in alarms])
    impact = float(deviation.sum())
    return Finding(
        key=key,
        kind=kind,
        direction=Direction.UP if alarms[0][1].direction > 0 else Direction.DOWN,
        first_day=days[first],
        last_day=days[last],
        seen_on=days[min(alarm.seen for _, alarm in alarms)],
        peak_day=days[first + peak],
        expected=usual,
        low=low,
        high=high,
        actual=usual + gap,
        impact=impact,
        severity=severity(measure, kind, impact, last - first + 1),
        confidence=confidence(gap, float(spread[peak])),
        is_over=all(is_over(alarm, len(days)) for _, alarm in alarms),
    )


def kind_of(alarms: Sequence[Alarm]) -> Kind:
    kinds = {alarm.kind for alarm in alarms}
    if Kind.NEW in kinds:
        return Kind.NEW
    if not all(alarm.lasted for alarm in alarms):
        return Kind.SPIKE
    return Kind.GROWTH if Kind.GROWTH in kinds else Kind.SHIFT


def is_over(alarm: Alarm, days: int) -> bool:
    """Return whether it is over after so many days: growth may go on within weeks."""
    grows = alarm.kind is Kind.GROWTH and days - 1 - alarm.last <= GOES_ON_DAYS
    return alarm.is_over and not grows


def sum_alarms(
    alarms: Sequence[DetectedAlarm], first: int, last: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what was expected, how far off it was, and the usual spread, day by day.

    A row counts on the days of its own alarm. Spreads of different rows are taken to
    be independent.
    """
    expected, deviation, variance = np.zeros((3, last - first + 1))
    for detector, alarm in alarms:
        usual = np.nan_to_num(detector.expected[alarm.row, first : last + 1])
        expected += usual
        variance += detector.spread[alarm.row, first : last + 1] ** 2
        own = slice(alarm.first - first, alarm.last - first + 1)
        figures = detector.figures(alarm)
        expected[own] += figures[0] - usual[own]
        deviation[own] += figures[1]
    return expected, deviation, np.sqrt(variance)


def expected_range(
    measure: Measure, low: float, high: float, expected: float
) -> tuple[float, float]:
    """Cut the range to what can be: costs are not below 0, CPU is a percentage.

    A series that is negative itself, as credits are, has no such lower end.
    """
    if measure is Measure.CPU:
        return max(low, 0.0), min(high, 100.0)
    return (max(low, 0.0) if expected >= 0 else low), high


def confidence(deviation: float, spread: float) -> float:
    """Return how sure it is, at least, that an ordinary day is not this far away.

    One minus 4 / 9k^2, for any unimodal distribution and k ordinary deviations
    (Vysochanskij and Petunin 1980, "Justification of the 3 sigma rule").
    """
    if not deviation:
        return 0.0
    return max(0.0, 1 - 4 / 9 * (spread / deviation) ** 2)
