"""Every line that daily anomaly detection draws, its reason, and severity's steps."""

from dataclasses import dataclass

from insights.anomalies.engine.anomaly_records import Kind, Measure, Severity


@dataclass(frozen=True, slots=True)
class Limits:
    """What is an anomaly, and what is too small to report. Amounts are of one day.

    Significance: a deviation is held to the series' own ordinary ones. Materiality:
    money lines are in the bill's currency, so a bill in yen wants others. AWS Cost
    Anomaly Detection starts subscriptions at 100 USD and 40% above what is expected
    (docs.aws.amazon.com/cost-management/latest/userguide/getting-started-ad.html); a
    part that goes on at 5 USD a day passes 100 within three weeks.
    """

    # Ordinary deviations (robust standard deviations) away from what is expected:
    # at most one day in fifty of any unimodal distribution is as far as 5, by
    # Vysochanskij and Petunin (1980), and of a normal one less than one in a million.
    far: float = 5.0
    # Two days in a row, each this far, say as much as one that is far.
    far_twice: float = 3.5
    # Beyond its first days a part's deviations are better known than in them.
    far_when_young: float = 7.5
    # AWS Cost Anomaly Detection wants ten days of a new service too.
    young_days: int = 10
    mature_days: int = 21
    # What lasts a week is the new normal.
    lasting_days: int = 7
    # Of what lasts: so many deviations of a week, and these shares of what was usual.
    far_lasting: float = 4.5
    least_lasting_share: float = 0.12
    least_growth_share: float = 0.50
    # What is new is reported from this share of the usual day of all on.
    least_new: float = 10.0
    least_new_share: float = 0.05
    # Money above and below. Of lower costs only a collapse is reported.
    least_cost: float = 5.0
    least_cost_share: float = 0.20
    least_saving: float = 20.0
    least_saving_share: float = 0.50
    # Of larger parts of the bill the noise of their parts evens out, and so does what
    # is left of an anomaly: a smaller share matters.
    least_sum: float = 15.0
    least_sum_share: float = 0.08
    # Percent points of CPU above and below; sudden idleness is a fall to a third.
    least_busy: float = 20.0
    least_idle: float = 10.0
    least_idle_share: float = 0.67
    # No part of a bill is steadier than this share of it, no CPU than these points.
    steadiest_share: float = 0.02
    steadiest_points: float = 1.5


DEFAULT = Limits()

# A month's money, and points of CPU, from which on it is medium, high, critical.
MONEY_STEPS = (100.0, 1000.0, 10_000.0)
POINTS_STEPS = (30.0, 50.0, 70.0)
DAYS_OF_A_MONTH = 30
STEPS = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


def severity(measure: Measure, kind: Kind, impact: float, days: int) -> Severity:
    """Return how bad it is: by its cost, or by what a new level or part costs a month.

    Of CPU the average points of its days.
    """
    size, steps = abs(impact), MONEY_STEPS
    if measure is Measure.CPU:
        size, steps = size / days, POINTS_STEPS
    elif kind in (Kind.SHIFT, Kind.NEW):
        size = size / days * DAYS_OF_A_MONTH
    return STEPS[sum(size >= step for step in steps)]
