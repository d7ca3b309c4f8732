"""What an anomaly is can be drawn elsewhere, and a line that is none is refused."""

import pytest
from pytest_django import Settings

from insights.anomalies.engine.anomaly_records import Series
from insights.anomalies.engine.daily import find_anomalies
from insights.anomalies.tests.series import FIRST_DAY, add, drawn
from insights.thresholds import check_thresholds, limits


def test_the_least_money_can_be_another(settings: Settings) -> None:
    spike = [Series("one", FIRST_DAY, add(drawn(), {120: 80.0}))]
    assert len(find_anomalies(spike, limits())) == 1
    settings.ANOMALY_LIMITS = {"least_cost": "100", "young_days": "14"}
    assert limits().young_days == 14
    assert find_anomalies(spike, limits()) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"least_costs": "5"}, "ANOMALY_LIMITS does not know 'least_costs'"),
        ({"least_cost": "much"}, "ANOMALY_LIMITS: least_cost must be a number"),
        ({"young_days": "1.5"}, "ANOMALY_LIMITS: young_days must be a whole number"),
    ],
)
def test_a_line_that_is_none_is_refused_at_the_start(
    settings: Settings, wrong: dict[str, str], said: str
) -> None:
    settings.ANOMALY_LIMITS = wrong
    (error,) = check_thresholds()
    assert error.id == "insights.E002"
    assert said in error.msg
