"""Each kind of series gets the forecast that suits it, and is named honestly."""

import re
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from insights.forecasts.engine.forecast import forecast_many
from insights.forecasts.engine.forecast_records import DailySeries, Forecast, NoForecast
from insights.forecasts.engine.members import is_sparse

MODELS = "insights.forecasts.engine.smoothing_models"
FIRST = date(2025, 1, 6)
WEEK = [100, 102, 104, 101, 99, 60, 50]
Values = NDArray[np.float64]


def weekly(days: int, noise: float = 2.0) -> Values:
    random = np.random.default_rng(1)
    return np.resize(np.array(WEEK, float), days) + random.normal(0, noise, days)


def days_of(month_day: int, days: int) -> list[int]:
    dates = [FIRST + timedelta(days=at) for at in range(days)]
    return [at for at, day in enumerate(dates) if day.day == month_day]


def answer(values: Values | list[float | None], horizon: int = 28) -> Forecast:
    series = DailySeries(FIRST, list(values))
    found = forecast_many({"it": series}, horizon)["it"]
    assert isinstance(found, Forecast)
    return found


def test_it_repeats_the_week() -> None:
    found = answer(weekly(280))
    assert found.mean == pytest.approx(WEEK * 4, abs=3)
    assert found.accuracy and found.accuracy.mase and found.accuracy.naive_mase
    assert found.accuracy.mase < found.accuracy.naive_mase


def test_it_starts_the_day_after_the_last_one() -> None:
    found = answer(weekly(280))
    assert found.start == FIRST + timedelta(days=280)
    assert found.end == FIRST + timedelta(days=308)


def test_it_forecasts_the_days_missing_at_the_end_too() -> None:
    found = answer([*weekly(280), None, float("nan")])
    assert found.start == FIRST + timedelta(days=280)
    assert len(found.mean) == 30


def test_it_takes_charges_of_a_day_of_the_month_apart_and_adds_them_back() -> None:
    days = 200
    values = weekly(days)
    values[days_of(1, days)] += 500
    values[days_of(15, days)] += 90
    found = answer(values, horizon=60)
    ahead = [at - days for at in days_of(1, days + 60) if at >= days]
    on_the_first = [found.mean[at] for at in ahead]
    assert on_the_first == pytest.approx(
        [500 + WEEK[(days + a) % 7] for a in ahead], abs=9
    )
    assert sum(found.mean) == pytest.approx(60 / 7 * sum(WEEK) + 2 * 590, rel=0.02)
    assert "day 1, day 15" in found.note


def test_a_tax_alone_is_forecast_on_its_day() -> None:
    values = np.zeros(200)
    values[days_of(1, 200)] = 300
    found = answer(values, horizon=31)
    assert sorted(found.mean)[-2:] == [0, 300]


def test_charges_of_two_months_are_no_habit_yet() -> None:
    values = weekly(75)
    values[days_of(1, 75)] += 500
    assert "of the month" not in answer(values).note


def test_a_series_that_never_changes_stays_as_it_is() -> None:
    found = answer(np.full(100, 7.5))
    assert set(found.mean + found.low_95 + found.high_95) == {7.5}
    assert found.accuracy and found.accuracy.mase is None
    assert found.note == "Constant on nearly every day."


def test_all_zero_stays_zero() -> None:
    found = answer(np.zeros(100))
    assert set(found.mean + found.low_95 + found.high_95) == {0}


def test_three_days_give_their_median_and_say_that_nobody_scored_it() -> None:
    found = answer([10.0, 30.0, 20.0])
    assert set(found.mean) == {20}
    assert found.low_95[0] == 0 < found.low_80[0] < 20 < found.high_80[0]
    assert found.accuracy is None
    assert "Only 3 days have data" in found.note
    assert "wide guess" in found.note


def test_mostly_zero_days_give_the_mean_charge_a_day() -> None:
    random = np.random.default_rng(2)
    values = np.where(random.random(300) < 0.1, 50.0, 0.0)
    found = answer(values)
    assert "Most days are 0" in found.note
    assert found.model == "100% TSB"
    assert found.mean[0] == pytest.approx(5, abs=4)


def test_a_machine_that_rests_at_weekends_is_not_sparse() -> None:
    random = np.random.default_rng(3)
    values = weekly(280) * (np.arange(280) % 7 < 2) * random.normal(1, 0.01, 280)
    found = answer(values)
    assert "Most days" not in found.note
    assert found.mean[:3] == pytest.approx([100, 102, 0], abs=5)


def test_credits_stay_below_zero() -> None:
    found = answer(-weekly(280, noise=10))
    assert max(found.high_95) <= 0
    assert sum(found.mean) == pytest.approx(-4 * sum(WEEK), rel=0.1)


