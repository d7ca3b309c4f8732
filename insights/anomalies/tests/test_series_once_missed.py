"""Series that were once judged wrongly: each is judged rightly for good."""

from datetime import date, timedelta

import numpy as np

from insights.anomalies.engine.anomaly_records import Finding, Kind
from insights.anomalies.engine.incidents import find_incidents
from insights.anomalies.engine.recurring import is_periodic
from insights.anomalies.engine.tail_score import ALARM, scores
from insights.anomalies.tests.series import FIRST_DAY, drawn
from insights.bill_records import Bill, Scope

EC2, S3 = Scope("1", "EC2"), Scope("1", "S3")
# A service that ran for ten days and stopped, beside another's cents.
RAN = [*[0.0] * 10, 106.0, 1233.0, *[1286.0] * 7, 1279.0, *[0.0] * 8]
CENTS = [
    *[0.0300172, 0.0350227, 0.0400257, 0.0200115, 0.0400416, 0.0300172, 0.0350227],
    *[0.0400257, 0.0200115, 0.0450416, 0.8150303, 0.0670899, 0.0437237, 0.0208271],
    *[0.0449978, 0.0316696, 0.0370895, 0.0437243, 0.0208271, 0.0449982, 1.3713328],
    *[72.2914586, 170.3687897, 0.0252659, 0.0721814, 0.0405978, 0.0512595, 0.0957599],
]


def found_in(parts: dict[Scope, list[float]]) -> list[Finding]:
    return find_incidents(Bill("USD", FIRST_DAY, parts))


def drawn_floats(level: float, days: int, noise: float, seed: int) -> list[float]:
    return [value or 0.0 for value in drawn(level, days, noise=noise, seed=seed)]


def test_a_service_at_forty_times_the_bill_is_reported_on_its_first_day() -> None:
    (one,) = found_in(
        {
            EC2: drawn_floats(1000, 91, 0.02, 1),
            Scope("1", "RDS"): drawn_floats(200, 91, 0.03, 2),
            Scope("1", "SageMaker"): [*[0.0] * 60, *[50_000.0] * 31],
        }
    )
    assert (one.kind, one.severity) == (Kind.NEW, "critical")
    assert one.scope.service == "SageMaker"
    assert (one.seen_on - FIRST_DAY).days == 60


def test_a_week_after_a_stop_nothing_rises_and_less_than_nothing_is_expected() -> None:
    first = date(2026, 9, 1)
    bill = Bill("USD", first, {EC2: RAN, S3: CENTS})
    found = find_incidents(bill)
    assert all(one.expected >= 0 for one in found)
    assert {one.scope for one in found} <= {EC2, S3}
    assert all(one.seen_on < date(2026, 9, 24) for one in found)


def test_a_flow_that_grows_sixfold_in_sixty_days_is_reported() -> None:
    days = np.arange(177)
    flow = np.array(drawn_floats(40, 177, 0.1, 5)) * 6 ** (
        np.clip(days - 117, 0, 60) / 60
    )
    found = found_in({Scope("1", "flow"): flow.tolist(), S3: [10.0] * 177})
    told = [one for one in found if one.scope.service == "flow"]
    assert Kind.GROWTH in {one.kind for one in told}
    assert told[0].seen_on <= FIRST_DAY + timedelta(days=117 + 30)


def test_a_rise_of_thirty_percent_for_good_is_reported_within_a_week() -> None:
    told = 0
    for seed in range(8):
        values = np.array(drawn_floats(1000, 120, 0.08, seed))
        values[80:] *= 1.3
        found = found_in({EC2: values.tolist(), Scope("1", "steady"): [10.0] * 120})
        after = [(one.seen_on - FIRST_DAY).days - 80 for one in found]
        told += any(0 <= days <= 7 for days in after)
    assert told >= 0.75 * 8


def test_a_job_that_comes_each_day_is_learned() -> None:
    """Five-minute rows; it runs at 04:45, of another size each day, and not always."""
    chance = np.random.default_rng(7)
    rows = 0.133 + 0.001 * chance.standard_normal(14 * 288)
    for day in {*range(1, 14)} - {5, 7}:
        rows[day * 288 + 57] = chance.uniform(1.2, 1.65)
    alarms = np.flatnonzero(scores(rows.tolist()) >= ALARM)
    jobs = [at for at in alarms.tolist() if at % 288 == 57]
    assert jobs and max(jobs) < 3 * 288


def test_a_job_is_learned_from_times_where_rows_are_missing() -> None:
    """It runs each day at noon; of each night other rows are missing."""
    missing = enumerate([0, 5, 1, 9, 2, 11, 4, 7, 0])
    hours = [day * 24.0 + hour for day, gap in missing for hour in range(gap, 24)]
    times = np.array(hours)
    at = int(np.flatnonzero(times % 24 == 12)[-1])
    deviation = np.where(times % 24 == 12, 5.0, 0.0)
    assert is_periodic(deviation, at, times)
    assert not is_periodic(deviation, at, np.arange(len(times), dtype=float))


def test_what_deviates_in_the_row_before_the_last_as_well_is_no_job_yet() -> None:
    deviation = np.zeros(25)
    deviation[[20, 22, 24]] = 5.0
    assert not is_periodic(deviation, 24, np.arange(25, dtype=float))
