"""A refresh that is killed in the middle is made good by the next one."""

from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from clouds.versions import data_version
from core.testing.clock import NOW
from insights.forecasts import refresh as forecasts
from insights.models import Forecast, ForecastPoint, RefreshState
from insights.refresh import refresh_all
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import Part, is_refreshing
from insights.refresh.testing import changes, company, everybody, stored
from insights.tasks import refresh_due
from syncs.runs.processes import mark_of
from users.testing import person

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """As a process ends: nobody catches it."""


def killed_at(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, call: int
) -> None:
    """Has that function end the process at its `call`th call."""
    ordinary, calls = getattr(module, name), []

    def end(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == call:
            raise Killed
        return ordinary(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, end)
        with pytest.raises(Killed):
            refresh(everybody(), NOW)


def without_keys(rows: list[Any]) -> list[Any]:
    """What is stored, but for the numbers of rows."""
    names = {"id", "forecast_id"}
    return [
        sorted(
            repr({name: value for name, value in row.items() if name not in names})
            for row in table
        )
        for table in rows
    ]


@pytest.mark.parametrize("call", [1, 5, 9])
def test_in_the_middle_of_forecasts_none_of_the_account_is_kept(
    monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    company()
    killed_at(monkeypatch, forecasts, "_store", call)
    half = Forecast.objects.count()
    assert all(row.points.count() == row.horizon for row in Forecast.objects.all())
    assert half in (0, 6)  # none, or all of the first account
    changes(refresh(everybody(), NOW))
    whole = without_keys(stored())
    Forecast.objects.all().delete()
    changes(refresh(everybody(), NOW))
    assert without_keys(stored()) == whole


@pytest.mark.parametrize(
    "name", ["refresh_anomalies", "refresh_recommendations", "_close"]
)
@pytest.mark.on_each_database
def test_between_its_parts_the_next_one_goes_on(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    company()
    killed_at(monkeypatch, refresh_all, name, 1)
    assert changes(refresh(everybody(), NOW)) > 0
    assert changes(refresh(everybody(), NOW)) == 0
    assert ForecastPoint.objects.exists()
    assert not RefreshState.objects.exclude(held_by="").exists()
    assert not RefreshState.objects.filter(refreshed_at=None).exists()


def test_what_a_dead_process_held_is_free_at_once() -> None:
    owner = company()
    RefreshState.objects.create(account=owner, held_by="", held_at=None)
    dead = mark_of(2**22 + 1).rpartition(":")[0] + ":1"
    RefreshState.objects.update(held_by=dead, held_at=NOW)
    outcome = refresh([owner], NOW, parts=[Part.FORECASTS])[0]
    assert not outcome.is_taken
    assert outcome.changed[Part.FORECASTS] > 0


def test_what_was_stored_before_it_was_killed_has_its_new_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    company()
    everyone = person("viewer")
    before = data_version(everyone, Part.FORECASTS)
    killed_at(monkeypatch, refresh_all, "refresh_anomalies", 1)
    assert data_version(everyone, Part.FORECASTS) != before


def test_what_it_held_when_its_database_went_away_it_goes_on_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    company()

    def gone(*args: Any, **options: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as database:

        def away(*args: Any, **options: Any) -> Any:
            database.setattr(QuerySet, "update", gone)
            gone()

        database.setattr(refresh_all, "refresh_forecasts", away)
        with pytest.raises(OperationalError):
            refresh_due()
    assert is_refreshing(timezone.now())
    refresh_due()
    assert not is_refreshing(timezone.now())
    assert not RefreshState.objects.filter(refreshed_at=None).exists()