def test_a_service_that_ended_is_taken_as_over() -> None:
    found = answer(np.concatenate([weekly(200), np.zeros(20)]))
    assert set(found.mean) == {0}
    assert "Zero since 2025-07-24" in found.note


def test_a_new_service_is_judged_by_its_own_days() -> None:
    found = answer(np.concatenate([np.zeros(200), weekly(100)]))
    assert found.mean == pytest.approx(WEEK[2:] + WEEK * 3 + WEEK[:2], abs=5)
    assert "Started on 2025-07-25." in found.note


def test_a_gap_is_bridged() -> None:
    values: list[float | None] = list(weekly(280))
    values[100:150] = [None] * 50
    assert answer(values).mean == pytest.approx(WEEK * 4, abs=3)


def test_one_spike_bends_nothing() -> None:
    values = weekly(280)
    values[275] = 5_000
    assert answer(values).mean == pytest.approx(WEEK * 4, abs=4)


def test_a_new_level_is_followed() -> None:
    values = weekly(280)
    values[240:] += 200
    assert np.mean(answer(values).mean) == pytest.approx(np.mean(WEEK) + 200, rel=0.1)


@pytest.mark.parametrize("wrong", [float("inf"), float("-inf"), 1e300])
def test_an_amount_that_is_none_is_refused_by_its_day(wrong: float) -> None:
    series = DailySeries(FIRST, [1.0, 2.0, wrong, 3.0])
    found = forecast_many({"it": series}, 7)["it"]
    assert isinstance(found, NoForecast)
    assert found.day == date(2025, 1, 8)
    assert "2025-01-08" in found.reason


@pytest.mark.parametrize("values", [[], [None], [float("nan")] * 50])
def test_a_series_without_a_known_day_is_refused(values: list[float | None]) -> None:
    found = forecast_many({"it": DailySeries(FIRST, values)}, 7)["it"]
    assert isinstance(found, NoForecast)
    assert found.reason == "No day is known, so there is nothing to go by."


def test_one_refusal_stops_no_other() -> None:
    many = {"no": DailySeries(FIRST, []), "yes": DailySeries(FIRST, [1.0] * 30)}
    found = forecast_many(many, 7)
    assert [type(one) for one in found.values()] == [NoForecast, Forecast]


@pytest.mark.parametrize(("horizon", "season"), [(0, 7), (7, 0)])
def test_it_needs_a_horizon_and_a_season(horizon: int, season: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        forecast_many({}, horizon, season=season)


@pytest.mark.parametrize(("days", "factor"), [(8, 1.6), (17, 1.6), (10, 0.5)])
def test_a_new_level_is_believed_after_a_week(days: int, factor: float) -> None:
    values = weekly(280)
    values[-days:] *= factor
    found = answer(values)
    expected = np.mean(WEEK) * factor
    assert np.mean(found.mean) == pytest.approx(expected, rel=0.05)
    since = FIRST + timedelta(days=280 - days)
    assert f"Level shift on {since}." in found.note


def test_days_that_nobody_knows_are_no_new_level() -> None:
    """Nor is one odd day before them: of the fold that ends there, and of all."""
    values = weekly(280)
    values[-97:-84] = np.nan
    values[-98] *= 3
    found = answer([*values, *[None] * 12], horizon=84)
    assert "Level shift" not in found.note
    assert np.mean(found.mean) == pytest.approx(np.mean(WEEK), rel=0.1)


@pytest.mark.parametrize("days", [3, 6])
def test_a_few_odd_days_are_no_new_level(days: int) -> None:
    values = weekly(280)
    values[-days:] *= 1.6
    assert np.mean(answer(values).mean) == pytest.approx(np.mean(WEEK), rel=0.1)


def test_a_model_that_finds_no_fit_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(self: object, y: Values, h: int) -> None:
        raise Exception("no model able to be fitted")

    monkeypatch.setattr(f"{MODELS}.AutoCES.forecast", refuse)
    found = answer(weekly(280))
    assert found.mean == pytest.approx(WEEK * 4, abs=3)
    assert "CES" not in found.model
    assert found.note.startswith("Without CES: no stable fit.")


def test_it_says_how_much_of_which_model_it_took() -> None:
    found = answer(weekly(280))
    assert re.match(r"\d+% median of 8 seasons, \d+% seasonal smoothing", found.model)


@pytest.mark.parametrize(("charged", "sparse"), [(0, False), (1, True), (45, False)])
def test_days_are_mostly_zero_if_even_one_of_them_is_charged(
    charged: int, sparse: bool
) -> None:
    values = np.zeros(90)
    values[[59 - 13 * at % 90 for at in range(charged)]] = 5.0
    assert is_sparse(values, 7) == sparse
