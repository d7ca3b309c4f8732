"""When an instance counts as idle: the one rule for pages, API and summary.

A running instance is idle if its CPU never reached 5% in the last 14 complete days. It
is how AWS Compute Optimizer's rule for idle instances starts; an average says less,
since a machine that works one hour a day has a low one:
https://docs.aws.amazon.com/compute-optimizer/latest/ug/view-idle-recommendations.html

Each CPU sync stores the answer in RecentCpu.is_idle; only running instances are asked.
The recommendation to stop an idle instance begins with the same percent, and asks for
more days and a quiet network too (insights/recommendations/engine/idle.py).
"""

IDLE_WINDOW_DAYS = 14
IDLE_BELOW_PERCENT = 5.0
# Compute Optimizer wants 30 hours of data: that is parts of two days.
IDLE_MIN_DAYS = 2


def is_idle(maximum_percent: float | None, days: int) -> bool | None:
    """Return whether so high a maximum is idle; None for too few days to tell."""
    if maximum_percent is None or days < IDLE_MIN_DAYS:
        return None
    return maximum_percent < IDLE_BELOW_PERCENT
