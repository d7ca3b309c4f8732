"""Everything goes to the owner of the first rule that matches it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from clouds.testing import account
from core.testing.clock import NOW
from costs.allocation.testing import team_rule
from costs.models import Team
from insights.models import OwnerRule
from insights.owners.refresh import refresh_owners
from insights.owners.testing import owner_rule
from insights.testing import (
    anomaly,
    budget,
    recommendation,
    somebody,
    two_accounts,
)
from inventory.models import Bucket
from inventory.testing import instance, resource

pytestmark = pytest.mark.django_db


def owner_of(row: Any) -> str | None:
    row.refresh_from_db()
    return row.owner and row.owner.get_username()


def test_resources_go_by_tag_and_what_is_about_them_follows() -> None:
    ben = somebody(name="ben")
    production = account()
    web = instance(production, "web", tags={"team": "shop"})
    other = instance(production, "batch", tags={"team": "data"})
    advice = recommendation(production, web)
    cpu = anomaly(production, resource_id=web.pk, scope="machine", currency="")
    owner_rule(ben, tag_key="team", tag_value="shop")
    assert refresh_owners(NOW) == 3
    assert [owner_of(row) for row in (web, advice, cpu)] == ["ben"] * 3
    assert owner_of(other) is None
    assert refresh_owners(NOW) == 0


def test_the_first_rule_that_matches_wins() -> None:
    ben, eve = somebody(name="ben"), somebody(name="eve")
    production, staging = two_accounts()
    tagged = instance(production, "web", tags={"team": "shop"})
    untagged = instance(production, "batch", tags={})
    elsewhere = instance(staging, "test", tags={"team": "data"})
    owner_rule(eve, 20, account=production)
    owner_rule(ben, 10, tag_key="team")
    refresh_owners(NOW)
    owners = [owner_of(row) for row in (tagged, untagged, elsewhere)]
    assert owners == ["ben", "eve", "ben"]


def test_all_conditions_of_a_rule_must_be_met() -> None:
    production, staging = two_accounts()
    here, there = (
        instance(one, one.name, tags={"team": "shop"}) for one in (production, staging)
    )
    owner_rule(somebody(name="ben"), account=staging, tag_key="team")
    refresh_owners(NOW)
    assert (owner_of(here), owner_of(there)) == (None, "ben")


def test_a_team_owns_what_its_rules_give_it() -> None:
    production = account()
    web = instance(production, "web", tags={"team": "shop"})
    shared = instance(production, "shared", tags={"team": "all"})
    logs = resource(Bucket, production, "logs", tags={})
    team_rule(10, to={"Shop": "100"}, tag_key="team", tag_values=["shop"])
    team_rule(20, to={"Shop": "40", "Data": "60"}, tag_key="team", tag_values=["all"])
    team_rule(30, to={"Data": "100"}, services=["Amazon Simple Storage Service"])
    owner_rule(somebody(name="ben"), team=Team.objects.get(name="Shop"))
    owner_rule(somebody(name="eve"), 20, team=Team.objects.get(name="Data"))
    refresh_owners(NOW)
    assert [owner_of(row) for row in (web, shared, logs)] == ["ben", "eve", "eve"]


def test_anomalies_of_costs_go_by_account_and_by_their_own_tag() -> None:
    production, staging = two_accounts()
    used_by = anomaly(production, sub_account_id=staging.account_id)
    tagged = anomaly(production, scope="tag", tag_key="team", tag_value="shop")
    of_all = anomaly(None)
    owner_rule(somebody(name="ben"), account=staging)
    owner_rule(somebody(name="eve"), 20, tag_key="team", tag_value="shop")
    refresh_owners(NOW)
    owners = [owner_of(row) for row in (used_by, tagged, of_all)]
    assert owners == ["ben", "eve", None]


def test_budgets_go_by_account_by_tag_and_by_team() -> None:
    production = account()
    of_account = budget(name="production", scope="account", account=production)
    of_tag = budget(name="shop", scope="tag", key="team=shop")
    of_team = budget(name="Data", scope="team", key="Data")
    of_all = budget()
    owner_rule(somebody(name="ben"), account=production)
    owner_rule(somebody(name="eve"), 20, tag_key="team", tag_value="shop")
    team = Team.objects.create(name="Data")
    owner_rule(somebody(name="ada"), 30, team=team)
    refresh_owners(NOW)
    owners = [owner_of(row) for row in (of_account, of_tag, of_team, of_all)]
    assert owners == ["ben", "eve", "ada", None]


def test_who_matches_no_rule_any_more_owns_it_no_more() -> None:
    web = instance(account(), "web")
    owner_rule(somebody(name="ben"), tag_key="team")
    refresh_owners(NOW)
    OwnerRule.objects.all().delete()
    assert refresh_owners(NOW) == 1
    assert owner_of(web) is None


@pytest.mark.parametrize("conditions", [{}, {"tag_value": "shop"}])
def test_a_rule_needs_a_condition(conditions: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        owner_rule(somebody(), **conditions)
