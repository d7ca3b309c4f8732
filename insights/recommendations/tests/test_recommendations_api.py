"""Recommendations over the API: their fields, statistics, savings and feedback."""

from decimal import Decimal
from typing import Any

import pytest

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Feedback, Recommendation, Verification
from insights.testing import recommendation, somebody, two_accounts
from inventory.testing import instance
from users.testing import ask, operator, refused, session_of, viewer

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"
PROMISED = {
    *("priority", "category", "current_state", "recommendation", "savings_monthly"),
    *("impact", "effort", "complexity", "estimated_time", "implementation_steps"),
    "status",
}


def several() -> list[Recommendation]:
    owner = account()
    values: list[dict[str, Any]] = [
        {"savings_monthly": Decimal(70), "counted_monthly": Decimal(70)},
        {"savings_monthly": Decimal(20), "priority": "low", "category": "cost"},
        {"savings_monthly": None, "counted_monthly": None, "status": "dismissed"},
    ]
    return [
        recommendation(owner, instance(owner, f"web-{number}"), **one)
        for number, one in enumerate(values)
    ]


def test_it_has_the_fields_that_are_promised() -> None:
    recommendation(account())
    (told,) = ask("recommendations/")["results"]
    assert told.keys() >= PROMISED
    assert told["savings_monthly"] == "70.08"
    assert told["implementation_steps"] == ["Ask its owner.", "Stop it."]
    assert (told["evidence"], told["price_basis"]) == ({"days": 32}, "list price")


def test_they_are_filtered_and_ordered_by_saving() -> None:
    high, low, gone = several()
    for query, wanted in (
        ({"ordering": "-savings_monthly", "live": "true"}, [high, low]),
        ({"ordering": "savings_monthly", "live": "true"}, [low, high]),
        ({"priority": "low"}, [low]),
        ({"category": "compute", "status": "open"}, [high]),
        ({"status": "dismissed"}, [gone]),
        ({"account": "000000000001", "resource": "i-web-1"}, [low]),
        ({"search": "WEB-0"}, [high]),
    ):
        found = [one["id"] for one in ask("recommendations/", **query)["results"]]
        assert found == [one.pk for one in wanted], query


def test_statistics_count_what_the_filters_leave() -> None:
    high, *_ = several()
    Feedback.objects.create(
        recommendation=high,
        user=somebody(),
        rating=4,
        is_flagged=True,
        created_at=NOW,
        updated_at=NOW,
    )
    told = ask("recommendations/statistics/")
    assert told["count"] == 3
    assert told["by_status"] == {"dismissed": 1, "open": 2}
    assert told["by_priority"] == {"high": 2, "low": 1}
    assert told["potential_monthly"] == [{"currency": "USD", "amount": "140.08"}]
    assert told["feedback"] == {"count": 1, "average_rating": 4.0, "flagged": 1}
    assert ask("recommendations/statistics/", priority="low")["count"] == 1


def test_savings_are_what_bills_say() -> None:
    owner = account()
    for number, (status, realized) in enumerate(
        [("realized", "40"), ("realized", "5.50"), ("pending", None)]
    ):
        row = recommendation(owner, instance(owner, f"web-{number}"), status="done")
        Verification.objects.create(
            recommendation=row,
            status=status,
            expected=Decimal(50),
            realized=None if realized is None else Decimal(realized),
            currency="USD",
            reason="It came.",
            checked_at=NOW,
        )
    told = ask("recommendations/savings/")
    assert told["realized_monthly"] == [{"currency": "USD", "amount": "45.50"}]
    counts = {
        one["status"]: (one["count"], one["expected"]) for one in told["verdicts"]
    }
    assert counts == {"realized": (2, "100.00"), "pending": (1, "50.00")}


def patch(row: Recommendation, **body: Any) -> Any:
    path = f"{V1}recommendations/{row.pk}/"
    return operator().patch(path, body, format="json")


