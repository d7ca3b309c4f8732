"""Forecasts and anomalies over the API: what they tell, to whom, and 409."""

from typing import Any

import pytest

from clouds.testing import account
from insights.models import Anomaly
from insights.testing import anomaly, forecast, somebody, two_accounts
from inventory.testing import instance
from users.models import AuditEntry
from users.testing import ask, csv_of, operator, refused, session_of, viewer

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"


def patch(client: Any, path: str, **body: Any) -> Any:
    return client.patch(f"{V1}{path}", body, format="json")


def test_a_forecast_has_its_points_and_its_accuracy() -> None:
    row = forecast(account(), "10", days=3)
    (told,) = ask("forecasts/", points="true")["results"]
    assert told["accuracy"] == {
        "mase": 0.7,
        "naive_mase": 1.0,
        "smape": 8.0,
        "coverage_80": 0.8,
        "coverage_95": 0.95,
        "folds": 3,
    }
    assert told["points"][0] == {
        "day": row.data_until.isoformat(),
        "mean": "10.00",
        "low_80": "9.00",
        "high_80": "11.00",
        "low_95": "8.00",
        "high_95": "12.00",
    }
    assert len(told["points"]) == 3
    detail = ask(f"forecasts/{row.pk}/")
    assert detail["past"] == []
    assert detail["points"] == told["points"]
    assert "month_end" in detail


def test_points_are_in_a_list_only_on_request() -> None:
    forecast(account(), days=3)
    for query in ({}, {"points": "false"}):
        (row,) = ask("forecasts/", **query)["results"]
        assert "points" not in row
    assert csv_of("forecasts/").splitlines()[0].endswith(",accuracy")
    assert "points" in refused("forecasts/", points="some")


def test_forecasts_are_filtered_by_scope_and_key() -> None:
    owner = account()
    forecast(None)
    forecast(owner)
    forecast(owner, scope="service", key="Amazon S3, the best")
    keys = [
        [row["key"] for row in ask("forecasts/", **query)["results"]]
        for query in (
            {"scope": "total"},
            {"scope": "service,account", "ordering": "scope"},
            {"key": "Amazon S3, the best"},
            {"account": owner.account_id, "search": "s3"},
        )
    ]
    s3 = "Amazon S3, the best"
    assert keys == [[""], [owner.account_id, s3], [s3], [s3]]


def test_only_what_stands_is_listed_unless_earlier_ones_are_asked_for() -> None:
    owner = account()
    row = forecast(owner)
    old = forecast(owner, first=row.data_until.replace(day=1), is_newest=False)
    listed = [
        [one["id"] for one in ask("forecasts/", **query)["results"]]
        for query in ({}, {"newest": "false"})
    ]
    assert listed == [[row.pk], [old.pk]]


def test_an_anomaly_tells_its_size_its_cause_and_its_confidence() -> None:
    row = anomaly(account())
    (told,) = ask("anomalies/")["results"]
    assert (told["expected"], told["actual"], told["impact"]) == (
        "10.00",
        "50.00",
        "120.00",
    )
    assert told["causes"][0]["amount"] == "120.00"
    assert (told["unit"], told["confidence"], told["version"]) == ("USD", 0.99, 1)
    assert ask(f"anomalies/{row.pk}/")["changes"] == []


def test_anomalies_are_filtered() -> None:
    owner = account()
    first = anomaly(owner)
    settled = anomaly(
        owner, service="S3", status="planned", severity="high", kind="new"
    )
    tag = {"tag_key": "team", "tag_value": "a=b, c"}
    team = anomaly(owner, scope="tag", service="", status="resolved", **tag)
    both = {"tag": ["team=a=b, c", "env=live"]}
    for query, wanted in (
        ({"open": "true"}, [first]),
        ({"open": "false"}, [team, settled]),
        ({"status": "planned"}, [settled]),
        ({"status": "planned,resolved"}, [team, settled]),
        ({"severity": "high"}, [settled]),
        ({"kind": "new,growth"}, [settled]),
        ({"service": "EC2"}, [first]),
        ({"start": first.last_day.isoformat()}, [team, settled, first]),
        ({"scope": "tag"}, [team]),
        (both, [team]),
        ({"tag": "team=a=b"}, []),
        ({"end": first.first_day.isoformat()}, []),
        ({"account": owner.account_id, "ordering": "-impact"}, [team, settled, first]),
    ):
        found = [one["id"] for one in ask("anomalies/", **query)["results"]]
        assert found == [one.pk for one in wanted], query
    (told,) = ask("anomalies/", tag="team=a=b, c")["results"]
    assert (told["tag_key"], told["tag_value"]) == ("team", "a=b, c")
    assert told["title"] == f"a=b, c (tag team) in {owner.name}"


