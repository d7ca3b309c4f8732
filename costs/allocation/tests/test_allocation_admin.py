"""The admin of teams and rules: added, changed, refused, and in the audit log."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clouds.testing import account, aws_account, see_only
from costs.allocation.changes import teams_version
from costs.allocation.testing import team_rule
from costs.models import Team, TeamRule
from users.models import AuditEntry
from users.testing import person

pytestmark = pytest.mark.django_db
ADD = reverse("admin:costs_teamrule_add")
EMPTY = ("valid_from", "valid_until", "sub_accounts", "services", "resource_groups")


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(person("administrator"))
    return client


def form(*shares: tuple[Team, str], **values: Any) -> dict[str, Any]:
    """What the page of a new rule sends."""
    data: dict[str, Any] = dict.fromkeys((*EMPTY, "tag_key", "tag_values"), "")
    data |= {"name": "Shop", "position": "10", "accounts": [], **values}
    data |= {"shares-TOTAL_FORMS": str(len(shares)), "shares-INITIAL_FORMS": "0"}
    for number, (team, percent) in enumerate(shares):
        data |= {f"shares-{number}-team": team.pk, f"shares-{number}-percent": percent}
    return data


def teams(*names: str) -> list[Team]:
    return [Team.objects.create(name=name) for name in names]


def errors_of(ada: Client, data: dict[str, Any]) -> str:
    response = ada.post(ADD, data)
    assert response.status_code == 200
    assert not TeamRule.objects.exclude(name="rule 10").exists()
    return " ".join(response.content.decode().split())


def test_a_rule_is_added_changed_and_deleted_and_each_is_audited(
    ada: Client,
) -> None:
    one, other = teams("Shop", "Data")
    owner = account()
    versions = [teams_version()]
    values = {"accounts": [owner.account_id], "services": "EC2\nS3, old\n"}
    response = ada.post(ADD, form((one, "60"), (other, "40"), **values))
    assert response.status_code == 302, response.content
    rule = TeamRule.objects.get()
    assert (rule.accounts, rule.services) == ([owner.account_id], ["EC2", "S3, old"])
    assert [str(share) for share in rule.shares.all()] == ["Shop 60%", "Data 40%"]
    versions.append(teams_version())

    page = reverse("admin:costs_teamrule_change", args=[rule.pk])
    shown = ada.get(page).content.decode()
    assert "EC2\nS3, old" in shown
    first, second = rule.shares.all()
    changed = form((one, "100"), (other, "40"), **values) | {
        "shares-INITIAL_FORMS": "2",
        **{"shares-0-id": first.pk, "shares-0-rule": rule.pk},
        **{"shares-1-id": second.pk, "shares-1-rule": rule.pk},
        "shares-1-DELETE": "on",
    }
    assert ada.post(page, changed).status_code == 302
    assert [str(share) for share in rule.shares.all()] == ["Shop 100%"]
    versions.append(teams_version())

    delete = reverse("admin:costs_teamrule_delete", args=[rule.pk])
    assert ada.post(delete, {"post": "yes"}).status_code == 302
    versions.append(teams_version())
    assert len(set(versions)) == 4
    added, changing, deleted = AuditEntry.objects.filter(
        action__startswith="teamrule"
    ).order_by("pk")
    assert (added.action, deleted.action) == ("teamrule.add", "teamrule.delete")
    assert added.details["services"] == [None, ["EC2", "S3, old"]]
    assert added.details["shares"] == [[], ["Shop 60%", "Data 40%"]]
    assert changing.details == {"shares": [["Shop 60%", "Data 40%"], ["Shop 100%"]]}


@pytest.mark.parametrize("percents", [("60", "39.99"), ("60", "60"), ("60",), ()])
def test_shares_that_do_not_sum_to_100_are_refused(
    ada: Client, percents: tuple[str, ...]
) -> None:
    shares = zip(teams("Shop", "Data"), percents, strict=False)
    assert "they must sum to 100%" in errors_of(ada, form(*shares))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"tag_key": "team"}, "A tag has a key and at least one value."),
        ({"tag_values": "shop"}, "A tag has a key and at least one value."),
        (
            {"tag_key": "team", "tag_values": "shop", "resource_groups": "rg"},
            "by a tag or by resource groups: choose one of them",
        ),
        (
            {"valid_from": "2026-11-02", "valid_until": "2026-11-02"},
            "The rule ends before it begins.",
        ),
        ({"services": "x" * 257}, "at most 256 characters"),
        ({"accounts": ["7"]}, "7 is not one of the available choices"),
        ({"tag_key": "env", "tag_values": "prod"}, "The tag keys read are team."),
        ({"position": "-1"}, "greater than or equal to 0"),
        ({"position": "99999999999"}, "less than or equal to"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    ada: Client, values: dict[str, str], told: str
) -> None:
    [team] = teams("Shop")
    aws_account(tag_keys=["team"])
    assert told in errors_of(ada, form((team, "100"), **values))


def test_a_bill_is_distinguished_in_one_way(ada: Client) -> None:
    one, other = aws_account(tag_keys=["team", "env"]), account(2, "staging")
    first = team_rule(
        to={"Data": "100"},
        accounts=[one.account_id],
        tag_key="team",
        tag_values=["data"],
        valid_until="2026-11-01",
    )
    [team] = teams("Shop")
    group = {"resource_groups": "Shop-RG"}
    told = errors_of(ada, form((team, "100"), **group))
    assert f"rule {first} splits the same bills by the tag team" in told
    tag = {"tag_key": "env", "tag_values": "prod", "accounts": [one.account_id]}
    assert "choose other accounts or other days" in errors_of(
        ada, form((team, "100"), **tag)
    )
    allowed: list[dict[str, Any]] = [
        group | {"accounts": [other.account_id]},
        tag | {"valid_from": "2026-11-01"},
        {"tag_key": "team", "tag_values": "shop", "valid_until": "2026-11-01"}
        | {"accounts": [one.account_id]},
        {"services": "EC2"},
    ]
    for values in allowed:
        assert ada.post(ADD, form((team, "100"), **values)).status_code == 302
    assert TeamRule.objects.get(accounts=[other.account_id]).resource_groups == [
        "shop-rg"
    ]


def test_a_team_that_rules_name_is_not_deleted(ada: Client) -> None:
    team_rule(to={"Shop": "100"})
    team = Team.objects.get()
    page = reverse("admin:costs_team_delete", args=[team.pk])
    ada.post(page, {"post": "yes"})
    assert Team.objects.exists()


@pytest.mark.parametrize("name", ["(not allocated)", "Other"])
def test_no_team_is_called_like_a_line_of_the_tables(ada: Client, name: str) -> None:
    ada.post(reverse("admin:costs_team_add"), {"name": name, "description": ""})
    assert not Team.objects.exists()


def test_a_team_is_renamed_with_new_answers_and_an_audit_entry(ada: Client) -> None:
    [team] = teams("Shop")
    before = teams_version()
    page = reverse("admin:costs_team_change", args=[team.pk])
    assert ada.post(page, {"name": "Store", "description": ""}).status_code == 302
    assert AuditEntry.objects.get(action="team.change").details["name"] == [
        "Shop",
        "Store",
    ]
    assert teams_version() != before


def test_the_next_rule_comes_after_the_last(ada: Client) -> None:
    team_rule(30, to={"Shop": "100"})
    assert 'value="40"' in ada.get(ADD).content.decode()


def test_the_list_writes_both_ends_of_a_rule_the_same_way(ada: Client) -> None:
    team_rule(to={"Shop": "100"}, valid_from="2026-11-01", valid_until="2026-12-01")
    rules = ada.get(reverse("admin:costs_teamrule_changelist")).content.decode()
    assert "2026-11-01" in rules and "2026-12-01" in rules


def test_users_of_some_accounts_meet_no_rules_in_the_admin(client: Client) -> None:
    user = person("administrator")
    see_only(user, account())
    client.force_login(user)
    rule = team_rule(to={"Shop": "100"})
    for name, args in (("changelist", []), ("add", []), ("change", [rule.pk])):
        page = reverse(f"admin:costs_teamrule_{name}", args=args)
        assert client.get(page).status_code == 403
