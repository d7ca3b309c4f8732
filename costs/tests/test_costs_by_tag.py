"""Costs by tag: on each endpoint, the page and in files; what is not read, and what
can't be combined."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from itertools import product
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from core.windows import Window
from costs.models import CostTotal
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.trend import cost_trend
from costs.testing import charge, close, one_bill, tagged
from users.testing import ask, csv_of, person, refused, session_of, viewer

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = (date(2026, 11, day) for day in (2, 3, 4))
START = {"start": f"{FIRST}", "end": "2026-11-05"}
BY_TEAM = {**START, "group_by": "tag:team"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True, scope="module")
def bill(module_db: None) -> None:
    """Of an account whose key "team" was chosen on the second day."""
    owner = account(501)
    owner.settings = {"tag_keys": ["team", "env"]}
    owner.save()
    with one_bill(owner):
        for day in (FIRST, SECOND, THIRD):
            charge(owner, day, "6")
            charge(owner, day, "4", service="S3", region="us-east-1")
        close(owner, FIRST, SECOND, THIRD)
    for day in (SECOND, THIRD):
        tagged(owner, day, "shop", "6")
        tagged(owner, day, "a, b", "1", service="S3")
        tagged(owner, day, "", "3", service="S3")


@pytest.fixture
def owner() -> CloudAccount:
    return CloudAccount.objects.get(account_id="000000000501")


def totals(**parameters: Any) -> dict[str, str]:
    trend = ask("costs/trend/", **parameters)
    return {one["key"]: one["total"] for one in trend["series"]}


def page(**parameters: Any) -> str:
    return unescape(viewer().get("/costs/", parameters).content.decode())


def test_the_values_of_a_tag_are_series_that_sum_to_the_total() -> None:
    trend = ask("costs/trend/", **BY_TEAM)
    assert totals(**BY_TEAM) == {"shop": "12.00", "": "6.00", "a, b": "2.00"}
    assert trend["total"] == "20.00"
    assert trend["group_by"] == "tag:team"


def test_a_day_that_was_not_read_by_the_tag_is_unknown_and_not_untagged() -> None:
    for series in ask("costs/trend/", **BY_TEAM)["series"]:
        assert [point["amount"] is None for point in series["points"]] == [
            *(True, False, False)
        ]
    summary = ask("costs/summary/", **START, tag="team=shop")
    assert (summary["total"], summary["days"]) == ("12.00", 2)
    assert (summary["missing_days"], summary["reconciled"]) == (1, False)
    whole = {**START, "start": f"{SECOND}", "tag": "team=shop"}
    summary = ask("costs/summary/", **whole)
    assert (summary["missing_days"], summary["reconciled"]) == (0, True)


def test_a_day_that_cost_nothing_is_nothing_by_each_tag(owner: CloudAccount) -> None:
    day = date(2026, 11, 5)
    close(owner, day)
    asked = {"start": f"{day}", "end": "2026-11-06", "group_by": "tag:team"}
    assert ask("costs/trend/", **asked)["total"] == "0.00"


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        ({"tag": "team=shop"}, "12.00"),
        ({"tag": "team="}, "6.00"),
        ({"tag": "team=a, b"}, "2.00"),
        ({"tag": ["team=shop", "team="]}, "18.00"),
        ({"exclude_tag": "team=shop"}, "8.00"),
        ({"exclude_tag": ["team=", "team=a, b"]}, "12.00"),
        ({"tag": "team=", "service": "EC2"}, "0.00"),
        ({"exclude_tag": "team=", "service": "S3"}, "2.00"),
        ({"tag": "team=shop", "search": "SHO"}, "12.00"),
        ({"tag": "team=gone"}, "0.00"),
    ],
)
def test_a_tag_filters_every_sum(filters: dict[str, Any], total: str) -> None:
    assert ask("costs/summary/", **START, **filters)["total"] == total
    assert ask("costs/daily/", **START, **filters)["total"] == total
    for group in ("service", "account", "none", "tag:team"):
        trend = ask("costs/trend/", **START, group_by=group, **filters)
        assert trend["total"] == total, group


@pytest.mark.parametrize(
    ("parameters", "name", "reason"),
    [
        ({"group_by": "tag:cost"}, "group_by", "Read are: env, team."),
        ({"tag": "cost=1"}, "tag", "Costs are not read by the tag cost."),
        ({"tag": "team"}, "tag", 'Give "team" as key=value; key= is untagged.'),
        ({"tag": "=shop"}, "tag", 'Give "=shop" as key=value'),
        ({"group_by": "tag:"}, "group_by", "none, tag:KEY."),
        (
            {"group_by": "tag:team", "tag": "env=test"},
            "tag",
            "A bill is read by one tag at a time, not team and env at once.",
        ),
        (
            {"tag": "team=shop", "group_by": "region"},
            "group_by",
            "Costs by tag are known by service and account only, so no region can be "
            "combined with the tag team.",
        ),
        ({"group_by": "tag:team", "region": "eu-west-1"}, "region", "so no region"),
        ({"group_by": "tag:team", "exclude": "Tax"}, "exclude", "no charge category"),
        (
            {"tag": "team=shop", "exclude_resource_group": "x"},
            "exclude_resource_group",
            "so no resource group",
        ),
    ],
)
def test_what_no_bill_tells_is_refused_in_one_sentence(
    parameters: dict[str, str], name: str, reason: str
) -> None:
    (told,) = refused("costs/trend/", **parameters)[name]
    assert reason in told
    response = viewer().get("/costs/", parameters)
    assert response.status_code == 200
    assert told in unescape(response.content.decode())
    assert viewer().get("/costs/table.csv", parameters).status_code == 400


def test_without_any_key_the_refusal_says_where_to_choose_one() -> None:
    CloudAccount.objects.update(settings={})
    assert refused("costs/trend/", group_by="tag:team")["group_by"] == [
        "Costs are not read by the tag team. None is read yet. Tag keys are chosen in "
        "the settings of an account."
    ]


def test_services_that_a_bill_over_accounts_does_not_tell_are_no_filter() -> None:
    payer = account(502, "payer")
    payer.settings = {"tag_keys": ["team"]}
    payer.save()
    charge(payer, THIRD, "5", sub_account="000000000007")
    close(payer, THIRD)
    tagged(payer, THIRD, "shop", "5", service="", sub_account="000000000007")
    told = refused("costs/trend/", **BY_TEAM, service="EC2")["service"]
    assert "so the services of the tag team are unknown" in told[0]
    own = {**BY_TEAM, "account": "000000000501", "service": "EC2"}
    assert totals(**own) == {"shop": "12.00"}
    assert totals(**BY_TEAM)["shop"] == "17.00"
    by_account = {**START, "group_by": "account", "tag": "team=shop"}
    assert totals(**by_account)["000000000007"] == "5.00"
    assert "No service" in page(**START, tag="team=shop", group_by="service")


def test_the_page_shows_a_tag_with_links_into_each_value() -> None:
    text = page(**BY_TEAM)
    assert "(untagged)" in text
    links = re.findall(r'href="\?([^"]+)"[^>]*>(shop|\(untagged\))</a>', text)
    queries = {name: query for query, name in links}
    assert "tag=team%3Dshop" in queries["shop"]
    assert "tag=team%3D&" in queries["(untagged)"] + "&"
    assert "group_by=service" in queries["shop"]
    assert "were not read by the tag team" in text
    inner = viewer().get(f"/costs/?{queries['(untagged)']}").content.decode()
    assert "team (untagged)" in inner
    assert "S3" in inner


def test_the_page_offers_the_keys_and_the_values_of_each() -> None:
    text = page(**START)
    assert '<option value="tag:team"' in text
    assert 'value="team=shop"' in text
    filtered = page(**START, tag="team=shop")
    assert 'value="team=a, b"' in filtered
    assert '<option value="region"' not in filtered
    assert 'name="exclude" value="Tax"' not in filtered


def test_the_page_offers_the_accounts_that_are_known_by_the_tag() -> None:
    staging, payer = account(503, "staging"), account(504, "payer")
    for owner, member in ((staging, None), (payer, "000000000007")):
        charge(owner, THIRD, "5", sub_account=member)
        close(owner, THIRD)
    tagged(payer, THIRD, "shop", "5", service="", sub_account="000000000007")
    named = r'name="sub_account" value="0+(\d+)"'
    # The payer has no charge of its own.
    assert re.findall(named, page(**BY_TEAM)) == ["7", "501"]
    before = {**BY_TEAM, "end": f"{THIRD}"}
    assert re.findall(named, page(**before)) == ["501"]
    assert "503" in {*re.findall(named, page(**START))}


def test_a_value_that_ends_in_an_equals_sign_is_shown_whole() -> None:
    chips = page(**START, tag="team=YQ==").split('class="chips"')[1]
    assert "team=YQ==" in chips
    assert "(untagged)" not in chips.split("</ul>")[0]


def test_other_values_than_the_largest_lead_to_all_but_these() -> None:
    text = page(**BY_TEAM, limit="1")
    (query,) = re.findall(r'href="\?([^"]+)"[^>]*>Other</a>', text)
    assert "exclude_tag=team%3Dshop" in query
    assert "group_by=tag%3Ateam" in query
    inner = viewer().get(f"/costs/?{query}").content.decode()
    assert "a, b" in inner
    assert "(untagged)" in inner


def test_the_page_names_accounts_that_are_not_read_by_the_key() -> None:
    other = account(503, "staging")
    charge(other, THIRD, "100")
    close(other, THIRD)
    text = page(**BY_TEAM)
    assert "Costs of staging are not read by the tag team" in text
    assert totals(**BY_TEAM)["shop"] == "12.00"
    assert ask("costs/summary/", **START, tag="team=")["reconciled"] is False


def test_files_hold_the_same() -> None:
    lines = csv_of("costs/trend/", **BY_TEAM).splitlines()
    assert lines[0] == "day,tag:team,amount,currency,metric"
    assert f"{SECOND},shop,6.0000000000,USD,billed" in lines or any(
        line.startswith(f"{SECOND},shop,6") for line in lines
    )
    table = viewer().get("/costs/table.csv", BY_TEAM)
    content = b"".join(table.streaming_content).decode()  # type: ignore[attr-defined]
    assert "(untagged),6" in content
    assert content.startswith(("tag:team,cost", "\ufefftag:team,cost"))


@pytest.mark.on_each_database
@pytest.mark.parametrize(
    ("asked", "table"),
    [
        (BY_TEAM, "costs_tagrollup"),
        ({**BY_TEAM, "exclude_tag": "team=shop", "service": "S3"}, "costs_tagrollup"),
        ({**START, "tag": "team=shop", "group_by": "service"}, "costs_tagrollup"),
        ({**START, "tag": "team=shop", "group_by": "none"}, "costs_tagrollup"),
        ({**START, "tag": "team=shop", "group_by": "account"}, "costs_tagcost"),
        ({**BY_TEAM, "sub_account": "000000000501"}, "costs_tagcost"),
        ({**BY_TEAM, "account": "000000000501"}, "costs_tagcost"),
        ({**BY_TEAM, "search": "sho"}, "costs_tagcost"),
    ],
)
def test_sums_answer_as_the_rows_do_wherever_they_can(
    asked: dict[str, Any], table: str
) -> None:
    user = User.objects.get(pk=person("viewer").pk)
    query = CostQuery.from_values(asked, NOW)
    source = CostSource.visible_to(user).filtered(query, user)
    november = Window(date(2026, 11, 1), date(2026, 12, 1))
    for window, granularity in product((query.window, november), ("daily", "monthly")):
        with CaptureQueriesContext(connection) as queries:
            found, of_rows = (
                cost_trend(
                    one, window, group_by=query.group_by, granularity=granularity
                )
                for one in (source, replace(source, rollups=None))
            )
        assert f'FROM "{table}"' in queries[0]["sql"]
        assert found == of_rows
        assert found.total


def test_a_limited_user_sees_the_values_of_their_accounts_alone() -> None:
    other = account(503, "staging")
    tagged(other, THIRD, "secret", "100")
    limited = person("viewer")
    see_only(limited, CloudAccount.objects.get(account_id="000000000501"))
    text = session_of(limited).get("/costs/", BY_TEAM).content.decode()
    assert "shop" in text
    assert "secret" not in text


def test_totals_by_a_tag_take_no_query_more_for_more_days(
    owner: CloudAccount,
    django_assert_num_queries: Any,
) -> None:
    # As a request has him: his limit is not known yet.
    user = User.objects.get(pk=person("viewer").pk)
    query = CostQuery.from_values(BY_TEAM, NOW)
    assert CostTotal.objects.count() == 3
    with django_assert_num_queries(4):
        # The user's limit, the keys, what the tag cost per day, which days are read.
        source = CostSource.visible_to(user).filtered(query, user)
        cost_trend(source, query.window, group_by=query.group_by)


def test_the_picker_tells_what_each_value_costs_and_how_much_is_tagged() -> None:
    text = " ".join(page(**START).split())
    assert 'value="team=shop" > shop <span class="muted">$12.00</span>' in text
    assert 'value="team=" > (untagged) <span class="muted">$6.00</span>' in text
    assert "70.0% of these days' costs have it." in text


def test_the_share_that_is_tagged_is_shown_whatever_the_filters() -> None:
    for asked in ({"group_by": "tag:team"}, {"tag": "team=shop"}):
        assert "<p>70.0% tagged</p>" in page(**START, **asked)
    assert "tagged</p>" not in page(**START)


def test_a_tag_without_costs_names_the_values_that_have_some() -> None:
    text = page(**START, tag="team=shpo")
    assert "No charge matches these filters" in text
    named = re.search(r"Values of team with costs on these days: (.*)\.</p>", text)
    assert named
    assert re.findall(r">([^<]*)</a> \((\S+)\)", named[1]) == [
        ("shop", "$12.00"),
        ("(untagged)", "$6.00"),
        ("a, b", "$2.00"),
    ]
    assert "tag=team%3Dshop" in named[1]