def test_an_unknown_parameter_and_a_wrong_value_are_refused_by_name() -> None:
    assert "severty" in refused("anomalies/", severty="high")
    assert "severity" in refused("anomalies/", severity="terrible")
    for half in ("team", "team=", "=shop"):
        told = refused("anomalies/", tag=half)["tag"]
        assert told == [f'Give "{half}" as key=value, such as team=shop.']
    assert "account" in refused("forecasts/", account="000000000009")


def test_a_status_is_changed_with_the_version_that_was_read() -> None:
    row = anomaly(account())
    path = f"anomalies/{row.pk}/"
    answer = patch(operator(), path, status="acknowledged", version=1, note="Mine")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["version"]) == ("acknowledged", 2)
    assert answer.json()["changes"][0]["note"] == "Mine"
    entry = AuditEntry.objects.get(action="anomaly.change_status")
    assert entry.details == {"status": ["detected", "acknowledged"], "note": "Mine"}


def test_a_stale_version_is_409_with_the_row_as_it_is() -> None:
    row = anomaly(account())
    path = f"anomalies/{row.pk}/"
    assert patch(operator(), path, status="planned", version=1).status_code == 200
    answer = patch(operator(), path, status="dismissed", version=1)
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["current"]["status"] == "planned"
    assert answer.json()["current"]["version"] == 2
    assert Anomaly.objects.get().status == "planned"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "planned"}, "version"),
        ({"status": "odd", "version": 1}, "status"),
        ({"status": "detected", "version": 1}, "status"),
        ({"status": "planned", "version": 1, "impact": "0"}, "impact"),
        ({"status": "planned", "version": 0}, "version"),
    ],
)
def test_what_can_not_be_changed_is_refused(body: dict[str, Any], field: str) -> None:
    row = anomaly(account())
    answer = patch(operator(), f"anomalies/{row.pk}/", **body)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_who_may_only_look_changes_nothing() -> None:
    row = anomaly(account())
    answer = patch(viewer(), f"anomalies/{row.pk}/", status="planned", version=1)
    assert answer.status_code == 403
    assert "insights.change_anomaly" in answer.json()["detail"]


def test_who_is_limited_sees_neither_others_nor_what_holds_others() -> None:
    one, other = two_accounts()
    for owner in (None, one, other):
        forecast(owner)
        anomaly(owner)
    client = session_of(somebody("operator", one))
    for path in ("forecasts/", "anomalies/"):
        rows = client.get(V1 + path).json()["results"]
        assert [row["account"] for row in rows] == [one.account_id]
    others = Anomaly.objects.exclude(account=one)
    assert len(others) == 2
    for hidden in others:
        path = f"anomalies/{hidden.pk}/"
        assert client.get(V1 + path).status_code == 404
        assert patch(client, path, status="planned", version=1).status_code == 404
    query = {"account": other.account_id}
    assert client.get(f"{V1}anomalies/", query).status_code == 400


def test_lists_are_files_too() -> None:
    owner = account()
    anomaly(owner)
    machine = instance(owner, "web")
    anomaly(owner, resource_id=machine.pk, service="", currency="", impact=None)
    lines = csv_of("anomalies/").splitlines()
    assert lines[0].startswith("id,title,account,scope")
    assert len(lines) == 3
    assert any("CPU of web" in line for line in lines)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    django_assert_num_queries: Any,
) -> None:
    owner = account()
    client = viewer()
    for number in range(12):
        forecast(owner, scope="service", key=f"S{number}", days=3)
        anomaly(owner, service=f"S{number}")
    client.get(f"{V1}forecasts/")
    # Session, user with rights, count, rows, misses.
    with django_assert_num_queries(5):
        client.get(f"{V1}forecasts/")
    # The same, and points.
    with django_assert_num_queries(6):
        client.get(f"{V1}forecasts/?points=true")
    # The same without misses and points.
    with django_assert_num_queries(4):
        client.get(f"{V1}anomalies/")
