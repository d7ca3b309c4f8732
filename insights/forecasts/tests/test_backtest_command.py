"""`manage.py backtest` tells how good the forecasts are."""

import json
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import time_machine
from django.core.management import CommandError, call_command

from clouds.testing import account
from core.windows import ONE_DAY, Window, last_complete_days
from costs.testing import one_bill, store_costs

WEEK = [100, 102, 104, 101, 99, 60, 50]


def written(folder: Path, days: int = 200) -> str:
    """A file of two series: one of a week with noise, one too short to score."""
    random = np.random.default_rng(1)
    lines = ["day,weekly,short"]
    for at in range(days):
        day = date(2025, 1, 6) + timedelta(days=at)
        value = WEEK[at % 7] + random.normal(0, 3)
        lines.append(f"{day},{value:.3f},{1 if at < 10 else ''}")
    path = folder / "mine.csv"
    path.write_text("\n".join(lines))
    return str(path)


def output(*words: str) -> str:
    out = StringIO()
    call_command("backtest", *words, stdout=out)
    return out.getvalue()


def answer(*words: str) -> Any:
    return json.loads(output(*words, "--json"))


def test_it_scores_the_last_days_of_a_file(tmp_path: Path) -> None:
    found = answer("--csv", written(tmp_path), "--horizon", "28", "--season", "7")
    weekly, short = found["series"]
    assert weekly["series"] == "weekly"
    assert weekly["mase"] < weekly["naive_mase"]
    assert weekly["horizon"] == found["horizon"] == 28
    assert 0 <= weekly["coverage_80"] <= weekly["coverage_95"] <= 1
    assert short["refused"].startswith(
        "It has 10 days, too few to hold out the last 28"
    )
    assert found["mean"]["mase"] == weekly["mase"]


def test_it_prints_a_row_a_series_and_their_mean(tmp_path: Path) -> None:
    table = output("--csv", written(tmp_path), "--horizon", "28")
    assert "28 days ahead, season 7" in table
    assert all(word in table for word in ("weekly", "short", "MASE", "mean of 2"))


def test_a_wrong_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("day,a\n2026-01-01,much\n")
    with pytest.raises(CommandError) as raised:
        output("--csv", str(path))
    assert str(raised.value) == f"{path}: Line 2, column 'a': 'much' is not a number."


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        output("--csv", str(tmp_path / "none.csv"))


@pytest.mark.parametrize("option", ["--horizon", "--season", "--origins"])
def test_a_number_that_makes_no_sense_is_refused(option: str) -> None:
    with pytest.raises(CommandError, match=f"{option} must be at least") as raised:
        output(option, "0")
    assert raised.value.returncode == 2


@pytest.mark.django_db
def test_without_stored_costs_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="add_account"):
        output()


@pytest.mark.django_db
def test_it_scores_each_scope_of_the_stored_costs(now: datetime) -> None:
    owner = account(22, "staging")
    with time_machine.travel(now, tick=False), one_bill(owner):
        for day in last_complete_days(120, now).days():
            amounts = {"Compute": f"{WEEK[day.weekday()] + day.day % 5}", "Tax": "9"}
            store_costs(owner, Window(day, day + ONE_DAY), amounts)
    with time_machine.travel(now, tick=False):
        found = answer("--horizon", "28", "--account", "staging")
        of_tax = answer("--horizon", "28", "--service", "Tax")
    names = [row["series"] for row in found["series"]]
    assert "staging (000000000022): service Tax, USD" in names
    compute = "staging (000000000022): service Compute, USD"
    scored = next(row for row in found["series"] if row["series"] == compute)
    assert scored["folds"] == 4
    assert scored["mase"] > 0
    assert all("service Tax" in row["series"] for row in of_tax["series"])
