"""The expected range of an anomaly can be seen, even of one that lasted a day."""

from datetime import timedelta

from core.testing.clock import TODAY
from core.windows import Window
from insights.insight_charts import anomaly_chart
from insights.testing import found


def test_the_range_has_a_width_on_an_anomaly_of_one_day() -> None:
    day = TODAY - timedelta(days=7)
    row = found(first_day=day, last_day=day)
    window = Window(day - timedelta(days=3), day + timedelta(days=3))
    _, _, upper, lower = anomaly_chart(row, {day: 50.0}, window)["series"]
    assert upper["values"] == [None, None, 12.0, 12.0, 12.0, None]
    assert lower["values"] == [None, None, 8.0, 8.0, 8.0, None]
    assert (upper["band"], upper["name"]) == ("upper", "Expected range")