def test_it_is_accepted_and_done_and_its_saving_is_awaited() -> None:
    row = recommendation(account())
    assert patch(row, status="accepted", version=1).json()["version"] == 2
    answer = patch(row, status="done", version=2)
    assert answer.json()["verification"]["status"] == "pending"
    assert answer.json()["done_at"]


def test_it_is_dismissed_with_a_reason_only() -> None:
    row = recommendation(account())
    answer = patch(row, status="dismissed", version=1)
    assert answer.status_code == 400
    assert "Give a reason" in answer.json()["errors"]["status"][0]
    answer = patch(row, status="dismissed", version=1, reason="A standby")
    assert (answer.status_code, answer.json()["reason"]) == (200, "A standby")


def test_a_stale_version_is_409_with_the_row_as_it_is() -> None:
    row = recommendation(account())
    patch(row, status="accepted", version=1)
    answer = patch(row, status="dismissed", version=1, reason="A standby")
    assert answer.status_code == 409
    assert answer.json()["current"]["status"] == "accepted"


def test_one_rating_per_user_and_the_last_one_counts() -> None:
    row = recommendation(account())
    path = f"{V1}recommendations/{row.pk}/feedback/"
    client = operator()
    assert client.get(path).status_code == 404
    first = client.put(path, {"rating": 2, "comment": "No"}, format="json")
    again = client.put(path, {"rating": 5, "is_flagged": True}, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    given = Feedback.objects.get()
    assert (given.rating, given.comment, given.is_flagged) == (5, "No", True)
    assert client.get(path).json()["rating"] == 5
    client.put(path, {"rating": 4, "comment": ""}, format="json")
    given.refresh_from_db()
    assert (given.rating, given.comment, given.is_flagged) == (4, "", True)
    client.put(path, {"rating": 5}, format="json")
    other = session_of(somebody())
    body = {"recommendation": row.pk, "rating": 1}
    assert other.post(f"{V1}feedback/", body, format="json").status_code == 201
    assert other.post(f"{V1}feedback/", body, format="json").status_code == 200
    assert [
        one["rating"] for one in ask("feedback/", ordering="rating")["results"]
    ] == [
        1,
        5,
    ]
    assert ask("feedback/", is_flagged="true", recommendation=row.pk)["count"] == 1
    assert "flagged" in refused("feedback/", flagged="true")


@pytest.mark.parametrize("rating", [0, 6, "good", None])
def test_a_rating_lies_between_1_and_5(rating: object) -> None:
    row = recommendation(account())
    path = f"{V1}recommendations/{row.pk}/feedback/"
    answer = operator().put(path, {"rating": rating}, format="json")
    assert answer.status_code == 400
    assert "rating" in answer.json()["errors"]


def test_who_may_only_look_neither_answers_nor_rates() -> None:
    row = recommendation(account())
    path = f"{V1}recommendations/{row.pk}/"
    body = {"status": "accepted", "version": 1}
    assert viewer().patch(path, body, format="json").status_code == 403
    rated = viewer().put(f"{path}feedback/", {"rating": 3}, format="json")
    assert rated.status_code == 403
    assert "insights.change_feedback" in rated.json()["detail"]


def test_who_is_limited_sees_and_sums_only_his_own() -> None:
    one, other = two_accounts()
    mine, hidden = recommendation(one), recommendation(other)
    client = session_of(somebody("operator", one))
    path = f"{V1}recommendations/"
    assert [row["id"] for row in client.get(path).json()["results"]] == [mine.pk]
    assert client.get(f"{path}statistics/").json()["count"] == 1
    assert client.get(f"{path}{hidden.pk}/").status_code == 404
    body = {"recommendation": hidden.pk, "rating": 1}
    answer = client.post(f"{V1}feedback/", body, format="json")
    assert answer.status_code == 400
    query = {"recommendation": hidden.pk}
    assert client.get(f"{V1}feedback/", query).status_code == 400
