"""What users do with an anomaly labels its days, which are listed and exported."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clouds.testing import account
from core.testing.clock import NOW
from costs.testing import charge
from insights.anomalies.store import store_anomalies
from insights.feedback.giving import give_feedback
from insights.labels.judging import DAYS_AFTER, DAYS_BEFORE
from insights.labels.refresh import refresh_calibrations, worth_telling
from insights.models import Anomaly, Calibration, Judgment, LabeledDay
from insights.testing import anomaly, found, request_of, somebody, two_accounts
from insights.transitions import change_status, change_status_automatically
from users.testing import ask, csv_of, refused, session_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def give(row: Anomaly, status: str, user: Any = None) -> None:
    change_status(row, status, row.version, NOW, request=request_of(user))


@pytest.mark.parametrize(
    ("status", "is_right", "quality"),
    [
        ("dismissed", False, 1.0),
        ("resolved", True, 1.0),
        ("planned", True, 1.0),
        ("investigating", True, 0.5),
    ],
)
def test_a_status_says_whether_it_was_one(
    status: str, is_right: bool, quality: float
) -> None:
    row = anomaly(account())
    ada = somebody(name="ada")
    give(row, status, ada)
    judged = Judgment.objects.get()
    assert (judged.is_right, judged.quality) == (is_right, quality)
    assert (judged.source, judged.user_name, judged.judged_at) == ("status", "ada", NOW)


def test_to_acknowledge_or_to_reopen_it_says_nothing() -> None:
    row = anomaly(account())
    give(row, "acknowledged")
    assert not Judgment.objects.exists()
    give(row, "dismissed")
    give(row, "detected")
    assert not Judgment.objects.exists()


def test_what_a_refresh_closes_is_not_judged() -> None:
    row = anomaly(account())
    assert change_status_automatically(row, "resolved", "No longer found.", NOW)
    assert not Judgment.objects.exists()


def test_its_days_are_labeled_and_those_around_it_are_stored() -> None:
    owner = account()
    row = anomaly(owner)
    for back in (-1, 0, 1, 2, 5):
        charge(owner, row.first_day + back * DAY, "50")
    charge(owner, row.first_day - (DAYS_BEFORE + 1) * DAY, "1")
    charge(owner, row.last_day + (DAYS_AFTER + 1) * DAY, "1")
    give(row, "dismissed")
    days = LabeledDay.objects.order_by("day").values_list("day", "value", "label")
    assert list(days) == [
        (row.first_day - DAY, Decimal(50), ""),
        (row.first_day, Decimal(50), "normal"),
        (row.first_day + DAY, Decimal(50), "normal"),
        (row.first_day + 2 * DAY, Decimal(50), "normal"),
        (row.first_day + 5 * DAY, Decimal(50), ""),
    ]
    give(row, "resolved")
    labels = LabeledDay.objects.values_list("label", flat=True)
    assert sorted(labels) == ["", "", "anomaly", "anomaly", "anomaly"]


def test_ratings_judge_it_unless_a_status_says_more() -> None:
    row = anomaly(account())
    ada, bo = somebody(name="ada"), somebody(name="bo")
    give_feedback(row, {"rating": 5}, NOW, request_of(ada))
    assert Judgment.objects.get().is_right
    give_feedback(row, {"is_flagged": True}, NOW, request_of(bo))
    assert not Judgment.objects.exists()  # they disagree
    give_feedback(row, {"rating": 1}, NOW, request_of(ada))
    judged = Judgment.objects.get()
    assert (judged.is_right, judged.source, judged.quality) == (False, "feedback", 0.8)
    give(row, "resolved")
    give_feedback(row, {"rating": 2}, NOW, request_of(ada))
    assert Judgment.objects.get().is_right


def test_training_data_are_listed_and_exported_with_the_series() -> None:
    owner = account()
    row = anomaly(owner)
    charge(owner, row.first_day, "50")
    charge(owner, row.first_day - DAY, "10")
    give(row, "resolved", somebody(name="ada"))
    days = ask("training-data/")["results"]
    assert [one["label"] for one in days] == ["anomaly"] * 3 + [""]
    told = days[2]
    assert (told["anomaly"], told["account"]) == (row.pk, owner.account_id)
    assert (told["service"], told["unit"], told["value"]) == ("EC2", "USD", "50.00")
    assert (told["judged_by"], told["user"], told["quality"]) == ("status", "ada", 1.0)
    assert days[0]["value"] is None
    lines = csv_of("training-data/").splitlines()
    assert lines[0].startswith("id,anomaly,account,scope") and len(lines) == 5
    for query, count in (
        ({"label": "anomaly"}, 3),
        ({"label": "none"}, 1),
        ({"label": "normal"}, 0),
        ({"anomaly": row.pk, "judged_by": "status"}, 4),
        ({"service": "S3"}, 0),
        ({"scope": "service", "start": row.first_day.isoformat()}, 3),
    ):
        assert len(ask("training-data/", **query)["results"]) == count, query
    assert "label" in refused("training-data/", label="odd")
    assert "colour" in refused("training-data/", colour="red")
    assert "colour" in refused("training-data/precision/", colour="red")


def test_who_is_limited_reads_of_his_own_only() -> None:
    one, other = two_accounts()
    give(anomaly(one), "dismissed")
    give(anomaly(other), "resolved")
    client = session_of(somebody("viewer", one))
    days = client.get("/api/v1/training-data/").json()["results"]
    assert {day["label"] for day in days} == {"normal"}
    told = client.get("/api/v1/training-data/precision/").json()
    assert (told["judged"], told["right"], told["calibrations"]) == (1, 0, [])


def judged(many: int, deviation: int, status: str, owner: Any) -> None:
    for at in range(many):
        row = anomaly(
            owner,
            service=f"S{status}{at}",
            actual=Decimal(10 + 2 * deviation),
        )
        give(row, status)


def test_a_threshold_is_learned_applied_and_shown(client: Client) -> None:
    owner = account()
    judged(30, 20, "resolved", owner)
    judged(10, 2, "dismissed", owner)
    assert refresh_calibrations(NOW) == 1
    assert refresh_calibrations(NOW) == 0
    learned = Calibration.objects.get()
    assert (learned.scope, learned.judged) == ("service", 40)
    assert (learned.precision_before, learned.precision_after) == (0.75, 1.0)
    least = Calibration.objects.least_deviations()
    assert least == {"service": 20.0}
    near, far = found(actual=Decimal(14)), found(service="RDS", actual=Decimal(60))
    critical = found(service="S3", actual=Decimal(14), severity="critical")
    total = found(service="", actual=Decimal(14))
    told = worth_telling([near, far, critical, total], least)
    assert told == [far, critical, total]
    client.force_login(somebody("viewer"))
    page = client.get("/insights/anomalies/").content.decode()
    assert "Of 40 alarms that were judged, 75% were right" in page
    assert "20.0 widths of the expected range" in page
    told = ask("training-data/precision/")
    assert (told["judged"], told["share"]) == (40, 0.75)
    assert told["calibrations"][0]["least_deviation"] == 20.0


def test_an_open_one_that_is_not_worth_telling_any_more_is_closed() -> None:
    owner = account()
    row = anomaly(owner, actual=Decimal(14), first_day=NOW.date() - 5 * DAY)
    store_anomalies(owner, worth_telling([row], {"service": 20.0}), NOW)
    row.refresh_from_db()
    assert row.status == "resolved"
    assert not Judgment.objects.exists()


def test_more_days_are_no_more_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    one, other = two_accounts()
    for owner in (one, other):
        give(anomaly(owner), "resolved")
    client = session_of(somebody("viewer"))
    client.get("/api/v1/training-data/")
    # The session, the user, the access, and one page of days with what they are of.
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/training-data/").json()["results"]) == 6
