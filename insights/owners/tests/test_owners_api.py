"""Owners in the API: their rules, and handing something over."""

from typing import Any

import pytest

from clouds.testing import account
from insights.owners.testing import owner_rule
from insights.testing import anomaly, recommendation, somebody, two_accounts
from inventory.models import Resource
from inventory.testing import instance
from users.testing import session_of

pytestmark = pytest.mark.django_db
PATH = "/api/v1/assignments/"


def post(user: Any, **values: Any) -> Any:
    return session_of(user).post(PATH, values, format="json")


def test_several_are_handed_over_at_once_and_back() -> None:
    ben, ada = somebody(name="ben"), somebody(name="ada")
    production = account()
    rows = [
        recommendation(production, instance(production, name)) for name in ("a", "b")
    ]
    ids = [row.pk for row in rows]
    sent = {
        "about": "recommendation",
        "ids": ids,
        "owner": "ben",
        "due_on": "2999-01-31",
        "message": "Switch them off",
    }
    answer = post(ada, **sent)
    assert (answer.status_code, answer.json()) == (200, sent)
    for row in rows:
        row.refresh_from_db()
        assert (row.owner, row.assigned_by) == (ben, "ada")
    assert post(ada, about="recommendation", ids=ids, owner=None).status_code == 200
    rows[0].refresh_from_db()
    assert rows[0].owner is None


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"owner": "bne"}, "owner", "There is no user bne."),
        ({"about": "invoice"}, "about", '"invoice" is not valid'),
        ({"ids": []}, "ids", "may not be empty"),
        ({"ids": [999]}, "ids", "There is no anomaly 999."),
        ({"due_on": "2001-01-01"}, "owner", "has passed"),
        ({"due_on": "soon"}, "due_on", "Date has wrong format"),
        ({"whose": "ben"}, "whose", "Unknown field"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    values: dict[str, Any], field: str, reason: str
) -> None:
    somebody(name="ben")
    row = anomaly(account())
    sent = {"about": "anomaly", "ids": [row.pk], "owner": "ben", **values}
    answer = post(somebody(), **sent)
    assert answer.status_code == 400
    assert reason in str(answer.json()["errors"][field])


def test_it_needs_the_permission_of_what_is_handed_over() -> None:
    production, staging = two_accounts()
    row = anomaly(production)
    sent = {"about": "anomaly", "ids": [row.pk], "owner": None}
    answer = post(somebody("viewer"), **sent)
    assert answer.status_code == 403
    assert "insights.change_anomaly" in str(answer.json())
    answer = post(somebody("operator", staging), **sent)
    assert "There is no anomaly" in str(answer.json())
    machine = Resource.objects.get(pk=instance(production, "web").pk)
    sent = {"about": "resource", "ids": [machine.pk], "owner": None}
    assert post(somebody("operator"), **sent).status_code == 200
    assert post(somebody("viewer"), **sent).status_code == 403


def test_who_may_hand_over_nothing_does_not_learn_who_there_is() -> None:
    sent = {"about": "anomaly", "ids": [1], "owner": "no such user"}
    answer = post(somebody("viewer"), **sent)
    assert answer.status_code == 403
    assert "no such user" not in str(answer.json())


def test_rules_are_shown_to_those_who_see_all_accounts() -> None:
    production, staging = two_accounts()
    owner_rule(somebody(name="ben"), account=production, tag_key="team")
    [rule] = (
        session_of(somebody("viewer")).get("/api/v1/owner-rules/").json()["results"]
    )
    assert (rule["owner"], rule["account"]) == ("ben", production.account_id)
    assert (rule["team"], rule["tag_key"], rule["tag_value"]) == (None, "team", "")
    limited = session_of(somebody("viewer", staging))
    assert limited.get("/api/v1/owner-rules/").status_code == 403


def test_an_answer_is_stale_after_a_hand_over() -> None:
    ben = somebody(name="ben")
    web = instance(account(), "web")
    client = session_of(ben)
    tag = client.get("/api/v1/resources/")["ETag"]
    assert client.get("/api/v1/resources/", HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert post(ben, about="resource", ids=[web.pk], owner="ben").status_code == 200
    answer = client.get("/api/v1/resources/", HTTP_IF_NONE_MATCH=tag)
    assert answer.status_code == 200
    assert answer.json()["results"][0]["owner"] == "ben"
